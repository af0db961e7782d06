import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors
import Glibc

/// Writes a model as ONNX: nodes as the files in Operators say, weights as initializers under their keys, everything else in `metadata_props`.
enum ONNXWriter {
    /// Metadata entry with the model's document; the graph itself is the file's.
    static let documentKey = "convert.model"
    /// Metadata entry with the order of all keys, and the tensors that no node reads: dtype, shape, bytes in hexadecimal.
    static let weightsKey = "convert.weights"

    /// Most bytes of tensors in the file; the description needs well under the difference to protobuf's own limit.
    private static let inlineLimit = Int(Int32.max) - (64 << 20)
    /// Smaller tensors stay in the file even if data is external, as onnx's own tools do.
    private static let externalThreshold = 1024
    /// Offsets in the data file are multiples of this, so that it can be mapped (onnx docs/ExternalData.md).
    private static let externalAlignment = 4096

    /// Writes the file; the data file, if there is one, is returned for the caller to commit.
    static func write(_ model: Model, to output: OutputFile, options: ExportOptions) throws -> [OutputFile] {
        let opset = options.opset
        guard ONNXError.writableOpsets ~= opset else { throw ONNXError.opsetOutOfRange(opset) }
        let used = Set(model.graph.weightKeys)
        let initializers = model.weights.entries.filter { used.contains($0.name) }
        var file = ONNXModel(
            irVersion: ONNXOpset.irVersion(opset), opset: opset, producer: ProgramVersion.name, graphName: model.architecture.name,
            inputs: model.graph.inputs.map { value($0.name, $0.type) },
            outputs: try model.graph.outputs.map { name in
                guard let type = model.valueTypes[name] else { throw GraphError.missingOutput(name: name) }
                return value(name, type)
            },
            nodes: try nodes(model, opset: opset), initializers: [])
        file.producerVersion = ProgramVersion.text
        file.documentation = documentation(model)
        file.metadata = try metadata(model, unused: model.weights.entries.filter { !used.contains($0.name) })
        let slopes = slopeRanks(model)
        var inline: [String: Tensor] = [:]
        var external: [Weights.Entry] = []
        let total = initializers.reduce(0) { $0 + $1.tensor.byteCount }
        let isExternal = options.usesExternalData || total > inlineLimit
        let dataName = PathText.baseName(output.target) + ".data"
        var dataEnd = 0
        for entry in initializers {
            guard let code = ONNXDType.code(entry.tensor.dtype) else {
                throw ONNXError.cannotHold(name: entry.name, what: entry.tensor.dtype.rawValue)
            }
            var shape = entry.tensor.shape.map { Int64($0) }
            // A slope is broadcast from the last axis on, so a vector would run along the width.
            if let rank = slopes[entry.name], rank > 2, shape != [1] { shape += [Int64](repeating: 1, count: rank - 2) }
            var tensor = ONNXTensor(name: entry.name, elementType: code, shape: shape, content: .raw(offset: 0, count: 0))
            if isExternal, entry.tensor.byteCount >= externalThreshold {
                let offset = (dataEnd + externalAlignment - 1) / externalAlignment * externalAlignment
                tensor.content = .external([
                    ("location", dataName), ("offset", "\(offset)"), ("length", "\(entry.tensor.byteCount)"),
                ])
                dataEnd = offset + entry.tensor.byteCount
                external.append(entry)
            } else {
                inline[entry.name] = entry.tensor
            }
            file.initializers.append(tensor)
        }
        file.innerValues =
            ONNXInnerValues(
                file.nodes,
                outside: file.inputs + file.outputs
                    + file.initializers.map { ONNXValue(name: $0.name, elementType: $0.elementType, shape: $0.shape.map { .fixed($0) }) },
                types: model.valueTypes.map { value($0.key, $0.value) }
            ).values
        try checkNames(file)
        var companions: [OutputFile] = []
        if !external.isEmpty { companions.append(try writeData(external, beside: output, name: dataName, options: options)) }
        try ONNXPacking.write(file, tensors: inline, to: output)
        return companions
    }

    private static func writeData(
        _ entries: [Weights.Entry], beside output: OutputFile, name: String, options: ExportOptions
    ) throws -> OutputFile {
        let data = try OutputFile(
            target: PathText.join(PathText.folder(output.target), name), replacing: options.isReplacing, inputs: options.inputs)
        var at = 0
        for entry in entries {
            at = (at + externalAlignment - 1) / externalAlignment * externalAlignment
            data.seek(to: at)
            try entry.tensor.storage.verifyLent()
            try entry.tensor.forEachCOrderWindow { try data.write($0) }
            at += entry.tensor.byteCount
        }
        return data
    }

    // MARK: Nodes

    private static func nodes(_ model: Model, opset: Int) throws -> [ONNXNode] {
        var graph = model.graph
        if opset < ONNXOpset.softmaxAxis { graph = graph.withSoftmaxOnLastAxis(types: model.valueTypes) }
        var cast: Set<String> = []
        for key in graph.weightKeys {
            guard let dtype = model.weights[key]?.dtype, dtype != .float32 else { continue }
            if dtype == .bfloat16, opset < ONNXOpset.bfloat16 {
                throw ONNXError.needsOpset(ONNXOpset.bfloat16, what: "\(key) as bfloat16", given: opset)
            }
            guard [.float16, .bfloat16, .float64].contains(dtype) else { throw ONNXError.cannotHold(name: key, what: dtype.rawValue) }
            cast.insert(key)
        }
        let names = ONNXNames(
            shapes: Dictionary(model.weights.entries.map { ($0.name, $0.tensor.shape) }, uniquingKeysWith: { first, _ in first }),
            cast: cast, types: model.valueTypes, input: graph.inputs.first?.name ?? "")
        var result: [ONNXNode] = []
        for node in graph.nodes {
            for (_, key) in node.operation.weights where cast.remove(key) != nil {
                result.append(
                    ONNXNode(
                        name: "\(key).cast", operatorName: "Cast", inputs: [key], outputs: ["\(key).float32"],
                        attributes: [("to", .integer(Int64(ONNXElementType.float32)))]))
            }
            result += try node.operation.onnxNodes(node, names, opset: opset)
        }
        return result
    }

    /// What viewers show of the model as a whole.
    private static func documentation(_ model: Model) -> String {
        "Face network \(model.architecture.name). Input: \(model.contract.summary)."
    }

    /// Of each PReLU slope, the rank of the value that it is multiplied with.
    private static func slopeRanks(_ model: Model) -> [String: Int] {
        var ranks: [String: Int] = [:]
        for node in model.graph.nodes {
            guard case .prelu(let slope) = node.operation, let input = node.inputs.first else { continue }
            ranks[slope] = model.valueTypes[input]?.shape.count
        }
        return ranks
    }

    private static func value(_ name: String, _ type: ValueType) -> ONNXValue {
        ONNXValue(
            name: name, elementType: type.elements == .uint8 ? ONNXElementType.uint8 : ONNXElementType.float32,
            shape: type.shape.map { dimension in
                switch dimension {
                case .fixed(let size): .fixed(Int64(size))
                case .symbol(let name): .symbol(name)
                case .derived: .unknown
                }
            })
    }

    /// Values and initializers share one space of names.
    private static func checkNames(_ file: ONNXModel) throws(ONNXError) {
        var seen: Set<String> = [""]
        for name in file.inputs.map(\.name) + file.initializers.map(\.name) + file.nodes.flatMap(\.outputs) {
            guard seen.insert(name).inserted else { throw .nameCollision(name: name.isEmpty ? "(a tensor without a name)" : name) }
            // protobuf-c's texts end at a zero.
            guard !name.utf8.contains(0) else { throw .cannotHold(name: name, what: "a name with a zero byte in it") }
        }
    }

    // MARK: Metadata

    private static func metadata(_ model: Model, unused: [Weights.Entry]) throws -> [(key: String, value: String)] {
        var document = ModelDocument(model)
        document.graph = nil
        var tensors = JSONObject()
        for entry in unused { tensors.append(entry.name, .object(JSONObject(try ONNXUnusedTensor.json(entry.tensor)))) }
        let weights = JSONObject([
            "order": .array(model.weights.entries.map { .string($0.name) }), "unused": .object(tensors),
        ])
        return [
            ("architecture", model.architecture.name), ("input", model.contract.summary), (documentKey, document.text),
            (weightsKey, JSONValue.object(weights).text()),
        ]
    }
}
