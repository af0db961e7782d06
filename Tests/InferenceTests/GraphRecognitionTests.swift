import ConvertIR
import Testing

@testable import Architectures

/// Families recognized from graphs alone, as another program's file shows them.
@Suite struct GraphRecognitionTests {
    private func found(_ model: Model) -> String? { GraphRecognition.find(model.graph, weights: model.weights)?.family }

    private func trunk(_ model: Model) -> String {
        GraphTrunk(model.graph, weights: model.weights)?.elements.joined(separator: " ") ?? "none"
    }

    /// Networks whose graphs are those of other networks too, such as a classifier's: a mean over the map and a linear layer.
    private static let plain: Set<String> = ["yakhyo_resnet18", "vggface2_resnet50", "vggface2_senet50"]
    /// Networks that a different family's graph is the same as, on images of the same size.
    private static let twins = ["cosface_sphere20": "sphereface"]
    /// Families without a pattern.
    private static let unknown: Set<String> = ["edgeface", "face_transformer"]

    /// The family of a network that may be named after its sizes.
    private static func family(of network: String) -> String? {
        if network.hasPrefix("transface") { return "insightface_vit" }
        return FamilyCatalogue.entry(network)?.name ?? FamilyCatalogue.entries.map(\.name).first { network.hasPrefix($0) }
    }

    @Test("A family is known by its graph, whole and folded, whatever its weights are called", arguments: FamilyFixture.names)
    func aFamilyIsKnownByItsGraph(_ name: String) throws {
        let model = try Architectures.rebuild(try FamilyFixture(name).weights).model
        let family = try #require(GraphRecognitionTests.family(of: model.architecture.name))
        let isOpen = GraphRecognitionTests.plain.contains(name) || GraphRecognitionTests.unknown.contains(family)
        let expected = isOpen ? nil : GraphRecognitionTests.twins[name] ?? family
        for form in [model, try model.foldingBatchNormalization()] {
            #expect(found(form) == expected, "\(trunk(form))")
        }
    }

    @Test(
        "The contract is that of the project that the graph shows",
        arguments: ["adaface_ir18": "adaface", "insightface_r18": "insightface"])
    func theContractIsTheProjects(_ name: String, _ project: String) throws {
        let model = try Architectures.rebuild(try FamilyFixture(name).weights).model
        #expect(GraphRecognition.find(model.graph, weights: model.weights)?.profile.name == project)
    }

    @Test("A network with a block of a different kind is none of them") func anotherBlock() throws {
        let model = try Architectures.rebuild(try FamilyFixture("insightface_r18").weights).model
        var graph = model.graph
        let place = try #require(graph.nodes.lastIndex { if case .prelu = $0.operation { true } else { false } })
        graph.nodes[place].operation = .relu
        #expect(GraphRecognition.find(graph, weights: model.weights) == nil)
    }

    // MARK: Trunks

    private func chain(_ nodes: [Node], output: String) -> GraphTrunk? {
        let graph = Graph(inputs: [.init(name: "x", type: ValueType([.batch, .fixed(3)]))], nodes: nodes, outputs: [output])
        let provenance = Provenance(source: "", format: "", stateDictPath: "")
        return GraphTrunk(graph, weights: Weights(entries: [], provenance: provenance))
    }

    private func node(_ operation: Operation, _ inputs: [String], _ output: String) -> Node {
        Node(name: output, operation: operation, inputs: inputs, output: output)
    }

    @Test("Branches that meet again are one element, the longest first") func branchesAreOneElement() {
        let nodes = [
            node(.multiply(0.5), ["x"], "m"), node(.relu, ["m"], "a"), node(.tanh, ["a"], "b"), node(.sigmoid, ["b"], "c"),
            node(.relu, ["a"], "d"), node(.add, ["d", "c"], "e"), node(.product, ["e", "a"], "f"), node(.flatten, ["f"], "g"),
        ]
        #expect(chain(nodes, output: "g")?.elements == ["relu", "product[add[tanh sigmoid|relu]|]", "flatten"])
    }

    @Test("A value weighed by its own mean is a gate") func gates() {
        let nodes = [
            node(.globalAveragePool, ["x"], "a"), node(.relu, ["a"], "b"), node(.sigmoid, ["b"], "c"), node(.product, ["x", "c"], "d"),
        ]
        #expect(chain(nodes, output: "d")?.elements == ["gate"])
    }

    @Test("A graph that would be endless as words has no trunk") func entangledGraphs() {
        var nodes = [node(.relu, ["x"], "v0"), node(.relu, ["v0"], "v1")]
        for index in 2..<2_000 { nodes.append(node(.add, ["v\(index - 1)", "v\(index - 2)"], "v\(index)")) }
        #expect(chain(nodes, output: "v1999") == nil)
        #expect(chain((0..<20_001).map { node(.relu, [$0 == 0 ? "x" : "r\($0 - 1)"], "r\($0)") }, output: "r20000") == nil)
    }
}
