import ConvertIR
import Testing

/// The forms of a graph for people.
@Suite struct GraphTextTests {
    @Test("The text has one line per value, with type, weights and attributes")
    func theTextHasALineForEveryValueWithTypeWeightsAndAttributes() throws {
        let model = try Sample.model(Sample.everything, try Sample.everythingWeights())
        let lines = model.graph.text(types: model.valueTypes).split(separator: "\n").map(String.init)
        #expect(lines.count == 2 + Sample.everything.nodes.count + 5)
        for line in [
            "input pixels: uint8 [batch, 3, 16, width]",
            "conv: [batch, 4, 8, 17] = convolution(mul) weight=conv.weight bias=conv.bias stride=2x1 padding=1,0,2,3 dilation=2x1",
            "depthwise: [batch, 4, 8, 17] = convolution(prelu) weight=dw.weight stride=1x1 groups=4",
            "bn: [batch, 4, 8, 17] = batch_normalization(conv) scale=bn.weight bias=bn.bias mean=bn.mean variance=bn.var epsilon=0.001",
            "max: [batch, 8, 4, 9] = max_pool(cat) kernel=3x2 stride=2x2 padding=1,0,0,1 ceil",
            "clip: [batch, 4, 8, 17] = clip(add) minimum=-0.5 maximum=6.0", "most: [batch, 4, 8, 17] = clip(add) maximum=6.0",
            "gate: [batch, 4, 8, 17] = hard_sigmoid(add)", "steep: [batch, 4, 8, 17] = hard_sigmoid(add) alpha=0.2 beta=0.25",
            "gelu: [batch, 4, 8, 17] = gelu(add)", "near: [batch, 4, 8, 17] = gelu(add) tanh",
            "bare: [batch, 4, 8, 17] = batch_normalization(maximum) mean=bn.mean variance=bn.var epsilon=0.001",
            "counted: [batch, 4, 8, 17] = average_pool(bare) kernel=3x3 stride=1x1 padding=1,1,1,1 count_padding",
            "cat: [batch, 8, 8, 17] = concatenate(add, prelu) axis=1", "permute: [batch, 8, 8, 3] = permute(average) axes=0,1,3,2",
            "embedding: [batch, 5] = l2_normalize(linear) axis=1 epsilon=1e-12 name=norm", "output cast: [batch, 3, 16, width]",
            "tokens: [batch, 4, 12] = reshape(frame) shape=0,4,-1", "token: [batch, 4, 12] = parameter() weight=token batch",
            "layer: [batch, 4, 12] = layer_normalization(tokens) scale=ln.weight bias=ln.bias axes=2 epsilon=1e-06",
            "slice: [batch, 4, 4] = slice(token) axis=2 start=-1 end=0 step=-3",
            "mean: [batch, 1, 12] = reduce_mean(matrices) axes=1 keep_axes", "length: [batch] = reduce_l2(mean) axes=1,2",
        ] { #expect(lines.contains(line), "\(line)\n\(lines.joined(separator: "\n"))") }
    }

    @Test("DOT has a node and its edges for every value") func dotHasANodeAndItsEdgesForEveryValue() throws {
        let model = try Sample.model(Sample.everything, try Sample.everythingWeights())
        let dot = model.graph.dot(types: model.valueTypes)
        let lines = dot.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
        #expect(lines.first == "digraph model {" && lines.last == "}")
        #expect(lines.filter { $0.contains(" -> ") }.count == model.graph.nodes.reduce(0) { $0 + $1.inputs.count } + 5)
        #expect(lines.contains("\"add\" -> \"cat\" [label=\"[batch, 4, 8, 17]\"];"))
        #expect(lines.contains("\"relu\" [label=\"relu\\nrelu\"];"))
        #expect(lines.contains("\"embedding\" -> \"output embedding\";"))
    }

    @Test("Quotes and backslashes in names are escaped in DOT") func quotesAndBackslashesInNamesDoNotBreakOutOfDot() throws {
        let graph = Graph(
            inputs: [Sample.input([.batch])], nodes: [Node(name: "a\"]; x\\", operation: .relu, inputs: ["input"], output: "v\"w\\")],
            outputs: ["v\"w\\"])
        let dot = graph.dot(types: [:])
        #expect(dot.contains("\"v\\\"w\\\\\" [label=\"relu\\na\\\"]; x\\\\\"];"), "\(dot)")
    }

    @Test("A contract is summarized in one line") func aContractIsToldInOneLine() {
        #expect(
            Sample.contract.summary == "16×16 RGB, (x − 127.5) / 128, MTCNN crop with margin 16; out: 5 numbers, not normalized")
    }
}
