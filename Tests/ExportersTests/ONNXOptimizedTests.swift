import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import TestSupport
import Testing

@testable import Exporters

/// Files as exporters, optimizers and hands leave them: sound ONNX that is not written in this project's way.
@Suite struct ONNXOptimizedTests {
    let folder = Fixtures.temporaryFolder()

    private func opened(_ bytes: [UInt8]) throws -> OpenedFile {
        let path = "\(folder)/t.onnx"
        Fixtures.write(bytes, to: path)
        return try FormatRegistry.open(path)
    }

    /// A model with one input of [batch, 4], these nodes and what they need, and the output `out`.
    /// - Parameter isBare: leaves out a tensor that no node reads; a file without any is not opened.
    private func graph(batch: Int64? = nil, isBare: Bool = false, _ fill: (inout Message) -> Void) -> [UInt8] {
        Message.model { graph in
            if !isBare { graph.ones("kept", [1]) }
            fill(&graph)
            graph.value(11, "in", [batch, 4])
            graph.value(12, "out", [batch, 4])
        }
    }

    private func model(_ bytes: [UInt8]) throws -> Model {
        let file = try opened(bytes)
        if let error = file.documentError { throw error }
        return try #require(try OpenedModel(file).content.model)
    }

    private func operations(_ bytes: [UInt8]) throws -> [String] { try model(bytes).graph.nodes.map(\.operation.name) }

    @Test("Nodes in any order are sorted") func nodesInAnyOrderAreSorted() throws {
        let steps: [(name: String, input: String, output: String)] = [("Relu", "in", "a"), ("Identity", "a", "b"), ("Relu", "b", "out")]
        for order in [[0, 1, 2], [2, 1, 0], [2, 0, 1], [1, 2, 0]] {
            let bytes = graph { graph in for index in order { graph.node(steps[index].name, [steps[index].input], [steps[index].output]) } }
            #expect(try model(bytes).graph.nodes.map(\.inputs) == [["in"], ["a"]], "\(order)")
        }
    }

    @Test("A cycle of nodes is refused by name") func nodesThatWaitForEachOtherAreRefused() throws {
        let bytes = graph {
            $0.node("Add", ["in", "b"], ["a"], name: "first")
            $0.node("Relu", ["a"], ["b"])
            $0.node("Relu", ["b"], ["out"])
        }
        let error = try #require(try opened(bytes).documentError as? ONNXError)
        #expect(error.problem.contains("first"), "\(error.problem)")
    }

    /// The arithmetic of onnxoptimizer's folding: weight · (scale / √(variance + ε)), sizes filled up with ones.
    @Test("Arithmetic on weights is evaluated when the file is read") func arithmeticOfWeightsIsDone() throws {
        func number(_ graph: inout Message, _ name: String, _ values: [Float], _ sizes: [Int64]) {
            graph.tensor(5, name, 1, sizes) { tensor in
                tensor.raw(9, values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
            }
        }
        let bytes = graph(isBare: true) { graph in
            number(&graph, "w", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [4, 4])
            number(&graph, "variance", [3, 8, 15, 24], [4])
            number(&graph, "one", [1], [1])
            graph.integers("axes", [1])
            graph.node("Add", ["variance", "one"], ["sum"])
            graph.node("Sqrt", ["sum"], ["root"])
            graph.node("Div", ["one", "root"], ["factor"])
            graph.node("Unsqueeze", ["factor", "axes"], ["column"])
            graph.node("Mul", ["w", "column"], ["folded"])
            graph.node("Gemm", ["in", "folded"], ["out"]) { $0.attribute("transB", type: 2) { $0.number(3, 1) } }
        }
        let found = try model(bytes)
        let key = try #require(found.graph.weightKeys.first)
        let values = try #require(found.weights[key]).doubles()
        let roots: [Double] = [2, 3, 4, 5]
        for (index, value) in values.enumerated() {
            #expect(Float(value) == Float(Double(index + 1) * Double(Float(1 / roots[index / 4]))), "\(index)")
        }
        // What only went into the arithmetic is no weight of the network.
        #expect(found.weights.entries.map(\.name) == [key])
    }

    @Test("Arithmetic with a huge result is refused") func arithmeticThatWouldGrowWithoutBoundIsRefused() throws {
        let bytes = graph { graph in
            graph.ones("a", [1]); graph.integers("sizes", [1 << 24, 1 << 24])
            graph.node("Expand", ["a", "sizes"], ["big"])
            graph.node("Mul", ["in", "big"], ["out"])
        }
        #expect(try opened(bytes).documentError is ONNXError)
    }

    @Test("A division is written as a division with the same bits", arguments: [255, 3, 128, 0.1, 127.5])
    func divisionGoesOutAsItCameIn(_ divisor: Float) throws {
        let bytes = graph { graph in
            graph.tensor(5, "c", 1, []) { $0.raw(9, withUnsafeBytes(of: divisor.bitPattern.littleEndian) { Array($0) }) }
            graph.node("Div", ["in", "c"], ["out"])
        }
        let trip = try ONNXTrip.check(try model(bytes))
        let written = try ONNXTrip.raw(trip.path)
        #expect(written.nodes.map(\.operatorName) == ["Constant", "Div"])
        guard case .tensor(let tensor)? = written.nodes[0]["value"], case .raw(let offset, _) = tensor.content else {
            Issue.record("the divisor is not a tensor")
            return
        }
        let file = try Fixtures.bytes(trip.path)
        #expect(Array(file[offset..<offset + 4]) == withUnsafeBytes(of: divisor.bitPattern.littleEndian) { Array($0) })
    }

    @Test("Dropout in training mode is refused by name") func dropoutThatDropsIsRefusedByName() throws {
        func file(_ mode: UInt8?) -> [UInt8] {
            graph { graph in
                graph.ones("ratio", [])
                if let mode { graph.tensor(5, "mode", 9, []) { $0.raw(9, [mode]) } }
                graph.node("Dropout", mode == nil ? ["in"] : ["in", "ratio", "mode"], ["dropped"])
                graph.node("Relu", ["dropped"], ["out"])
            }
        }
        #expect(try operations(file(nil)) == ["relu"])
        #expect(try operations(file(0)) == ["relu"])
        let error = try #require(try opened(file(1)).documentError as? ONNXError)
        #expect(error.problem.contains("Dropout") && error.problem.contains("training_mode"), "\(error.problem)")
    }

    @Test("A model with its own functions or open sizes still gives its weights")
    func functionsOfTheModelsOwnAndOpenSizesLeaveTheWeights() throws {
        let function =
            graph(isBare: true) {
                $0.ones("w", [2]); $0.node("Slope", ["in", "w"], ["out"], domain: "own")
            } + Message { $0.message(25) { $0.text(1, "Slope") } }.bytes
        let file = try opened(function)
        #expect((file.documentError as? ONNXError)?.problem.contains("Slope") == true)
        let content = try OpenedModel(file)
        #expect(content.content.model == nil && content.content.weights.entries.map(\.name) == ["w"] && content.bareReason != nil)

        let open = Message.model { graph in
            graph.ones("w", [2, 3, 1, 1])
            graph.node("Conv", ["in", "w"], ["out"])
            graph.value(11, "in", [nil, nil, nil, nil])
            graph.value(12, "out", [nil, 2, nil, nil])
        }
        let bare = try OpenedModel(try opened(open))
        #expect(bare.content.model == nil && bare.content.weights.entries.map(\.name) == ["w"])
        let reason = try #require(bare.bareReason as? GraphError)
        #expect(!"\(reason)".contains("damaged"), "\(reason)")
    }

    @Test("A fixed batch size becomes variable, with a remark") func aFixedBatchRunsWithAnyNumberAndIsSaid() throws {
        let bytes = graph(batch: 2) {
            $0.integers("shape", [2, -1]); $0.node("Reshape", ["in", "shape"], ["flat"]); $0.node("Relu", ["flat"], ["out"])
        }
        #expect(try model(bytes).valueTypes["out"]?.description == "[batch, 4]")
        #expect(try opened(bytes).remarks.contains { $0.contains("exactly 2 images") })
    }

    @Test("ONNX Runtime's fused activation becomes two operations") func onnxRuntimesFusedActivationIsTwoSteps() throws {
        func file(_ activation: String) -> [UInt8] {
            graph { graph in
                graph.ones("w", [4, 4])
                graph.node("FusedGemm", ["in", "w"], ["out"], domain: "com.microsoft") { node in
                    node.attribute("activation", type: 3) { $0.text(4, activation) }
                }
            }
        }
        #expect(try operations(file("Relu")) == ["linear", "relu"])
        #expect(try operations(file("Tanh")) == ["linear", "tanh"])
        #expect((try opened(file("Softplus")).documentError as? ONNXError)?.problem.contains("FusedGemm") == true)
    }

    @Test("A second output with the vector's length is a value of its own")
    func theLengthOfAVectorIsAnOutput() throws {
        let bytes = Message.model { graph in
            graph.ones("kept", [1])
            graph.node("ReduceL2", ["in"], ["norm"]) { $0.attribute("axes", type: 7) { $0.number(8, 1) } }
            graph.node("Div", ["in", "norm"], ["out"])
            graph.value(11, "in", [nil, 4])
            graph.value(12, "out", [nil, 4])
            graph.value(12, "norm", [nil, 1])
        }
        let graph = try model(bytes).graph
        #expect(graph.outputs == ["out", "norm"])
        #expect(graph.nodes.map(\.operation) == [.reduceL2(axes: [1], keepsAxes: true), .l2Normalize(axis: 1, epsilon: 0)])
    }

    /// As converters to float16 leave a graph: casts at both ends.
    @Test("Casts to float16 are dropped, with a remark") func castsToFloat16AreNoLayersAndAreSaid() throws {
        let bytes = graph { graph in
            graph.node("Cast", ["in"], ["half"]) { $0.attribute("to", type: 2) { $0.number(3, 10) } }
            graph.node("Relu", ["half"], ["act"])
            graph.node("Cast", ["act"], ["out"]) { $0.attribute("to", type: 2) { $0.number(3, 1) } }
        }
        #expect(try operations(bytes) == ["relu"])
        #expect(try opened(bytes).remarks.contains { $0.contains("float16 arithmetic") })
    }

    @Test("Recorded metadata that does not match the tensors is dropped, with a remark")
    func aRecordOfOtherTensorsIsDroppedWithARemark() throws {
        let base = graph(isBare: true) {
            $0.ones("w", [4]); $0.node("PRelu", ["in", "w"], ["out"])
        }
        for order in ["[]", #"["x"]"#, #"["w","x"]"#] {
            let file = try opened(
                base + ArchiveBytes.protobuf(field: 14, texts: [(1, "convert.weights"), (2, "{\"order\":\(order),\"unused\":{}}")]))
            #expect(file.documentError == nil && file.isForeign)
            #expect(file.weights?.entries.map(\.name) == ["w"])
            #expect(file.remarks.contains { $0.contains("another program changed this file") }, "\(file.remarks)")
        }
    }
}
