import ConvertIR
import ConvertTensors
import Testing

/// Dead nodes, appended normalization, embedded preprocessing, softmax for old operator sets.
@Suite struct PassTests {
    private func relu(_ name: String, _ input: String) -> Node { Node(name: name, operation: .relu, inputs: [input], output: name) }

    @Test("Nodes that reach no output are removed") func nodesThatReachNoOutputGo() {
        let input = Sample.input([.batch, .fixed(4)])
        let nodes = [relu("a", "input"), relu("dead", "a"), relu("b", "a"), relu("deader", "dead")]
        let graph = Graph(inputs: [input], nodes: nodes, outputs: ["b"])
        #expect(graph.withoutDeadNodes() == Graph(inputs: [input], nodes: [nodes[0], nodes[2]], outputs: ["b"]))
        let whole = Graph(inputs: [input], nodes: nodes, outputs: ["b", "deader"])
        #expect(whole.withoutDeadNodes() == whole)
    }

    @Test("Values that have a weight's name get names of their own wherever they are read") func valuesApartFromWeights() throws {
        let weights = try Sample.weights(["w": [4, 4], "w.value": [4]])
        let nodes = [
            Node(name: "fc", operation: .linear(Linear(weight: "w")), inputs: ["input"], output: "w"), relu("b", "w"),
            Node(name: "sum", operation: .add, inputs: ["b", "w"], output: "sum"),
            Node(name: "slope", operation: .prelu(slope: "w.value"), inputs: ["sum"], output: "end"),
        ]
        let graph = Graph(inputs: [Sample.input([.batch, .fixed(4)])], nodes: nodes, outputs: ["end", "w"])
        let apart = try Sample.model(graph, weights).namingValuesApartFromWeights().graph
        #expect(apart.nodes.map(\.output) == ["w.value_", "b", "sum", "end"] && apart.outputs == ["end", "w.value_"])
        #expect(apart.nodes.map(\.inputs) == [["input"], ["w.value_"], ["b", "w.value_"], ["sum"]])
        #expect(apart.nodes.map(\.operation) == nodes.map(\.operation))
    }

    @Test("Reshapes one after another are one, unless something else reads what is between") func reshapesAreJoined() throws {
        let input = Sample.input([.batch, .fixed(4), .fixed(6)])
        func node(_ sizes: [Int], _ input: String, _ output: String) -> Node {
            Node(name: output, operation: .reshape(sizes), inputs: [input], output: output)
        }
        let nodes = [node([0, -1, 3], "input", "a"), node([0, 8, 3, 1], "a", "b"), node([0, 0, 1, 3], "b", "c")]
        let graph = Graph(inputs: [input], nodes: nodes, outputs: ["c"])
        let joined = try Sample.model(graph, try Sample.weights([:])).joiningReshapes()
        #expect(joined.graph.nodes == [Node(name: "a", operation: .reshape([0, 8, 1, 3]), inputs: ["input"], output: "c")])
        var read = graph
        read.outputs = ["c", "a"]
        #expect(try Sample.model(read, try Sample.weights([:])).joiningReshapes().graph.nodes.map(\.output) == ["a", "c"])
    }

    @Test("Sizes that follow, and a ceiling that cuts nothing off, have one spelling") func plainSpellings() throws {
        let pooling = Pooling(kernel: Size2D(2), stride: Size2D(2), ceilMode: true)
        func spelled(_ side: Int) throws -> [Operation] {
            let graph = Sample.chain(
                [.batch, .fixed(3), .fixed(side), .fixed(side)], ["p": .maxPool(pooling), "r": .reshape([0, 3, -1])])
            return try Sample.model(graph, try Sample.weights([:])).graphInPlainSpelling.nodes.map(\.operation)
        }
        var floor = pooling
        floor.ceilMode = false
        #expect(try spelled(6) == [.maxPool(floor), .reshape([0, 3, 9])])
        #expect(try spelled(7) == [.maxPool(pooling), .reshape([0, 3, 16])])
    }

    // MARK: Normalization

    @Test("The normalized output keeps its name, and is normalized only once") func theOutputKeepsItsNameAndGetsUnitLength() throws {
        let weights = try Sample.weights(["w": [5, 4]])
        var graph = Sample.chain([.batch, .fixed(4)], ["fc": .linear(Linear(weight: "w"))])
        graph.nodes[0].output = "embedding"
        graph.outputs = ["embedding"]
        let normal = try Sample.model(graph, weights).appendingNormalization()
        #expect(normal.graph.outputs == ["embedding"] && normal.contract.isNormalized)
        #expect(normal.graph.nodes.map(\.operation) == [.linear(Linear(weight: "w")), .l2Normalize(axis: 1, epsilon: 1e-12)])
        #expect(normal.graph.nodes.last?.inputs == normal.graph.nodes.first.map { [$0.output] })
        #expect(normal.graph.nodes.last?.output == "embedding")
        // Twice is once.
        #expect(try normal.appendingNormalization().graph == normal.graph)
    }

    @Test("Other nodes that read the output still get the value before normalization")
    func otherReadersOfTheOutputReadWhatTheyRead() throws {
        var graph = Sample.chain([.batch, .fixed(4)], ["a": .relu, "b": .relu])
        graph.outputs = ["a"]
        let normal = try Sample.model(graph, try Sample.weights([:])).appendingNormalization()
        let inner = try #require(normal.graph.nodes.first?.output)
        #expect(normal.graph.nodes.map(\.inputs) == [["input"], [inner], [inner]] && inner != "a")
    }

    @Test("A model with several outputs cannot be normalized") func severalOutputsCannotBeNormalized() throws {
        var graph = Sample.chain([.batch, .fixed(4)], ["a": .relu, "b": .relu])
        graph.outputs = ["a", "b"]
        let model = try Sample.model(graph, try Sample.weights([:]))
        #expect(throws: GraphError.self) { try model.appendingNormalization() }
    }

    // MARK: Preprocessing

    @Test("Mean and scale move from the contract into the graph") func meanAndScaleGoIntoTheGraphAndOutOfTheContract() throws {
        let graph = Sample.chain([.batch, .fixed(3)], ["a": .relu])
        let model = try Sample.model(graph, try Sample.weights([:]))
        let floats = try model.embeddingPreprocessing(elements: .float32)
        #expect(floats.graph.nodes.map(\.operation) == [.subtract(127.5), .multiply(0.0078125), .relu])
        #expect(floats.graph.nodes.map(\.name) == ["Sub_preprocess", "Mul_preprocess", "a"])
        #expect(floats.contract.mean == 0 && floats.contract.standardDeviation == 1)
        #expect(floats.graph.inputs == graph.inputs)
        let whole = try model.embeddingPreprocessing(elements: .uint8)
        #expect(whole.graph.nodes.map(\.operation) == [.convertToFloat, .subtract(127.5), .multiply(0.0078125), .relu])
        #expect(whole.graph.inputs.first?.type.elements == .uint8)
        #expect(whole.valueTypes["a"] == model.valueTypes["a"])
    }

    @Test("Preprocessing is embedded only once") func whatIsAlreadyInsideIsNotPutThereAgain() throws {
        let graph = Sample.chain([.batch, .fixed(3)], ["a": .relu])
        let once = try Sample.model(graph, try Sample.weights([:])).embeddingPreprocessing(elements: .float32)
        #expect(try once.embeddingPreprocessing(elements: .float32).graph == once.graph)
    }

    @Test("Embedded preprocessing avoids names that are taken") func namesThatAreTakenAreNotGivenAgain() throws {
        let graph = Sample.chain([.batch, .fixed(3)], ["Sub_preprocess": .relu, "Cast_preprocess": .relu])
        let whole = try Sample.model(graph, try Sample.weights([:])).embeddingPreprocessing(elements: .uint8)
        #expect(Set(whole.graph.nodes.map(\.output)).count == 5 && Set(whole.graph.nodes.map(\.name)).count == 5)
    }

    // MARK: Softmax

    private func softmax(_ axis: Int) -> Graph {
        Sample.chain([.batch, .fixed(4), .symbol("h"), .fixed(6)], ["before": .relu, "soft": .softmax(axis: axis), "after": .relu])
    }

    @Test("A softmax on an inner axis is permuted to the last axis and back", arguments: [0, 1, 2])
    func softmaxOnAnInnerAxisIsPermutedToTheLastAndBack(_ axis: Int) throws {
        let graph = softmax(axis)
        let types = try graph.valueTypes(weights: try Sample.weights([:]))
        let legal = graph.withSoftmaxOnLastAxis(types: types)
        #expect(legal.nodes.map(\.operation.name) == ["relu", "permute", "softmax", "permute", "relu"])
        #expect(legal.nodes.contains { $0.operation == .softmax(axis: 3) })
        let legalTypes = try legal.valueTypes(weights: try Sample.weights([:]))
        #expect(legalTypes["soft"] == types["soft"] && legalTypes["after"] == types["after"])
        #expect(legal.withSoftmaxUnwrapped() == graph)
        // What is moved to the end is the axis itself.
        let moved = legal.nodes.first { $0.operation.name == "permute" }
        #expect(legalTypes[try #require(moved?.output)]?.shape.last == types["before"]?.shape[axis])
    }

    @Test("A softmax on the last axis is unchanged") func softmaxOnTheLastAxisStaysAsItIs() throws {
        let graph = softmax(3)
        #expect(graph.withSoftmaxOnLastAxis(types: try graph.valueTypes(weights: try Sample.weights([:]))) == graph)
    }

    @Test("Permutations that do not cancel out or are read elsewhere stay") func permutationsThatDoNotCancelOrAreReadElsewhereStay() {
        func chain(_ forth: [Int], _ back: [Int]) -> Graph {
            Sample.chain(
                [.batch, .fixed(4), .fixed(5), .fixed(6)], ["p": .permute(forth), "s": .softmax(axis: 3), "q": .permute(back)])
        }
        let other = chain([0, 2, 3, 1], [0, 2, 3, 1])
        #expect(other.withSoftmaxUnwrapped() == other)
        for wrong in [chain([0, 2, 3, 1], [0, 3, 1]), chain([0, 2, 3, 1], [9, -1, 1, 2]), chain([], [])] {
            #expect(wrong.withSoftmaxUnwrapped() == wrong)
        }
        var read = chain([0, 2, 3, 1], [0, 3, 1, 2])
        #expect(read.withSoftmaxUnwrapped().nodes.map(\.operation) == [.softmax(axis: 1)])
        read.outputs = ["q", "s"]
        #expect(read.withSoftmaxUnwrapped() == read)
    }
}
