import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import TestSupport
import Testing

/// Weights are opened with a graph that is given for them.
@Suite struct GivenGraphTests {
    private func open(_ name: String, _ choice: OpenedModel.Choice = OpenedModel.Choice()) throws -> OpenedModel {
        try OpenedModel(try FormatRegistry.open(Fixtures.path(name)), choice: choice)
    }

    static let networks = [
        "models/ir_small.pth", "models/ir_small_torchscript_unfolded.onnx", "models/ir_small_dynamo.onnx", "models/ir_small_onnxsim.onnx",
        "models/branches_torchscript_unfolded.onnx", "models/branches_dynamo.onnx", "models/branches_onnxsim.onnx",
    ]

    @Test("The text of a network's graph, given for its weights, makes the same network", arguments: networks)
    func theGraphOfTheFileItself(_ name: String) throws {
        let plain = try #require(try open(name).content.model)
        let graph = try Graph(text: plain.graph.text(types: plain.valueTypes), file: "graph.txt")
        #expect(graph == plain.graph)
        let given = try #require(try open(name, OpenedModel.Choice(graph: graph)).content.model)
        #expect(given.graph == plain.graph && given.valueTypes == plain.valueTypes)
        #expect(
            given.weights.entries.map(\.name).filter(Set(plain.weights.entries.map(\.name)).contains) == plain.weights.entries.map(\.name))
        #expect(given.contract.mean == plain.contract.mean && given.contract.crop == plain.contract.crop)
        #expect(given.contract.embeddingLength == plain.contract.embeddingLength && given.architecture == .custom)
        #expect(given.contract.origins[.epsilon] == .given)
    }

    @Test("Weights of no known family become a network by a graph")
    func anUnknownNetwork() throws {
        #expect(try open("models/branches.pth").content.model == nil)
        let exported = try #require(try open("models/branches_torchscript_unfolded.onnx").content.model)
        let given = try open("models/branches.pth", OpenedModel.Choice(graph: exported.graph))
        let model = try #require(given.content.model)
        #expect(given.bareReason == nil && model.graph == exported.graph)
        // Nobody said how images enter.
        #expect(model.contract.mean == nil && model.contract.origins[.mean] == .unknown && model.contract.crop == .unknown)
    }

    @Test("The contract follows the graph if it shows a different network than the family's")
    func aChangedGraph() throws {
        var graph = try #require(try open("models/ir_small.pth").content.model).graph
        let last = try #require(graph.outputs.first)
        graph.nodes.append(Node(name: "unit", operation: .l2Normalize(axis: 1, epsilon: 1e-12), inputs: [last], output: "unit"))
        graph.outputs = ["unit"]
        let model = try #require(try open("models/ir_small.pth", OpenedModel.Choice(graph: graph)).content.model)
        #expect(model.contract.isNormalized && model.contract.origins[.isNormalized] == .given)
        #expect(model.contract.standardDeviation == 128 && model.contract.origins[.standardDeviation] == .assumed)
    }

    @Test("What is given beside the graph takes the place of what it shows")
    func givenFacts() throws {
        let graph = try #require(try open("models/ir_small.pth").content.model).graph
        var facts = GivenFacts()
        facts.mean = 3
        facts.epsilon = 0.25
        let model = try #require(try open("models/ir_small.pth", OpenedModel.Choice(given: facts, graph: graph)).content.model)
        #expect(model.contract.mean == 3 && model.contract.origins[.mean] == .given && Set(model.epsilons) == [0.25])
    }

    @Test("A key that the weights lack is named")
    func missingWeights() throws {
        let exported = try #require(try open("models/branches_torchscript_unfolded.onnx").content.model)
        let node = try #require(exported.graph.nodes.first).name
        #expect(throws: ExportError.graphDoesNotFit(reason: "node \(node): its weight stem.conv.weight is missing")) {
            try open("models/ir_small.pth", OpenedModel.Choice(graph: exported.graph))
        }
    }

    @Test(
        "An input whose batch has a size, or that leaves a size open, is refused before anything is written",
        arguments: [
            "input input: [4, 3, 8, 8]", "input input: [?, 3, 8, 8]", "input input: [batch, 3, ?, 8]",
        ])
    func inputsThatNoFileHolds(_ line: String) throws {
        let text = line + "\nflat = flatten(input)\noutput flat\n"
        let graph = try Graph(text: text, file: "graph.txt")
        let error = #expect(throws: ExportError.self) { try open("models/ir_small.pth", OpenedModel.Choice(graph: graph)) }
        guard case .graphDoesNotFit? = error else {
            Issue.record("\(line): \(String(describing: error))")
            return
        }
    }
}
