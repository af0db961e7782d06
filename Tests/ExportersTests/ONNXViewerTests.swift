import ConvertFiles
import Foundation
import ConvertIR
import TestSupport
import Testing

@testable import Exporters

/// What an ONNX file says for people and viewers, which no reader needs.
@Suite struct ONNXViewerTests {
    private func value(_ name: String, _ shape: [ONNXValue.Dimension]) -> ONNXValue {
        ONNXValue(name: name, elementType: ONNXElementType.float32, shape: shape)
    }

    private func sizes(_ value: ONNXValue) -> [String] {
        (value.shape ?? []).map { dimension in
            switch dimension {
            case .fixed(let size): "\(size)"
            case .symbol(let name): name
            case .unknown: "?"
            }
        }
    }

    @Test("Types between nodes are those of the graph, and follow for operators inside an operation") func typesBetweenNodesFollow() {
        let axes = ONNXTensor(name: "", elementType: ONNXElementType.int64, shape: [1], content: .inline([1, 0, 0, 0, 0, 0, 0, 0]))
        let nodes = [
            ONNXNode(name: "r", operatorName: "Relu", inputs: ["in"], outputs: ["r"]),
            ONNXNode(name: "a", operatorName: "Constant", inputs: [], outputs: ["a"], attributes: [("value", .tensor(axes))]),
            ONNXNode(name: "n", operatorName: "ReduceL2", inputs: ["r", "a"], outputs: ["n"], attributes: [("keepdims", .integer(1))]),
            ONNXNode(name: "c", operatorName: "Clip", inputs: ["n"], outputs: ["c"]),
            ONNXNode(name: "d", operatorName: "Div", inputs: ["r", "c"], outputs: ["d"]),
            ONNXNode(name: "w", operatorName: "Cast", inputs: ["weight"], outputs: ["w"], attributes: [("to", .integer(1))]),
            ONNXNode(name: "u", operatorName: "Unknown", inputs: ["d"], outputs: ["u"]),
            ONNXNode(name: "v", operatorName: "Mul", inputs: ["u", "d"], outputs: ["v"]),
            ONNXNode(name: "out", operatorName: "Mul", inputs: ["d", "d"], outputs: ["out"]),
        ]
        let half = ONNXValue(name: "weight", elementType: ONNXElementType.float16, shape: [.fixed(5), .fixed(1)])
        let found = ONNXInnerValues(
            nodes, outside: [value("in", [.symbol("batch"), .fixed(4)]), value("out", [.symbol("batch"), .fixed(4)]), half],
            types: [value("r", [.symbol("batch"), .fixed(4)])]
        ).values
        // Neither the output nor what does not follow.
        #expect(found.map(\.name) == ["r", "a", "n", "c", "d", "w"])
        #expect(found.map(sizes) == [["batch", "4"], ["1"], ["batch", "1"], ["batch", "1"], ["batch", "4"], ["5", "1"]])
        #expect(found.map(\.elementType) == [1, 7, 1, 1, 1, 1].map { Int32($0) })
    }

    @Test("A file names the program, its version and how images enter, and states every value between nodes") func aFileSaysWhatItIs()
        throws
    {
        let target = Fixtures.temporaryFolder() + "/m.onnx"
        let model = try OpenedModel(try FormatRegistry.open(Fixtures.path("training/small_epoch_003.pth"))).content
        let output = try OutputFile(target: target, replacing: true, inputs: [])
        _ = try ONNXFormat.write(model, to: output, options: ExportOptions())
        try output.commit()
        let text = String(decoding: try Fixtures.bytes(target), as: UTF8.self)
        #expect(text.contains("Face network ir_resnet18. Input: 112×112 RGB, (x − 127.5) / 128"))
        let opened = try FormatRegistry.open(target)
        #expect(opened.facts.first { $0.name == "producer" }?.text == "pthconvert \(ProgramVersion.text)")
        // Each inner value's name occurs where it is written, where it is read, and among the stated types.
        let name = "body.2.1.residual.5"
        let occurrences = text.components(separatedBy: name).count - 1
        #expect(occurrences >= 3 && model.model?.graph.nodes.contains { $0.output == name } == true)
    }
}
