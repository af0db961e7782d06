import Files

/// One value of a pickle: a number in place, or the number of a node.
public enum PickleValue: Sendable, Hashable {
    case none
    case boolean(Bool)
    case integer(Int64)
    case float(Double)
    /// An index into `PickleDocument.nodes`; equal numbers are the same Python object.
    case node(Int)
}

/// A key and its value, in the order in which they were set.
public struct PickleEntry: Sendable, Equatable {
    /// The key as it was pickled.
    public let key: PickleValue
    /// The value.
    public let value: PickleValue

    /// A pair.
    public init(key: PickleValue, value: PickleValue) {
        self.key = key
        self.value = value
    }
}

/// Everything that has an identity in a pickle. Inert: a class is a name, a call is a record of what would have been called.
public enum PickleNode: Sendable {
    case string(String)
    case bytes(ByteView)
    case byteArray(ByteView)
    /// Little-endian two's complement, for integers past 64 bits.
    case bigInteger([UInt8])
    case list([PickleValue])
    case tuple([PickleValue])
    case dictionary([PickleEntry])
    case set([PickleValue])
    case frozenSet([PickleValue])
    /// A class or function named, never looked up.
    case global(module: String, name: String)
    /// An entry of copyreg's extension registry, which only the writing program knew.
    case extensionCode(Int)
    indirect case object(PickleObject)
    /// What the writer's `persistent_id` returned, such as torch's storage tuples.
    case persistentReference(PickleValue)
    /// A protocol 5 buffer that travels outside the pickle.
    case outOfBandBuffer
}

/// What a REDUCE, NEWOBJ, NEWOBJ_EX, OBJ or INST would have built, with everything applied to it afterwards.
public struct PickleObject: Sendable {
    /// Which opcode family built it.
    public enum Construction: Sendable {
        /// `callable(*arguments)`.
        case call
        /// `callable.__new__(callable, *arguments, **keywords)`.
        case new
    }

    /// How it was built.
    public let construction: Construction
    /// The class or function, usually a `.global` node.
    public let callable: PickleValue
    /// A tuple node, usually.
    public let arguments: PickleValue
    /// A dictionary node, from NEWOBJ_EX.
    public let keywords: PickleValue?
    /// States given by BUILD, in order.
    public var states: [PickleValue] = []
    /// Items given by APPEND(S) or ADDITEMS.
    public var items: [PickleValue] = []
    /// Entries given by SETITEM(S).
    public var entries: [PickleEntry] = []
    /// Offset of the opcode that built it.
    public let offset: Int
    /// The opcode that was last applied to the result, with its offset; nil if none was.
    public internal(set) var lastTouch: (opcode: String, offset: Int)?

    /// An object as it is before anything is applied to it.
    public init(
        construction: Construction, callable: PickleValue, arguments: PickleValue, keywords: PickleValue? = nil, offset: Int = 0
    ) {
        self.construction = construction
        self.callable = callable
        self.arguments = arguments
        self.keywords = keywords
        self.offset = offset
    }
}

/// A place in a pickle where a class or function is named.
public struct PickleGlobalUse: Sendable, Equatable {
    /// The module; `copyreg extension` for an extension code, `loader-supplied` for what only the loading program knows.
    public let module: String
    /// The qualified name.
    public let name: String
    /// Offset of the opcode in the pickle.
    public let offset: Int
    /// Name of the opcode.
    public let opcode: String

    /// A use of a global.
    public init(module: String, name: String, offset: Int, opcode: String) {
        self.module = module
        self.name = name
        self.offset = offset
        self.opcode = opcode
    }
}

/// A pickle as inert values. Nodes refer to each other by index, so sharing and cycles are kept and nothing is ever executed.
public struct PickleDocument: Sendable {
    /// All nodes, in the order in which they came to be.
    public internal(set) var nodes: [PickleNode]
    /// What STOP returned.
    public internal(set) var root: PickleValue
    /// Highest protocol that a PROTO opcode named; 0 without one.
    public internal(set) var protocolVersion: Int
    /// Bytes from the first opcode to behind STOP.
    public internal(set) var byteCount: Int
    /// Classes and functions named, in order.
    public internal(set) var globals: [PickleGlobalUse]
    /// Containers that were changed after a call that might have been given them, with the offset of the last change. A function that
    /// copies its argument has seen what the container held at the call's own offset.
    public internal(set) var lateChanges: [Int: Int] = [:]
    /// How many values a reader meets that follows every reference from the root, shared values each time; `Int.max` when uncountable.
    public internal(set) var unfoldedCount = 0

    /// The node behind a value; nil for numbers.
    public func node(_ value: PickleValue) -> PickleNode? {
        guard case .node(let index) = value, nodes.indices.contains(index) else { return nil }
        return nodes[index]
    }

    /// The text of a string node.
    public func string(_ value: PickleValue) -> String? {
        if case .string(let text)? = node(value) { text } else { nil }
    }

    /// The items of a tuple or list node.
    public func sequence(_ value: PickleValue) -> [PickleValue]? {
        switch node(value) {
        case .tuple(let items)?, .list(let items)?: items
        default: nil
        }
    }

    /// Module and name of a global node, joined by a dot.
    public func globalName(_ value: PickleValue) -> String? {
        if case .global(let module, let name)? = node(value) { "\(module).\(name)" } else { nil }
    }
}
