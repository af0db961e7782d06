import ConvertFiles

/// One value of a pickle: an inline number, or a reference to a node.
package enum PickleValue: Sendable, Hashable {
    case none
    case boolean(Bool)
    case integer(Int64)
    case float(Double)
    /// An index into `PickleDocument.nodes`; the same index is the same Python object.
    case node(Int)
}

/// A key and its value, in the order in which they were set.
package struct PickleEntry: Sendable, Equatable {
    /// The key as it was pickled.
    package let key: PickleValue
    /// The value.
    package let value: PickleValue

    /// Creates an entry.
    package init(key: PickleValue, value: PickleValue) {
        self.key = key
        self.value = value
    }
}

/// Everything in a pickle that has an identity. Inert: a class is only a name, a call only a record of what would have been called.
package enum PickleNode: Sendable {
    case string(String)
    case bytes(ByteView)
    case byteArray(ByteView)
    /// An integer beyond 64 bits, in little-endian two's complement.
    case bigInteger([UInt8])
    case list([PickleValue])
    case tuple([PickleValue])
    case dictionary([PickleEntry])
    case set([PickleValue])
    case frozenSet([PickleValue])
    /// A class or function by name; it is never looked up.
    case global(module: String, name: String)
    /// A code of copyreg's extension registry, which only the writing program knew.
    case extensionCode(Int)
    indirect case object(PickleObject)
    /// What the writer's `persistent_id` returned, such as torch's storage tuples.
    case persistentReference(PickleValue)
    /// A protocol 5 buffer that is stored outside the pickle.
    case outOfBandBuffer
}

/// What a REDUCE, NEWOBJ, NEWOBJ_EX, OBJ or INST would have built, and everything applied to it afterwards.
package struct PickleObject: Sendable {
    /// Which family of opcodes built it.
    package enum Construction: Sendable {
        /// `callable(*arguments)`.
        case call
        /// `callable.__new__(callable, *arguments, **keywords)`.
        case new
    }

    /// Which family of opcodes built it.
    package let construction: Construction
    /// The class or function, usually a `.global` node.
    package let callable: PickleValue
    /// The positional arguments, usually a tuple node.
    package let arguments: PickleValue
    /// The keyword arguments of NEWOBJ_EX, a dictionary node; nil for all other opcodes.
    package let keywords: PickleValue?
    /// States given by BUILD, in order.
    package var states: [PickleValue] = []
    /// Items given by APPEND(S) or ADDITEMS.
    package var items: [PickleValue] = []
    /// Entries given by SETITEM(S).
    package var entries: [PickleEntry] = []
    /// Offset of the opcode that built it, in the pickle.
    package let offset: Int
    /// The last opcode applied to the result, and its offset; nil if there was none.
    package internal(set) var lastTouch: (opcode: String, offset: Int)?

    /// Creates an object to which nothing has been applied yet.
    package init(
        construction: Construction, callable: PickleValue, arguments: PickleValue, keywords: PickleValue? = nil, offset: Int = 0
    ) {
        self.construction = construction
        self.callable = callable
        self.arguments = arguments
        self.keywords = keywords
        self.offset = offset
    }
}

/// A point in a pickle at which a class or function is named.
package struct PickleGlobalUse: Sendable, Equatable {
    /// The module; `copyreg extension` for an extension code, `loader-supplied` for what only the loading program knows.
    package let module: String
    /// The qualified name within the module.
    package let name: String
    /// Offset of the opcode in the pickle.
    package let offset: Int
    /// The opcode, as pickletools names it.
    package let opcode: String

    /// Creates a use of a global.
    package init(module: String, name: String, offset: Int, opcode: String) {
        self.module = module
        self.name = name
        self.offset = offset
        self.opcode = opcode
    }
}

/// A pickle as inert values. Nodes refer to each other by index, so sharing and cycles are preserved and nothing is ever executed.
package struct PickleDocument: Sendable {
    /// All nodes, in the order in which they were created.
    package internal(set) var nodes: [PickleNode]
    /// The value that STOP returned.
    package internal(set) var root: PickleValue
    /// Highest protocol named by a PROTO opcode; 0 if there is none.
    package internal(set) var protocolVersion: Int
    /// Number of bytes from the first opcode to the end of STOP.
    package internal(set) var byteCount: Int
    /// Every use of a class or function, in order.
    package internal(set) var globals: [PickleGlobalUse]
    /// Containers that were changed after a call that may have received them, with the offset of the last change. A function that copies
    /// its argument saw what the container held at the offset of the call.
    package internal(set) var lateChanges: [Int: Int] = [:]
    /// How many values a reader visits that follows every reference from the root and revisits shared values; `Int.max` if there are too
    /// many to count.
    package internal(set) var unfoldedCount = 0

    /// The node that a value refers to; nil for numbers.
    package func node(_ value: PickleValue) -> PickleNode? {
        guard case .node(let index) = value, nodes.indices.contains(index) else { return nil }
        return nodes[index]
    }

    /// The text of a string node; nil for any other value.
    package func string(_ value: PickleValue) -> String? {
        if case .string(let text)? = node(value) { text } else { nil }
    }

    /// The items of a tuple or list node; nil for any other value.
    package func sequence(_ value: PickleValue) -> [PickleValue]? {
        switch node(value) {
        case .tuple(let items)?, .list(let items)?: items
        default: nil
        }
    }

    /// Module and name of a global node, joined by a dot; nil for any other value.
    package func globalName(_ value: PickleValue) -> String? {
        if case .global(let module, let name)? = node(value) { "\(module).\(name)" } else { nil }
    }
}
