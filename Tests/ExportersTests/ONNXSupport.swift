import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors
import Exporters
import Foundation
import TestSupport
import Testing
import Verifier

@testable import Exporters

/// Writing and reading ONNX in one process, as the commands do.
enum ONNXTrip {
    /// Options for an operator set.
    static func options(opset: Int = 17, isExternal: Bool = false) -> ExportOptions {
        var options = ExportOptions()
        options.opset = opset
        options.usesExternalData = isExternal
        options.isReplacing = true
        return options
    }

    /// Writes a model, reads it back and holds it against itself.
    @discardableResult
    static func check(_ model: Model, _ options: ExportOptions = options(), path: String? = nil) throws -> (
        opened: OpenedFile, path: String
    ) {
        let path = path ?? "\(Fixtures.temporaryFolder())/t.onnx"
        let output = try OutputFile(target: path, replacing: true, inputs: [])
        for file in try ONNXFormat.write(.model(model), to: output, options: options) { try file.commit() }
        try output.commit()
        let opened = try FormatRegistry.open(path)
        #expect(opened.format == "onnx")
        if let error = opened.documentError { throw error }
        try ModelComparison.check(opened, against: .model(model), file: path)
        return (opened, path)
    }

    /// The file as plain values, before it becomes a graph.
    static func raw(_ path: String) throws -> ONNXModel { try ONNXUnpacking.read(try MappedFile(path: path).bytes) }

    /// The model in a fixture.
    static func model(_ name: String) throws -> Model {
        let opened = try FormatRegistry.open(Fixtures.path("models/\(name)"))
        return try #require(try OpenedModel(opened).content.model)
    }

    /// A detector's operations: uint8 pixels of any size, ceil pooling, softmax along the channels, a permutation, two outputs.
    static func detector() throws -> Model {
        let weights = FlatExport.weights([
            ("conv.weight", try FlatExport.tensor(.float32, [2, 3, 3, 3])), ("conv.bias", try FlatExport.tensor(.float32, [2])),
            ("prelu.weight", try FlatExport.tensor(.float32, [2])), ("one.weight", try FlatExport.tensor(.float32, [1])),
            ("steps", try FlatExport.tensor(.int64, [])), ("empty", try FlatExport.tensor(.float32, [0, 2])),
        ])
        let graph = Graph(
            inputs: [.init(name: "input", type: ValueType([.batch, .fixed(3), .symbol("height"), .symbol("width")], elements: .uint8))],
            nodes: [
                Node(name: "float", operation: .convertToFloat, inputs: ["input"], output: "float"),
                Node(
                    name: "conv", operation: .convolution(Convolution(weight: "conv.weight", bias: "conv.bias", dilation: Size2D(2))),
                    inputs: ["float"], output: "conv"),
                Node(name: "prelu", operation: .prelu(slope: "prelu.weight"), inputs: ["conv"], output: "prelu"),
                Node(name: "one", operation: .prelu(slope: "one.weight"), inputs: ["prelu"], output: "one"),
                Node(
                    name: "pool", operation: .maxPool(Pooling(kernel: Size2D(3), stride: Size2D(2), ceilMode: true)), inputs: ["one"],
                    output: "pool"),
                Node(
                    name: "mean",
                    operation: .averagePool(Pooling(kernel: Size2D(3), stride: Size2D(1), padding: Padding2D(1), ceilMode: false)),
                    inputs: ["pool"], output: "mean"),
                Node(name: "soft", operation: .softmax(axis: 1), inputs: ["mean"], output: "probability"),
                Node(name: "turn", operation: .permute([0, 3, 2, 1]), inputs: ["mean"], output: "turn"),
                Node(name: "unit", operation: .l2Normalize(axis: 3, epsilon: 1e-3), inputs: ["turn"], output: "regression"),
            ], outputs: ["regression", "probability"])
        let contract = InputContract(
            height: nil, width: nil, standardDeviation: 128, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none)
        return try Model(weights: weights, graph: graph, contract: contract, architecture: .custom)
    }
}

/// Puts protobuf messages together by hand (protobuf.dev, "Encoding"), for files that no program would write.
struct Message {
    private(set) var bytes: [UInt8] = []

    init(_ fill: (inout Message) -> Void = { _ in }) { fill(&self) }

    static func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes): (UInt64, [UInt8]) = (value, [])
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    mutating func number(_ field: Int, _ value: Int64) {
        bytes += Message.varint(UInt64(field) << 3) + Message.varint(UInt64(bitPattern: value))
    }

    mutating func float(_ field: Int, _ value: Float) {
        bytes += Message.varint(UInt64(field) << 3 | 5) + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }

    mutating func raw(_ field: Int, _ contents: [UInt8], claiming count: UInt64? = nil) {
        bytes += Message.varint(UInt64(field) << 3 | 2) + Message.varint(count ?? UInt64(contents.count)) + contents
    }

    mutating func text(_ field: Int, _ text: String) { raw(field, Array(text.utf8)) }

    mutating func message(_ field: Int, _ fill: (inout Message) -> Void) { raw(field, Message(fill).bytes) }
}

/// Messages of onnx.proto.
extension Message {
    /// A model around a graph.
    static func model(opset: Int64 = 17, _ graph: (inout Message) -> Void) -> [UInt8] {
        Message { model in
            model.number(1, 8)
            model.message(7, graph)
            model.message(8) { $0.number(2, opset) }
        }.bytes
    }

    mutating func node(
        _ operatorName: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
        _ attributes: (inout Message) -> Void = { _ in }
    ) {
        message(1) { node in
            for input in inputs { node.text(1, input) }
            for output in outputs { node.text(2, output) }
            node.text(3, name)
            node.text(4, operatorName)
            if !domain.isEmpty { node.text(7, domain) }
            attributes(&node)
        }
    }

    /// An attribute; without a type, as old writers leave it out.
    mutating func attribute(_ name: String, type: Int64? = nil, _ fill: (inout Message) -> Void) {
        message(5) { attribute in
            attribute.text(1, name)
            fill(&attribute)
            if let type { attribute.number(20, type) }
        }
    }

    mutating func tensor(_ field: Int, _ name: String, _ type: Int64, _ sizes: [Int64], _ fill: (inout Message) -> Void) {
        message(field) { tensor in
            for size in sizes { tensor.number(1, size) }
            tensor.number(2, type)
            tensor.text(8, name)
            fill(&tensor)
        }
    }

    /// A float32 initializer of ones.
    mutating func ones(_ name: String, _ sizes: [Int64]) {
        let count = Int(sizes.reduce(1, *))
        tensor(5, name, 1, sizes) { $0.raw(9, (0..<count).flatMap { _ in [UInt8(0), 0, 0x80, 0x3F] }) }
    }

    /// An int64 initializer.
    mutating func integers(_ name: String, _ numbers: [Int64]) {
        tensor(5, name, 7, [Int64(numbers.count)]) {
            $0.raw(9, numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } })
        }
    }

    /// An input (field 11) or output (12).
    mutating func value(_ field: Int, _ name: String, _ sizes: [Int64?]) {
        message(field) { value in
            value.text(1, name)
            value.message(2) { type in
                type.message(1) { tensor in
                    tensor.number(1, 1)
                    tensor.message(2) { shape in
                        for size in sizes { shape.message(1) { if let size { $0.number(1, size) } else { $0.text(2, "batch") } } }
                    }
                }
            }
        }
    }
}
