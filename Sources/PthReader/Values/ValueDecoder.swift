import Files
import Pickle
import Tensors

/// Turns a pickle's nodes into checkpoint values. Shared nodes are decoded once; a container inside itself becomes `.cycle`.
struct ValueDecoder {
    let document: PickleDocument
    /// The path, for messages.
    let file: String
    /// What a persistent id stands for.
    let resolve: (CheckpointValue) throws -> CheckpointValue
    /// Reads the bytes of `torch.storage._load_from_bytes`, a torch file inside a pickle.
    let loadNested: (ByteView) throws -> CheckpointValue

    private var decoded: [Int: CheckpointValue] = [:]
    private var open: Set<Int> = []

    init(
        _ document: PickleDocument, file: String, loadNested: @escaping (ByteView) throws -> CheckpointValue,
        resolve: @escaping (CheckpointValue) throws -> CheckpointValue
    ) {
        self.document = document
        self.file = file
        self.loadNested = loadNested
        self.resolve = resolve
    }

    mutating func root() throws -> CheckpointValue {
        try value(document.root)
    }

    mutating func value(_ value: PickleValue) throws -> CheckpointValue {
        switch value {
        case .none: return .none
        case .boolean(let flag): return .boolean(flag)
        case .integer(let number): return .integer(number)
        case .float(let number): return .float(number)
        case .node(let index):
            if let known = decoded[index] { return known }
            guard open.insert(index).inserted else { return .cycle }
            defer { open.remove(index) }
            let result = try decode(document.nodes[index])
            decoded[index] = result
            return result
        }
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
        for item in items { result.append(.init(key: try value(item.key), value: try value(item.value))) }
        return result
    }

    private mutating func decode(_ node: PickleNode) throws -> CheckpointValue {
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
        case .object(let object): return try build(object)
        }
    }

    private mutating func build(_ object: PickleObject) throws -> CheckpointValue {
        let callable = try value(object.callable)
        let name: String
        switch callable {
        case .global(let text): name = KnownNames.canonical(text)
        case .placeholder(let inner): name = inner.className
        default: name = "?"
        }
        var arguments: [CheckpointValue] = []
        let given = try value(object.arguments)
        if case .tuple(let items) = given { arguments = items } else { arguments = [given] }
        let call = Call(
            name: name, arguments: arguments, keywords: try object.keywords.map { try value($0) }, states: try values(object.states),
            items: try values(object.items), entries: try entries(object.entries))
        if let known = try TorchValues.build(call, file: file, decoder: self) { return known }
        if let known = NumpyValues.build(call) { return known }
        if let known = StandardLibraryValues.build(call) { return known }
        return call.placeholder
    }

    private func placeholder(_ name: String) -> CheckpointValue {
        Call(name: name, arguments: [], keywords: nil, states: [], items: [], entries: []).placeholder
    }
}

/// What a pickle would have called, with decoded arguments.
struct Call {
    let name: String
    let arguments: [CheckpointValue]
    let keywords: CheckpointValue?
    let states: [CheckpointValue]
    let items: [CheckpointValue]
    let entries: [CheckpointDictionary.Entry]

    var placeholder: CheckpointValue {
        .placeholder(
            Placeholder(
                className: name, arguments: arguments, keywords: keywords, states: states, items: items,
                entries: CheckpointDictionary(entries: entries)))
    }

    /// Whether nothing was applied to the result; a known value that was then changed is shown whole, as a placeholder.
    var isUntouched: Bool { states.isEmpty && items.isEmpty && entries.isEmpty && keywords == nil }
}

/// Module names that changed between Python 2 and 3, or between versions of a library.
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
