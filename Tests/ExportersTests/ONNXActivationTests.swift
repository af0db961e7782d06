import ConvertFiles
import ConvertIR
import ConvertTensors
import TestSupport
import Testing

@testable import Exporters

/// Activations and combinations in the forms that programs write them in.
@Suite struct ONNXActivationTests {
    private let folder = Fixtures.temporaryFolder()

    private func model(opset: Int64 = 17, _ fill: (inout Message) -> Void) throws -> Model {
        let bytes = Message.model(opset: opset) { graph in
            // A file without any weight is not opened.
            graph.ones("kept", [1])
            fill(&graph)
            graph.value(11, "x", [nil, 4, 5, 5])
            graph.value(12, "out", [nil, 4, 5, 5])
        }
        let path = "\(folder)/t.onnx"
        Fixtures.write(bytes, to: path)
        let file = try FormatRegistry.open(path)
        if let error = file.documentError { throw error }
        return try #require(try OpenedModel(file).content.model)
    }

    private func operations(opset: Int64 = 17, _ fill: (inout Message) -> Void) throws -> [Operation] {
        try model(opset: opset, fill).graph.nodes.map(\.operation)
    }

    private static func number(_ graph: inout Message, _ name: String, _ value: Float) {
        graph.tensor(5, name, 1, []) { $0.raw(9, withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }) }
    }

    // MARK: GELU

    @Test("The error function's GELU is read in every order of its factors", arguments: 0..<4)
    func errorFunctionGELU(_ order: Int) throws {
        let found = try operations { graph in
            for (name, value) in [("root", 1.414_213_5), ("one", 1), ("half", 0.5), ("inverse", 0.707_106_77)] as [(String, Float)] {
                ONNXActivationTests.number(&graph, name, value)
            }
            graph.node(order == 3 ? "Mul" : "Div", ["x", order == 3 ? "inverse" : "root"], ["scaled"])
            graph.node("Erf", ["scaled"], ["erf"])
            graph.node("Add", order == 1 ? ["one", "erf"] : ["erf", "one"], ["more"])
            switch order {
            case 0:
                graph.node("Mul", ["x", "more"], ["whole"])
                graph.node("Mul", ["whole", "half"], ["out"])
            case 1:
                graph.node("Mul", ["half", "more"], ["part"])
                graph.node("Mul", ["part", "x"], ["out"])
            default:
                graph.node("Mul", ["x", "half"], ["part"])
                graph.node("Mul", ["part", "more"], ["out"])
            }
        }
        #expect(found == [.gelu(isApproximate: false)])
    }

    @Test("An erf that is not part of a GELU is refused by name", arguments: ["Relu", "Add"])
    func loneErrorFunction(_ next: String) throws {
        let error = #expect(throws: ONNXError.self) {
            try operations { graph in
                ONNXActivationTests.number(&graph, "root", 1.414_213_5)
                graph.node("Div", ["x", "root"], ["scaled"])
                graph.node("Erf", ["scaled"], ["erf"])
                graph.node(next, next == "Add" ? ["erf", "x"] : ["erf"], ["out"], name: "next")
            }
        }
        #expect(error?.problem.contains("node next") == true && error?.problem.contains("GELU") == true, "\(error?.problem ?? "")")
        #expect(throws: ONNXError.self) { try operations { $0.node("Erf", ["x"], ["out"], name: "alone") } }
    }

    @Test("What only looks like a GELU stays what it is")
    func almostGELU() throws {
        let found = try operations { graph in
            ONNXActivationTests.number(&graph, "one", 1)
            ONNXActivationTests.number(&graph, "half", 0.5)
            graph.node("Tanh", ["x"], ["tanh"])
            graph.node("Add", ["tanh", "one"], ["more"])
            graph.node("Mul", ["x", "more"], ["whole"])
            graph.node("Mul", ["whole", "half"], ["out"])
        }
        #expect(found == [.tanh, .subtract(-1), .product, .multiply(0.5)])
    }

    @Test("GELU at operator set 20 says which form it has, and no other", arguments: ["none", "tanh", "fast"])
    func operatorGELU(_ name: String) throws {
        let read = {
            try operations(opset: 20) { $0.node("Gelu", ["x"], ["out"]) { $0.attribute("approximate", type: 3) { $0.text(4, name) } } }
        }
        if name == "fast" {
            #expect(throws: ONNXError.self) { try read() }
        } else {
            #expect(try read() == [.gelu(isApproximate: name == "tanh")])
        }
    }

    // MARK: Bounds

    @Test("A clip has its bounds as inputs, as attributes, or from Min and Max")
    func bounds() throws {
        func numbers(_ graph: inout Message) {
            ONNXActivationTests.number(&graph, "zero", 0)
            ONNXActivationTests.number(&graph, "six", 6)
        }
        let whole = [Operation.clip(minimum: 0, maximum: 6)]
        #expect(
            try operations {
                numbers(&$0); $0.node("Clip", ["x", "zero", "six"], ["out"])
            } == whole)
        #expect(
            try operations(opset: 9) { graph in
                graph.node("Clip", ["x"], ["out"]) { node in
                    node.attribute("min", type: 1) { $0.float(2, 0) }
                    node.attribute("max", type: 1) { $0.float(2, 6) }
                }
            } == whole)
        for first in ["Relu", "Max"] {
            #expect(
                try operations { graph in
                    numbers(&graph)
                    graph.node(first, first == "Relu" ? ["x"] : ["zero", "x"], ["low"])
                    graph.node("Min", ["low", "six"], ["out"])
                } == whole)
        }
        #expect(
            try operations { graph in
                numbers(&graph)
                graph.node("Min", ["six", "x"], ["high"])
                graph.node("Max", ["high", "zero"], ["out"])
            } == whole)
        #expect(
            try operations {
                numbers(&$0); $0.node("Clip", ["x", "", "six"], ["out"])
            } == [.clip(minimum: -.infinity, maximum: 6)])
        // The value before the upper bound is read elsewhere too.
        #expect(
            try operations { graph in
                numbers(&graph)
                graph.node("Relu", ["x"], ["low"])
                graph.node("Min", ["low", "six"], ["high"])
                graph.node("Max", ["high", "low"], ["out"])
            } == [.relu, .clip(minimum: -.infinity, maximum: 6), .maximum])
    }

    // MARK: Products and others

    @Test("A value times its own hard sigmoid is a hard swish, if the numbers are torch's", arguments: [true, false], [true, false])
    func hardSwish(_ isUsual: Bool, _ isGateFirst: Bool) throws {
        let found = try operations { graph in
            // Without an attribute, the factor is the operator's own default.
            graph.node("HardSigmoid", ["x"], ["gate"]) { node in
                if isUsual { node.attribute("alpha", type: 1) { $0.float(2, Float(1.0 / 6)) } }
            }
            graph.node("Mul", isGateFirst ? ["gate", "x"] : ["x", "gate"], ["out"])
        }
        #expect(found == (isUsual ? [.hardSwish] : [.hardSigmoid(HardSigmoid(alpha: 0.2, beta: 0.5)), .product]))
    }

    @Test("Squares and cubes are products, other powers are refused", arguments: [Float(2), 3, 0.5])
    func powers(_ exponent: Float) throws {
        let read = {
            try operations { graph in
                ONNXActivationTests.number(&graph, "e", exponent)
                graph.node("Pow", ["x", "e"], ["out"])
            }
        }
        if exponent == 0.5 {
            #expect(throws: ONNXError.self) { try read() }
        } else {
            #expect(try read() == Array(repeating: .product, count: Int(exponent) - 1))
        }
    }

    @Test("Operators of Microsoft's domain are refused with the domain's name", arguments: ["QuickGelu", "Gelu", "FastGelu"])
    func otherDomain(_ name: String) throws {
        let error = #expect(throws: ONNXError.self) { try operations { $0.node(name, ["x"], ["out"], domain: "com.microsoft") } }
        #expect(error?.problem.contains("com.microsoft.\(name)") == true)
    }

    @Test("A slope of LeakyRelu and a fused convolution's activation are read")
    func slopes() throws {
        #expect(try operations { $0.node("LeakyRelu", ["x"], ["out"]) } == [.leakyReLU(slope: 0.01)])
        let fused = try operations { graph in
            graph.ones("w", [4, 4, 1, 1])
            graph.node("FusedConv", ["x", "w"], ["out"], domain: "com.microsoft") { node in
                node.attribute("activation", type: 3) { $0.text(4, "Clip") }
                node.attribute("activation_params", type: 6) {
                    $0.float(7, -.greatestFiniteMagnitude); $0.float(7, 6)
                }
            }
        }
        #expect(fused == [.convolution(Convolution(weight: "w")), .clip(minimum: -.infinity, maximum: 6)])
    }
}
