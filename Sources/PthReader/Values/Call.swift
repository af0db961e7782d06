import Pickle

/// What a pickle would have called, with decoded arguments.
///
/// One rule applies to the calls of torch, NumPy and the standard library alike: the code that builds the value takes what it uses, and
/// whatever is left over (an argument, a state, an item, an entry) refuses the call. Nothing that Python would act on is ignored.
final class Call {
    let name: String
    let construction: PickleObject.Construction
    let place: CallPlace
    private let arguments: [CheckpointValue]
    private let keywords: CheckpointValue?
    private let states: [CheckpointValue]
    private let items: [CheckpointValue]
    private let entries: [CheckpointDictionary.Entry]
    private let lastTouch: (opcode: String, offset: Int)?
    private var usedArguments: Set<Int> = []
    private var usedStates = false
    private var usedItems = false
    private var usedEntries = false

    init(
        name: String, place: CallPlace, construction: PickleObject.Construction = .call, arguments: [CheckpointValue] = [],
        keywords: CheckpointValue? = nil, states: [CheckpointValue] = [], items: [CheckpointValue] = [],
        entries: [CheckpointDictionary.Entry] = [], lastTouch: (opcode: String, offset: Int)? = nil
    ) {
        self.name = name
        self.place = place
        self.construction = construction
        self.arguments = arguments
        self.keywords = keywords
        self.states = states
        self.items = items
        self.entries = entries
        self.lastTouch = lastTouch
    }

    var argumentCount: Int { arguments.count }

    /// An argument, which then counts as used; nil if there are fewer.
    func argument(_ index: Int) -> CheckpointValue? {
        guard arguments.indices.contains(index) else { return nil }
        usedArguments.insert(index)
        return arguments[index]
    }

    func takeStates() -> [CheckpointValue] {
        usedStates = true
        return states
    }

    func takeItems() -> [CheckpointValue] {
        usedItems = true
        return items
    }

    func takeEntries() -> [CheckpointDictionary.Entry] {
        usedEntries = true
        return entries
    }

    /// Takes an argument that must be absent, None, or an empty container. Throws `CallError` otherwise.
    func emptyArgument(_ index: Int, _ name: String) throws(CallError) {
        switch argument(index) {
        case nil, .some(.none): return
        case .dictionary(let dictionary)? where dictionary.entries.isEmpty && dictionary.attributes == nil: return
        default: throw unfollowed(name, "is not empty")
        }
    }

    /// Takes an argument that must be True or False. Throws `CallError` otherwise, even for numbers that Python would accept.
    func flagArgument(_ index: Int, _ name: String) throws(CallError) -> Bool {
        guard let flag = argument(index)?.flag else { throw unfollowed(name, "is not True or False") }
        return flag
    }

    func unfollowed(_ argument: String, _ detail: String) -> CallError {
        .unfollowedArgument(place, argument: argument, detail: detail)
    }

    /// Throws `CallError` for anything that was not used.
    func refuseLeftovers() throws(CallError) {
        let isTouched = !states.isEmpty && !usedStates || !items.isEmpty && !usedItems || !entries.isEmpty && !usedEntries
        if isTouched {
            throw .touchedResult(place, opcode: lastTouch?.opcode ?? "BUILD", offset: lastTouch?.offset ?? place.offset)
        }
        if case .dictionary(let given)? = keywords, given.entries.isEmpty {} else if keywords != nil { throw .keywordArguments(place) }
        if construction == .new {
            guard Call.classes.contains(name) else { throw .newOfFunction(place) }
            if Call.filledByInit.contains(name), !arguments.isEmpty { throw .ignoredByNew(place) }
        }
        if let unused = arguments.indices.first(where: { !usedArguments.contains($0) }) { throw .unusedArgument(place, number: unused + 1) }
    }

    /// Everything that is known about a value whose class or function is unknown.
    var placeholder: CheckpointValue {
        .placeholder(
            Placeholder(
                className: name, arguments: arguments, keywords: keywords, states: states, items: items,
                entries: CheckpointDictionary(entries: entries)))
    }

    /// Classes whose `__new__` ignores its arguments, because `__init__` takes them.
    private static let filledByInit: Set<String> = [
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.dict", "builtins.set", "builtins.list",
        "builtins.bytearray", "argparse.Namespace", "types.SimpleNamespace",
    ]

    /// Known names that are classes; NEWOBJ of anything else fails in Python.
    private static let classes: Set<String> = filledByInit.union([
        "builtins.frozenset", "builtins.tuple", "builtins.bytes", "builtins.complex", "builtins.str", "builtins.int", "builtins.float",
        "builtins.bool", "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone", "numpy.dtype",
        "torch.Size", "torch.device", "torch.nn.parameter.Parameter", "torch.nn.Parameter",
    ])
}
