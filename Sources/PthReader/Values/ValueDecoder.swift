import ConvertFiles
import ConvertTensors
import Pickle

/// Converts a pickle's nodes to checkpoint values. Shared nodes are decoded once; a container inside itself becomes `.cycle`.
struct ValueDecoder {
    let document: PickleDocument
    /// The path, for messages.
    let file: String
    /// Returns the value that a persistent id refers to.
    let resolve: (CheckpointValue) throws -> CheckpointValue
    /// Reads the bytes of `torch.storage._load_from_bytes`, a torch file inside a pickle.
    let loadNested: (ByteView) throws -> CheckpointValue

    /// The pickle, for messages: the file, and the entry if it is in an archive.
    private let pickle: String
    /// Decoded values by node; `decodedNodes` replaces this once all nodes are going to be decoded.
    private var decoded: [Int: CheckpointValue] = [:]
    private var decodedNodes: [CheckpointValue?] = []
    private var open: Set<Int> = []
    /// Calls that became placeholders, which could do anything with their arguments.
    private var unknownCalls: Set<Int> = []
    private var givenArguments = 0

    init(
        _ document: PickleDocument, file: String, pickle: String? = nil, loadNested: @escaping (ByteView) throws -> CheckpointValue,
        resolve: @escaping (CheckpointValue) throws -> CheckpointValue
    ) {
        self.document = document
        self.file = file
        self.pickle = pickle ?? file
        self.loadNested = loadNested
        self.resolve = resolve
    }

    /// The pickle's value. Throws for an unsupported call anywhere in the pickle, even if its result was popped from the stack, because
    /// two tensors may share their bytes.
    mutating func root() throws -> CheckpointValue {
        // Walks follow shared values each time; nested sharing must not cost more than the size of the file explains.
        let limit = 1_000_000 + 16 * document.byteCount
        guard document.unfoldedCount <= limit else { throw PthError.tooManyValues(file: file, limit: limit) }
        decodedNodes = [CheckpointValue?](repeating: nil, count: document.nodes.count)
        let root = try value(document.root)
        for index in document.nodes.indices {
            if case .object = document.nodes[index] { _ = try value(.node(index)) }
        }
        try refuseHandedOnWeights()
        return root
    }

    mutating func value(_ value: PickleValue) throws -> CheckpointValue {
        switch value {
        case .none: return .none
        case .boolean(let flag): return .boolean(flag)
        case .integer(let number): return .integer(number)
        case .float(let number): return .float(number)
        case .node(let index):
            guard document.nodes.indices.contains(index) else { return .none }
            if let known = known(index) { return known }
            guard open.insert(index).inserted else { return .cycle }
            defer { open.remove(index) }
            let result = try decode(document.nodes[index], at: index)
            if decodedNodes.isEmpty { decoded[index] = result } else { decodedNodes[index] = result }
            return result
        }
    }

    private func known(_ index: Int) -> CheckpointValue? {
        decodedNodes.isEmpty ? decoded[index] : decodedNodes[index]
    }

    private mutating func values(_ items: [PickleValue]) throws -> [CheckpointValue] {
        var result: [CheckpointValue] = []
        result.reserveCapacity(items.count)
        for item in items { result.append(try value(item)) }
        return result
    }

    private mutating func entries(_ items: [PickleEntry]) throws -> [CheckpointDictionary.Entry] {
        var result: [CheckpointDictionary.Entry] = []
        result.reserveCapacity(items.count)
        var hasNames = false
        var unknown: String?
        for item in items {
            let key = try value(item.key)
            switch key {
            case .string: hasNames = true
            case .placeholder(let object): unknown = object.className
            default: break
            }
            result.append(.init(key: key, value: try value(item.value)))
        }
        if hasNames, let unknown { throw CallError.unknownKey(pickle: pickle, className: unknown) }
        return result
    }

    private mutating func decode(_ node: PickleNode, at index: Int) throws -> CheckpointValue {
        switch node {
        case .string(let text): return .string(text)
        case .bytes(let view): return .bytes(view)
        case .byteArray(let view): return .byteArray(view)
        case .bigInteger(let digits): return .bigInteger(BigDecimalText.decimal(digits), twosComplement: digits)
        case .list(let items): return .list(try values(items))
        case .tuple(let items): return .tuple(try values(items))
        case .set(let items): return .set(try values(items))
        case .frozenSet(let items): return .frozenSet(try values(items))
        case .dictionary(let items): return .dictionary(CheckpointDictionary(entries: try entries(items)))
        case .global(let module, let name):
            let full = "\(module).\(name)"
            return StorageType.dtype(ofGlobal: full).map { .torchDType($0.rawValue) } ?? .global(full)
        case .extensionCode(let code): return placeholder("copyreg extension \(code)")
        case .outOfBandBuffer: return placeholder("out-of-band buffer")
        case .persistentReference(let id): return try resolve(try value(id))
        case .object(let object): return try build(object, at: index)
        }
    }

    private mutating func build(_ object: PickleObject, at index: Int) throws -> CheckpointValue {
        // Only a global can be a known name; the result of another call cannot.
        let name: String
        switch try value(object.callable) {
        case .global(let text): name = KnownNames.canonical(text)
        case .placeholder(let inner): name = "a result of \(inner.className)"
        case let other: name = "a \(other.kindName)"
        }
        let given = try value(object.arguments)
        guard case .tuple(let arguments) = given else {
            throw PthError.malformedCall(file: pickle, call: name, detail: "its arguments are not a tuple")
        }
        let call = Call(
            name: name, place: CallPlace(pickle: pickle, call: name, offset: object.offset), construction: object.construction,
            arguments: arguments, keywords: try object.keywords.map { try value($0) }, states: try values(object.states),
            items: try values(object.items), entries: try entries(object.entries), lastTouch: object.lastTouch)
        guard
            let known = try TorchValues.build(call, file: file, decoder: self) ?? NumpyValues.build(call)
                ?? StandardLibraryValues.build(call)
        else {
            unknownCalls.insert(index)
            return call.placeholder
        }
        try call.refuseLeftovers()
        try refuseLateChanges(object, call)
        return known
    }

    private func placeholder(_ name: String) -> CheckpointValue {
        Call(name: name, place: CallPlace(pickle: pickle, call: name, offset: 0)).placeholder
    }

    // MARK: When a call sees its arguments

    /// A call copies the contents of its arguments when it runs, while values here are decoded at the end.
    private mutating func refuseLateChanges(_ object: PickleObject, _ call: Call) throws {
        try refuseLateChanges(object.arguments, after: object.offset, depth: 3, call)
        for state in object.states { try refuseLateChanges(state, after: object.lastTouch?.offset ?? object.offset, depth: 2, call) }
    }

    private mutating func refuseLateChanges(_ value: PickleValue, after offset: Int, depth: Int, _ call: Call) throws {
        guard case .node(let index) = value, document.nodes.indices.contains(index) else { return }
        if let change = document.lateChanges[index], change > offset { throw CallError.changedArgument(call.place, offset: change) }
        let items: [PickleValue]
        switch document.nodes[index] {
        case .list(let values), .tuple(let values), .set(let values), .frozenSet(let values): items = values
        case .dictionary(let entries):
            try count(entries.count)
            return
        default: return
        }
        // The same list may be an argument of many calls, each of which copies it.
        try count(items.count)
        guard depth > 0 else { return }
        for item in items { try refuseLateChanges(item, after: offset, depth: depth - 1, call) }
    }

    private mutating func count(_ arguments: Int) throws {
        givenArguments += arguments
        let limit = 1_000_000 + 16 * document.byteCount
        guard givenArguments <= limit else { throw PthError.tooManyValues(file: file, limit: limit) }
    }

    // MARK: What unknown functions are given

    /// An unknown function may change the tensors and dictionaries in its arguments. Throws if the file's own value contains them as
    /// well; what only the unknown object holds is shown with it.
    private func refuseHandedOnWeights() throws {
        // `__new__` of an unknown class stores its arguments; torch's own classes take them as data.
        let arguments: [(call: PickleObject, node: Int)] = unknownCalls.sorted().compactMap { index in
            guard case .object(let object) = document.nodes[index], case .node(let arguments) = object.arguments,
                object.construction == .call || document.globalName(object.callable)?.hasPrefix("torch.") == true
            else { return nil }
            return (object, arguments)
        }
        let given = reach(from: arguments.map(\.node), through: { _ in true }).filter { isChangeable($0) }
        guard !given.isEmpty, case .node(let root) = document.root else { return }
        let own = reach(from: [root], through: { !unknownCalls.contains($0) }).filter { isChangeable($0) }
        let ownStorages = Set(own.compactMap { storage($0) })
        func isOwn(_ index: Int) -> Bool { own.contains(index) || storage(index).map(ownStorages.contains) ?? false }
        guard given.contains(where: isOwn) else { return }
        for (object, node) in arguments where reach(from: [node], through: { _ in true }).contains(where: isOwn) {
            throw CallError.weightsHandedOn(
                CallPlace(pickle: pickle, call: document.globalName(object.callable) ?? "a value", offset: object.offset))
        }
    }

    private func reach(from first: [Int], through isFollowed: (Int) -> Bool) -> Set<Int> {
        var seen = Set(first)
        var waiting = first
        while let next = waiting.popLast() {
            guard isFollowed(next) else { continue }
            for child in document.children(of: next) where seen.insert(child).inserted { waiting.append(child) }
        }
        return seen
    }

    /// Storages, and dictionaries that contain tensors or dictionaries.
    private func isChangeable(_ index: Int) -> Bool {
        switch known(index) {
        case .storage?: return true
        case .dictionary(let dictionary)?:
            return dictionary.entries.contains { entry in
                if case .dictionary = entry.value { return true }
                return entry.value.isTensor
            }
        default: return false
        }
    }

    private func storage(_ index: Int) -> ObjectIdentifier? {
        if case .storage(let storage)? = known(index) { ObjectIdentifier(storage.storage) } else { nil }
    }
}

/// Module names that differ between Python 2 and 3, or between versions of a library.
enum KnownNames {
    static func canonical(_ name: String) -> String {
        for (old, new) in renamed where name.hasPrefix(old) { return new + name.dropFirst(old.count) }
        return name
    }

    private static let renamed = [
        ("__builtin__.", "builtins."), ("copy_reg.", "copyreg."), ("numpy._core.", "numpy.core."), ("pathlib._local.", "pathlib."),
        ("torch._tensor.", "torch._utils."),
    ]
}

extension CheckpointValue {
    var int: Int? { if case .integer(let number) = self { Int(exactly: number) } else { nil } }
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var flag: Bool? { if case .boolean(let flag) = self { flag } else { nil } }

    /// The items of a list or tuple.
    var items: [CheckpointValue]? {
        switch self {
        case .list(let items), .tuple(let items): items
        default: nil
        }
    }

    /// The numbers of a tuple or `torch.Size`, which cannot change later, unlike those of a list.
    var fixedInts: [Int]? {
        switch self {
        case .tuple, .size: ints
        default: nil
        }
    }

    /// A name for a message.
    var shortText: String {
        switch self {
        case .torchDType(let name): "torch.\(name)"
        default: kindName
        }
    }

    var sequence: [CheckpointValue]? {
        switch self {
        case .list(let items), .tuple(let items): items
        case .size(let sizes): sizes.map { .integer(Int64($0)) }
        default: nil
        }
    }

    var ints: [Int]? {
        guard let sequence else { return nil }
        let numbers = sequence.compactMap(\.int)
        return numbers.count == sequence.count ? numbers : nil
    }

    var number: Double? {
        switch self {
        case .float(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
    }

    var strided: TorchTensor? { if case .tensor(let tensor) = self { tensor } else { nil } }
}
