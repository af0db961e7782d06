/// A network as data: values flow from the inputs through nodes, in order, to the outputs. Weights are named, not held.
package struct Graph: Sendable, Equatable {
    /// Values that the user gives.
    package var inputs: [Input]
    /// Nodes, each after those whose outputs it reads.
    package var nodes: [Node]
    /// Names of the values that the user gets.
    package var outputs: [String]

    /// A value that the user gives.
    package struct Input: Sendable, Equatable {
        /// The value's name.
        package var name: String
        /// Its elements and sizes.
        package var type: ValueType

        /// An input.
        package init(name: String, type: ValueType) {
            self.name = name
            self.type = type
        }
    }

    /// A graph.
    package init(inputs: [Input], nodes: [Node], outputs: [String]) {
        self.inputs = inputs
        self.nodes = nodes
        self.outputs = outputs
    }

    /// Keys of all weights that nodes read, each once, in the order of use.
    package var weightKeys: [String] {
        var seen: Set<String> = []
        return nodes.flatMap { $0.operation.weights.map(\.key) }.filter { seen.insert($0).inserted }
    }
}

/// One step of a graph; it gives one value.
package struct Node: Sendable, Equatable {
    /// The module it stands for, such as `body.0.0.residual.1`.
    package var name: String
    /// What it computes.
    package var operation: Operation
    /// The values that it reads.
    package var inputs: [String]
    /// The value that it gives.
    package var output: String

    /// A node.
    package init(name: String, operation: Operation, inputs: [String], output: String) {
        self.name = name
        self.operation = operation
        self.inputs = inputs
        self.output = output
    }
}

/// One size of a value: known, or only known when the network runs.
package enum Dimension: Sendable, Equatable, CustomStringConvertible {
    /// A known size.
    case fixed(Int)
    /// A size that the user chooses, such as `batch`.
    case symbol(String)
    /// A size that follows from a symbol.
    case derived

    /// As in text forms.
    package var description: String {
        switch self {
        case .fixed(let size): "\(size)"
        case .symbol(let name): name
        case .derived: "?"
        }
    }

    /// The number of images.
    package static let batch = Dimension.symbol("batch")
    /// The size, if it is known.
    package var fixed: Int? { if case .fixed(let size) = self { size } else { nil } }
}

/// Elements of a value in a graph.
public enum ElementType: String, Sendable, Equatable {
    case float32
    case uint8
}

/// Elements and sizes of a value.
package struct ValueType: Sendable, Equatable, CustomStringConvertible {
    /// The elements.
    package var elements: ElementType
    /// Sizes, outermost first.
    package var shape: [Dimension]

    /// A type.
    package init(_ shape: [Dimension], elements: ElementType = .float32) {
        self.elements = elements
        self.shape = shape
    }

    /// As in text forms.
    package var description: String {
        "\(elements == .float32 ? "" : elements.rawValue + " ")[\(shape.map(\.description).joined(separator: ", "))]"
    }
}
