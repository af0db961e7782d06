import ConvertIR

/// How one family's networks look as a trunk.
struct GraphFamily: Sendable {
    /// The family's name, as its description has it.
    let name: String
    /// All families that are recognized by their graphs; the first that fits counts.
    static let all = residual + mobile + transformers + halves

    /// What comes after what.
    let parts: [Part]
    /// What else must hold.
    let condition: @Sendable (GraphView) -> Bool
    /// The project whose contract is assumed, of those that the description names; nil for the usual one.
    let project: @Sendable (GraphView) -> String?

    /// A stretch of a trunk.
    enum Part: Sendable {
        /// These elements, one after the other.
        case words(String)
        /// One of these sequences of elements.
        case oneOf([String])
        /// As many elements as there are of these.
        case blocks(Set<String>, atLeast: Int)
        /// As many elements as there are that hold all of some list of words.
        case blocksHolding([[String]], atLeast: Int)
        /// These elements, if they are there.
        case optional(String)
    }

    init(
        _ name: String, when condition: @escaping @Sendable (GraphView) -> Bool = { _ in true },
        project: @escaping @Sendable (GraphView) -> String? = { _ in nil }, _ parts: [Part]
    ) {
        (self.name, self.condition, self.project, self.parts) = (name, condition, project, parts)
    }

    /// Whether a graph's trunk is this from its beginning to its end.
    func fits(_ view: GraphView) -> Bool { matches(view.trunk) && condition(view) }

    private func matches(_ trunk: GraphTrunk) -> Bool {
        var rest = trunk.elements[...]
        /// Takes a sequence from the front.
        func take(_ words: String) -> Bool {
            let wanted = GraphFamily.elements(words)
            guard rest.starts(with: wanted) else { return false }
            rest = rest.dropFirst(wanted.count)
            return true
        }
        for part in parts {
            switch part {
            case .words(let words): guard take(words) else { return false }
            case .oneOf(let choices): guard choices.contains(where: take) else { return false }
            case .optional(let words): _ = take(words)
            case .blocks(let blocks, let least):
                let run = rest.prefix { blocks.contains($0) }
                guard run.count >= least else { return false }
                rest = rest.dropFirst(run.count)
            case .blocksHolding(let lists, let least):
                let run = rest.prefix { element in
                    lists.contains { list in list.allSatisfy { word in element.split { " []|".contains($0) }.contains { $0 == word } } }
                }
                guard run.count >= least else { return false }
                rest = rest.dropFirst(run.count)
            }
        }
        return rest.isEmpty
    }

    /// Elements of a text: words with spaces between them, those in brackets with what is in them.
    static func elements(_ text: String) -> [String] {
        var elements: [String] = []
        var depth = 0
        for part in text.split(separator: " ", omittingEmptySubsequences: false) {
            if depth > 0, let last = elements.popLast() {
                elements.append(last + " " + part)
            } else if !part.isEmpty {
                elements.append(String(part))
            }
            depth += part.reduce(0) { $0 + ($1 == "[" ? 1 : $1 == "]" ? -1 : 0) }
        }
        return elements
    }
}

/// A graph with its trunk, for what tells projects of one family apart.
struct GraphView: Sendable {
    let graph: Graph
    let weights: Weights
    let trunk: GraphTrunk

    /// Whether a node or a weight has one of these texts in its name; exporters keep the names of what they do not fold.
    func names(_ parts: [String]) -> Bool {
        (graph.nodes.lazy.map(\.name) + weights.entries.lazy.map(\.name)).contains { name in parts.contains { name.contains($0) } }
    }

    /// The number of channels of the image; nil if it is open.
    var channels: Int? { graph.inputs.first.flatMap { graph.inputLayout.channels(of: $0.type.shape) } }

    /// Height and width of the image; nil if they are open.
    var imageSize: Size2D? {
        guard let shape = graph.inputs.first?.type.shape, let axes = graph.inputLayout.imageAxes(of: shape),
            let height = shape[axes.height].fixed, let width = shape[axes.width].fixed
        else { return nil }
        return Size2D(height, width)
    }
}
