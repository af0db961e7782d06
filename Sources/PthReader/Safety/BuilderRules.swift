import ConvertFiles
import Pickle

/// Verifies that allow-listed names are used as the allow-list assumes: a clean name is only clean with what Python's and torch's own
/// picklers give it. Each call of a builder, and each state that BUILD applies to its result, is checked; what is unusual is unknown,
/// what corrupts memory or calls something is dangerous.
struct BuilderRules {
    /// What is wrong with one call.
    struct Objection {
        let name: String
        let verdict: GlobalVerdict
        let reason: String
    }

    let document: PickleDocument
    /// Builders by the node that names them: a checkpoint calls a few names very often.
    private var builders: [Int: (name: String, builder: Builder?)] = [:]
    private(set) var objections: [Objection] = []

    /// Largest number of elements that a number alone may request; anything larger would take memory out of proportion to the file.
    static let countLimit = 1 << 20

    init(_ document: PickleDocument) {
        self.document = document
        for case .object(let object) in document.nodes { judge(object) }
    }

    private mutating func object(_ name: String, _ verdict: GlobalVerdict, _ reason: String) {
        objections.append(Objection(name: name, verdict: verdict, reason: reason))
    }

    private mutating func judge(_ object: PickleObject) {
        judgeStates(object)
        guard let (name, builder) = named(object.callable) else {
            // The result of a call may be a global that was passed through it, such as an element of an object array.
            if case .extensionCode? = document.node(object.callable) { return }
            self.object("(a result)", .unknown, "what another call returned is called")
            return
        }
        guard let builder else { return }
        guard case .tuple(let arguments)? = document.node(object.arguments) else {
            self.object(name, .unknown, "its arguments are not a tuple")
            return
        }
        if object.keywords.map({ !isEmptyDictionary($0) }) == true { self.object(name, .unknown, "it is given keyword arguments") }
        judge(builder, name, arguments, object)
    }

    private mutating func named(_ callable: PickleValue) -> (name: String, builder: Builder?)? {
        guard case .node(let index) = callable else { return nil }
        if let known = builders[index] { return known }
        guard let name = document.globalName(callable) else { return nil }
        let found = (name, Builder.named(KnownNames.canonical(name)))
        builders[index] = found
        return found
    }

    private func isEmptyDictionary(_ value: PickleValue) -> Bool {
        if case .dictionary(let entries)? = document.node(value) { entries.isEmpty } else { false }
    }

    private mutating func judge(_ builder: Builder, _ name: String, _ arguments: [PickleValue], _ object: PickleObject) {
        func require(_ isSound: Bool, _ reason: String, _ verdict: GlobalVerdict = .unknown) {
            if !isSound { self.object(name, verdict, reason) }
        }
        let first = arguments.first
        switch builder {
        case .constant: require(false, "it is a value, and is called")
        case .numpyArrayClass: require(false, "it is called, which returns an array of uninitialized memory")
        case .container: require(arguments.count <= 1 && first.map(isIterable) ?? true, "it iterates over something other than a container")
        case .defaultDictionary:
            let isSound = first.map { $0 == .none || isBuilder($0) } ?? true
            require(isSound, "its factory is not a builder of plain data", first.map(verdictOfHandedOn) ?? .unknown)
            require(
                arguments.count <= 2 && arguments.dropFirst().allSatisfy(isIterable), "it iterates over something other than a container")
        case .scalar: require(arguments.count <= 2 && isTextWithEncoding(arguments, or: isPlain), "its argument is not a plain value")
        case .byteString:
            require(!arguments.contains(where: isLarge), "it asks for more than \(BuilderRules.countLimit) bytes with a number")
            require(arguments.count <= 2 && isTextWithEncoding(arguments) { isPlain($0) || isIterable($0) }, "its argument is not plain")
        case .encoding: require(arguments.count == 2 && isTextWithEncoding(arguments) { _ in false }, "its encoding is not a text encoding")
        case .bare: require(arguments.allSatisfy(isPlain), "its arguments are not plain values")
        case .reconstructor: judgeReconstructor(name, arguments)
        case .namespace: require(arguments.allSatisfy(isDictionary), "its arguments are not a dictionary")
        case .path: require(arguments.allSatisfy(isText), "its parts are not texts")
        case .date: require(arguments.allSatisfy { isPlain($0) || isBuilt($0) }, "its arguments are not plain values")
        case .decimal: require(arguments.count <= 1 && arguments.allSatisfy(isPlain), "its argument is not a plain value")
        case .fraction: require(arguments.allSatisfy(isRatio), "its argument may be a number of any length")
        case .uuid: require(arguments.count <= 1 && arguments.allSatisfy(isPlain), "its argument is not a plain value")
        case .numpyType: judgeNumpyType(name, object, arguments)
        case .numpyScalar:
            require(
                arguments.count == 2 && numpyType(arguments[0]).map { !$0.holdsObjects } == true && isBytes(arguments[1]),
                "its arguments are not a type and bytes")
        case .numpyReconstruct: judgeReconstructedArray(name, object, arguments)
        case .numpyFromBuffer:
            require(
                arguments.count >= 3 && isBytes(arguments[0]) && numpyType(arguments[1]).map { !$0.holdsObjects } == true
                    && isTupleOfSizes(arguments[2]), "its arguments are not bytes, type and shape")
        case .torchSize: require(arguments.count <= 1 && arguments.allSatisfy(isIterable), "its argument is not a tuple")
        case .torchDevice: require(arguments.allSatisfy(isPlain), "its argument is not a text")
        case .torchLayout: require(arguments.allSatisfy(isText), "its argument is not a text")
        case .torchStorage:
            require(!arguments.contains(where: isLarge), "it asks for more than \(BuilderRules.countLimit) elements with a number")
            require(!arguments.contains(where: isFunction), "a function is among its arguments")
        case .torchRebuild: judgeHooks(name, arguments)
        case .torchRebuildUnchecked: require(false, "it does not check the sizes and offsets that it is given")
        case .torchRebuildFromType: judgeRebuildFromType(name, arguments)
        }
    }

    // MARK: Calls with rules of their own

    /// `object.__new__(class)`, or the same for a container with its contents.
    private mutating func judgeReconstructor(_ name: String, _ arguments: [PickleValue]) {
        let base = arguments.count == 3 ? document.globalName(arguments[1]).map(KnownNames.canonical) : nil
        let isSound =
            switch base {
            case "builtins.object": arguments[2] == .none
            case "builtins.dict", "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset": isIterable(arguments[2])
            case "builtins.int", "builtins.float", "builtins.str", "builtins.complex", "builtins.unicode", "builtins.long":
                isPlain(arguments[2])
            default: false
            }
        if !isSound { object(name, .unknown, "its arguments are not a class, object and None") }
    }

    /// The third argument holds the arguments for a call of the first.
    private mutating func judgeRebuildFromType(_ name: String, _ arguments: [PickleValue]) {
        guard arguments.count == 4, let function = document.globalName(arguments[0]), let inner = document.sequence(arguments[2]),
            let builder = Builder.named(KnownNames.canonical(function)),
            [.torchRebuild, .torchRebuildFromType, .torchRebuildUnchecked].contains(builder)
        else {
            object(name, arguments.first.map(verdictOfHandedOn) ?? .unknown, "it calls something other than a rebuild function of torch")
            return
        }
        // Calling itself again would never end.
        guard builder != .torchRebuildFromType else { return object(name, .unknown, "it calls itself") }
        judge(builder, function, inner, PickleObject(construction: .call, callable: arguments[0], arguments: arguments[2]))
        judgeState(arguments[3], of: name)
    }

    /// Hooks are called when gradients are computed.
    private mutating func judgeHooks(_ name: String, _ arguments: [PickleValue]) {
        if arguments.contains(where: isFunction) { object(name, .unknown, "a function is among its arguments") }
        for case .object(let hooks)? in arguments.map({ document.node($0) }) where !hooks.entries.isEmpty {
            if document.globalName(hooks.callable) == "collections.OrderedDict" { object(name, .unknown, "hooks are among its arguments") }
        }
        if KnownNames.canonical(name) == "torch._utils._rebuild_parameter_with_state", arguments.count > 3 {
            judgeState(arguments[3], of: name)
        }
    }

    /// Whether it is a name that could be called and does not build a tensor; names that are not on the list are judged by themselves.
    private func isFunction(_ value: PickleValue) -> Bool {
        switch document.globalName(value).flatMap({ Builder.named(KnownNames.canonical($0)) }) {
        case .constant?, .torchStorage?, .torchRebuild?, nil: false
        default: true
        }
    }

    // MARK: States

    /// Attributes that the unpickler itself calls once they are set, which would turn a harmless object into a call of any function.
    private static let calledAttributes: Set<String> = [
        "__setstate__", "append", "extend", "add", "__class__", "__dict__", "__reduce_ex__",
    ]

    private mutating func judgeStates(_ object: PickleObject) {
        guard !object.states.isEmpty else { return }
        let name = document.globalName(object.callable) ?? "(a result)"
        for state in object.states { judgeState(state, of: name) }
    }

    private mutating func judgeState(_ state: PickleValue, of name: String) {
        var dictionaries = [state]
        if case .tuple(let parts)? = document.node(state), parts.count == 2 { dictionaries += parts }
        for case .dictionary(let entries)? in dictionaries.map({ document.node($0) }) {
            for entry in entries {
                guard let key = document.string(entry.key), BuilderRules.calledAttributes.contains(key), case .node? = Optional(entry.value)
                else { continue }
                switch document.node(entry.value) {
                case .global?, .object?, .persistentReference?, .extensionCode?:
                    object(name, .dangerous, "its state sets \(key), which loading calls")
                default: break
                }
            }
        }
    }

    // MARK: Kinds of values

    func isPlain(_ value: PickleValue) -> Bool {
        guard let node = document.node(value) else { return true }
        switch node {
        case .string, .bytes, .byteArray, .bigInteger: return true
        default: return false
        }
    }

    func isText(_ value: PickleValue) -> Bool { document.string(value) != nil }

    func isBytes(_ value: PickleValue) -> Bool {
        switch document.node(value) {
        // Protocols 0 to 2 write bytes as an encoded string, which is judged separately; a buffer that the loader supplies is judged by
        // its name.
        case .bytes?, .byteArray?, .outOfBandBuffer?, .string?: true
        case .object(let object)?:
            ["_codecs.encode", "builtins.bytes", "builtins.bytearray"].contains(
                document.globalName(object.callable).map(KnownNames.canonical) ?? "")
        default: false
        }
    }

    private func isDictionary(_ value: PickleValue) -> Bool { if case .dictionary? = document.node(value) { true } else { false } }

    /// Whether iterating over it only yields values from the pickle.
    private func isIterable(_ value: PickleValue) -> Bool {
        switch document.node(value) {
        case .list?, .tuple?, .dictionary?, .set?, .frozenSet?, .string?, .bytes?, .byteArray?: return true
        case .object(let object)?:
            switch document.globalName(object.callable).flatMap({ Builder.named(KnownNames.canonical($0)) }) {
            case .container?, .defaultDictionary?, .byteString?, .encoding?, .torchSize?: return true
            default: return false
            }
        default: return false
        }
    }

    private func isBuilder(_ value: PickleValue) -> Bool {
        document.globalName(value).map { Builder.named(KnownNames.canonical($0)) != nil } ?? false
    }

    /// Whether it is the result of a builder.
    private func isBuilt(_ value: PickleValue) -> Bool {
        if case .object(let object)? = document.node(value) { document.globalName(object.callable) != nil } else { false }
    }

    /// The verdict on a callable that is stored and called later, with arguments that nobody has seen.
    private func verdictOfHandedOn(_ value: PickleValue) -> GlobalVerdict {
        guard case .global(let module, let name)? = document.node(value) else { return .unknown }
        return max(.unknown, GlobalVerdict.of(module: module, name: name))
    }

    private func isLarge(_ value: PickleValue) -> Bool {
        switch value {
        case .integer(let number): return number > BuilderRules.countLimit
        case .float(let number): return number > Double(BuilderRules.countLimit)
        default:
            switch document.node(value) {
            case .bigInteger(let digits)?: return (digits.last ?? 0) & 0x80 == 0
            // `torch.Tensor(torch.Size([...]))` takes sizes.
            case .tuple(let items)?, .list(let items)?:
                var product = 1
                for item in items {
                    guard case .integer(let size) = item else { return false }
                    let (next, overflow) = product.multipliedReportingOverflow(by: Int(max(size, 1)))
                    product = overflow ? Int.max : next
                }
                return product > BuilderRules.countLimit
            default: return false
            }
        }
    }

    private func isTextWithEncoding(_ arguments: [PickleValue], or other: (PickleValue) -> Bool) -> Bool {
        guard let first = arguments.first else { return true }
        guard arguments.count == 2 else { return isText(first) || other(first) }
        // `int("12", 8)` and `complex(1, 2)`.
        guard let encoding = document.string(arguments[1]) else { return isPlain(first) && document.node(arguments[1]) == nil }
        let known = ["latin1", "latin-1", "iso-8859-1", "iso8859-1", "utf-8", "utf8", "ascii", "us-ascii"]
        return isPlain(first) && known.contains(encoding.lowercased())
    }

    private func isRatio(_ value: PickleValue) -> Bool {
        guard let text = document.string(value) else { return isPlain(value) }
        return text.utf8.allSatisfy { (48...57).contains($0) || [0x2B, 0x2D, 0x2F, 0x20].contains($0) }
    }

    func isTupleOfSizes(_ value: PickleValue) -> Bool {
        guard case .tuple(let items)? = document.node(value) else { return false }
        return items.allSatisfy { if case .integer(let size) = $0 { size >= 0 } else { false } }
    }

    mutating func object(to name: String, _ verdict: GlobalVerdict, _ reason: String) { object(name, verdict, reason) }
}
