import ConvertIR
import Testing

/// Spellings of the same network that other programs choose are alike in the graph that is compared.
@Suite struct ComparableGraphTests {
    private func node(_ name: String, _ operation: Operation, _ input: String) -> Node {
        Node(name: name, operation: operation, inputs: [input], output: name)
    }

    private func comparable(_ sizes: [Dimension], _ nodes: [Node]) throws -> Graph {
        let graph = Graph(inputs: [Sample.input(sizes)], nodes: nodes, outputs: [nodes[nodes.count - 1].output])
        return try Sample.model(graph, try Sample.weights([:])).comparableGraph
    }

    private let vector: [Dimension] = [.batch, .fixed(12)]
    private let image: [Dimension] = [.batch, .fixed(2), .fixed(8), .fixed(9)]

    @Test("Several reshapes in a row are one, with their sizes written out") func reshapesInARow() throws {
        let steps = try comparable(
            vector, [node("a", .reshape([0, 12, 1]), "input"), node("b", .reshape([0, -1, 1, 1]), "a"), node("c", .relu, "b")])
        let once = try comparable(vector, [node("b", .reshape([0, 12, 1, 1]), "input"), node("c", .relu, "b")])
        #expect(steps == once && once.nodes.count == 2)
    }

    @Test("A reshape that something else reads, or that is an output, stays") func aReshapeThatIsReadElsewhere() throws {
        let nodes = [
            node("a", .reshape([0, 12, 1]), "input"), node("b", .reshape([0, 12, 1, 1]), "a"), node("c", .reshape([0, 3, 4]), "a"),
            node("d", .flatten, "c"),
        ]
        let found = try comparable(vector, nodes)
        #expect(found.nodes.map(\.output) == ["a", "b", "d"])
        #expect(found.nodes.map(\.inputs) == [["input"], ["a"], ["a"]])
    }

    @Test("Reshapes to other sizes stay apart") func reshapesToOtherSizes() throws {
        let one = try comparable(vector, [node("a", .reshape([0, 3, 4]), "input")])
        let other = try comparable(vector, [node("a", .reshape([0, 4, 3]), "input")])
        #expect(one != other)
    }

    @Test("A pool that would reach past the end counts as one that does not, unless there is something past it")
    func poolsThatReachPastTheEnd() throws {
        func pool(_ width: Int, ceil: Bool) throws -> Graph {
            let pooling = Pooling(kernel: Size2D(2), stride: Size2D(2), ceilMode: ceil)
            return try comparable([.batch, .fixed(2), .fixed(8), .fixed(width)], [node("a", .maxPool(pooling), "input")])
        }
        #expect(try pool(8, ceil: true).nodes == pool(8, ceil: false).nodes)
        #expect(try pool(9, ceil: true).nodes != pool(9, ceil: false).nodes)
    }
}
