import Architectures
import ConvertIR
import Exporters
import TestSupport
import Testing

/// The graphs of all families can be written as text and read back.
@Suite struct GraphTextTests {
    private func check(_ model: Model) throws {
        #expect(try Graph(text: model.graph.text(types: model.valueTypes), file: "graph.txt") == model.graph)
    }

    @Test("A family's graph comes back the same", arguments: ["inception_resnet_v1", "mobilefacenet"])
    func families(_ name: String) throws { try check(try Architectures.rebuild(try Networks.zeros(name)).model) }

    @Test("A graph in insightface's layout comes back the same")
    func insightface() throws {
        try check(try Architectures.rebuild(try Networks.weights("models/ir_small.pth").asInsightface()).model)
    }

    @Test("Every fixture that is a network comes back the same")
    func fixtures() throws {
        var count = 0
        for name in ["models", "state_dicts", "training"].flatMap(Fixtures.names(in:)) {
            guard let opened = try? FormatRegistry.open(Fixtures.path(name)), let model = try? OpenedModel(opened).content.model else {
                continue
            }
            try check(model)
            count += 1
        }
        #expect(count > 0)
    }
}
