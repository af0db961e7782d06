import ConvertFiles
import ConvertIR
import Exporters
import TestSupport
import Testing

@testable import Exporters

/// Uses of operators that would give other numbers here than the standard says are refused by name, and numbers at the ends of their range
/// are no exception.
@Suite struct ONNXRefusedUseTests {
    private let folder = Fixtures.temporaryFolder()

    /// What reading a model says that takes `input` of [batch, …] to `out`; nil if it is read.
    private func refusal(_ input: [Int64?], _ fill: (inout Message) -> Void) throws -> String? {
        let bytes = Message.model { graph in
            graph.ones("kept", [1])
            fill(&graph)
            graph.value(11, "in", input)
            graph.value(12, "out", [nil, 4])
        }
        let path = "\(folder)/t.onnx"
        Fixtures.write(bytes, to: path)
        let file = try FormatRegistry.open(path)
        if let error = file.documentError { return (error as? any DescribedError)?.problem ?? "\(error)" }
        do {
            _ = try OpenedModel(file)
            return nil
        } catch { return (error as? any DescribedError)?.problem ?? "\(error)" }
    }

    private func integer(_ node: inout Message, _ name: String, _ value: Int64) { node.attribute(name, type: 2) { $0.number(3, value) } }

    /// [batch, 4, 3] as the rows of one matrix, then these nodes from `rows` to `last`, then put back.
    private func joined(_ middle: (inout Message) -> Void) throws -> String? {
        try refusal([nil, 4, 3]) { graph in
            graph.integers("flat", [-1, 3])
            graph.integers("back", [-1, 4, 3])
            graph.node("Reshape", ["in", "flat"], ["rows"])
            middle(&graph)
            graph.node("Reshape", ["last", "back"], ["out"])
        }
    }

    @Test("Rows of all images in one matrix go through operators that work row by row") func rowsGoThroughRowOperators() throws {
        let found = try joined { graph in
            graph.ones("w", [3, 3])
            graph.ones("b", [3])
            graph.node("MatMul", ["rows", "w"], ["a"])
            graph.node("Add", ["b", "a"], ["c"])
            graph.node("Add", ["c", "rows"], ["d"])
            graph.node("Relu", ["d"], ["last"])
        }
        #expect(found == nil)
    }

    @Test(
        "To any other operator their axes and sizes would mean something else",
        arguments: ["Shape", "ReduceMean", "ReduceL2", "Softmax", "Transpose", "Slice", "Gather", "Flatten", "LayerNormalization"])
    func rowsAreRefusedByOtherOperators(_ name: String) throws {
        let found = try joined { graph in
            graph.integers("one", [1])
            graph.ones("scale", [3])
            switch name {
            case "Slice": graph.node(name, ["rows", "one", "one"], ["last"])
            case "Gather": graph.node(name, ["rows", "one"], ["last"])
            case "LayerNormalization": graph.node(name, ["rows", "scale"], ["last"])
            default: graph.node(name, ["rows"], ["last"])
            }
        }
        #expect(found?.contains("rows of all images are one matrix") == true, "\(found ?? "read")")
    }

    @Test("A product is of the rows and a stored matrix, and a sum of rows and rows or a stored vector") func productsOfRows() throws {
        for (name, inputs) in [
            ("MatMul", ["w", "rows"]), ("Gemm", ["w", "rows"]), ("MatMul", ["rows", "rows"]), ("Add", ["rows", "in"]),
        ] {
            let found = try joined { graph in
                graph.ones("w", [3, 3])
                graph.node(name, inputs, ["last"])
            }
            #expect(found?.contains("rows of all images are one matrix") == true, "\(name) \(inputs): \(found ?? "read")")
        }
    }

    @Test("A reshape that joins all images is not a flatten, except in a file for one image", arguments: [nil, 1] as [Int64?])
    func aReshapeThatJoinsImagesIsNotAFlatten(_ batch: Int64?) throws {
        let bytes = Message.model { graph in
            graph.ones("kept", [1])
            graph.integers("shape", [1, -1])
            graph.node("Reshape", ["in", "shape"], ["out"])
            graph.value(11, "in", [batch, 2, 2])
            graph.value(12, "out", [batch, 4])
        }
        let path = "\(folder)/r.onnx"
        Fixtures.write(bytes, to: path)
        let operations = try OpenedModel(try FormatRegistry.open(path)).content.model?.graph.nodes.map(\.operation)
        // Of any number of images it would make one, which is not a network over images.
        #expect(operations == (batch == nil ? nil : [.flatten]))
    }

    @Test("Indices of two axes are refused") func indicesOfTwoAxesAreRefused() throws {
        for shape: [Int64?] in [[nil, 4], [nil, 4, 2, 2]] {
            let found = try refusal(shape) { graph in
                graph.tensor(5, "places", 7, [1, 2]) { $0.raw(9, [0, 1].flatMap { [UInt8($0), 0, 0, 0, 0, 0, 0, 0] }) }
                graph.node("Gather", ["in", "places"], ["out"]) { integer(&$0, "axis", 1) }
            }
            #expect(found?.contains("have 2 axes") == true, "\(found ?? "read")")
        }
    }

    @Test("A slice of sizes by steps or along another axis is refused") func aSliceOfSizesByStepsIsRefused() throws {
        for (axis, step, isRead) in [(Int64(0), Int64(1), true), (-1, 1, true), (0, 2, false), (1, 1, false), (0, -1, false)] {
            let found = try refusal([nil, 4]) { graph in
                for (name, number) in [("start", Int64(0)), ("end", 2), ("axis", axis), ("step", step)] { graph.integers(name, [number]) }
                graph.node("Shape", ["in"], ["sizes"])
                graph.node("Slice", ["sizes", "start", "end", "axis", "step"], ["some"])
                graph.node("Reshape", ["in", "some"], ["out"])
            }
            #expect((found == nil) == isRead, "\(axis) \(step): \(found ?? "read")")
        }
    }

    @Test("Numbers at the ends of their range are refused and do not trap", arguments: [Int64.min, .min + 1, .max, .max - 1])
    func numbersAtTheEndsAreRefused(_ number: Int64) throws {
        for shape: [Int64?] in [[nil, 4], [nil, 4, 2, 2]] {
            let gathered = try refusal(shape) { graph in
                graph.integers("place", [number])
                graph.node("Gather", ["in", "place"], ["out"]) { integer(&$0, "axis", 1) }
            }
            #expect(gathered != nil)
            for place in 0..<4 {
                _ = try refusal(shape) { graph in
                    for (index, name) in ["start", "end", "axis", "step"].enumerated() {
                        graph.integers(name, [index == place ? number : [0, 2, 1, 1][index]])
                    }
                    graph.node("Slice", ["in", "start", "end", "axis", "step"], ["out"])
                }
            }
        }
    }

    @Test("A row or a number is taken as the bias of a linear layer that it is broadcast to") func aRowIsABias() throws {
        for (outputs, sizes) in [(Int64(4), [Int64(1), 4]), (4, [4]), (1, []), (1, [1, 1])] {
            let bytes = Message.model { graph in
                graph.ones("w", [3, outputs])
                graph.ones("b", sizes)
                graph.node("Gemm", ["in", "w", "b"], ["out"])
                graph.value(11, "in", [nil, 3])
                graph.value(12, "out", [nil, outputs])
            }
            let path = "\(folder)/b.onnx"
            Fixtures.write(bytes, to: path)
            let model = try OpenedModel(try FormatRegistry.open(path)).content.model
            #expect(model?.weights["b"]?.shape == [Int(outputs)], "\(sizes)")
        }
    }

    @Test("Lengths of parts that are not the axis's, and an axis named twice, are refused") func lengthsOfPartsHaveToAddUp() throws {
        let parts = try refusal([nil, 4]) { graph in
            graph.integers("lengths", [1, 2])
            graph.node("Split", ["in", "lengths"], ["one", "two"]) { integer(&$0, "axis", 1) }
            graph.node("Concat", ["one", "two"], ["out"]) { integer(&$0, "axis", 1) }
        }
        #expect(parts?.contains("its axis has 4") == true, "\(parts ?? "read")")
        let twice = try refusal([nil, 4, 4]) { graph in
            for (name, numbers) in [("start", [Int64(0), 0]), ("end", [2, 3]), ("axes", [1, -2])] { graph.integers(name, numbers) }
            graph.node("Slice", ["in", "start", "end", "axes"], ["out"])
        }
        #expect(twice?.contains("named twice") == true, "\(twice ?? "read")")
    }
}
