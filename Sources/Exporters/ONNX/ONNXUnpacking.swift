import CONNX
import ConvertFiles

/// Turns an ONNX file into values through protobuf-c, tensor bytes left where they are.
enum ONNXUnpacking {
    /// Throws `ONNXError` if the file is malformed.
    static func read(_ bytes: ByteView) throws -> ONNXModel {
        let stripped = try ONNXStrippedFile(bytes).stripped
        // Unpacked, a message takes more room than its bytes; past this a file is made to exhaust memory.
        let limit = min(max(64 << 20, stripped.count.multipliedReportingOverflow(by: 64).partialValue), 1 << 30)
        let unpacked = stripped.withUnsafeBufferPointer { convert_onnx_unpack($0.baseAddress, $0.count, limit) }
        guard let unpacked else { throw ONNXError.malformed(file: bytes.name, detail: "protobuf-c cannot unpack it", offset: 0) }
        defer { convert_onnx_free(unpacked) }
        return try Unpacked(file: bytes.name).model(unpacked.pointee)
    }

    private struct Unpacked {
        let file: String
        /// IR versions end at 13 in 2026; what a later one means is not known.
        let greatestVersion: Int64 = 20

        func bad(_ detail: String) -> ONNXError { .malformed(file: file, detail: detail, offset: 0) }

        func text(_ pointer: UnsafeMutablePointer<CChar>?) throws -> String {
            guard let pointer else { return "" }
            guard let text = String(validatingCString: pointer) else { throw bad("a name is not UTF-8") }
            return text
        }

        func array<Element>(_ start: UnsafeMutablePointer<Element>?, _ count: Int) -> [Element] {
            start.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
        }

        func messages<Element>(
            _ start: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>?, _ count: Int
        ) -> [Element] { array(start, count).compactMap { $0?.pointee } }

        func bytes(_ data: ProtobufCBinaryData) -> [UInt8] { array(data.data, data.len) }

        func model(_ proto: Onnx__ModelProto) throws -> ONNXModel {
            guard let graph = proto.graph?.pointee else { throw ONNXError.noGraph(file: file) }
            guard proto.has_ir_version != 0, 0...greatestVersion ~= proto.ir_version else {
                throw bad(proto.has_ir_version == 0 ? "it gives no IR version" : "IR version \(proto.ir_version) is not known")
            }
            let domains = try messages(proto.opset_import, proto.n_opset_import).map { try text($0.domain) }
            guard Set(domains.map { $0 == "ai.onnx" ? "" : $0 }).count == domains.count else {
                throw bad("it names two operator sets of one domain")
            }
            var opset = 1
            for entry in messages(proto.opset_import, proto.n_opset_import) {
                if ["", "ai.onnx"].contains(try text(entry.domain)) { opset = Int(clamping: entry.version) }
            }
            var model = ONNXModel(
                irVersion: Int(clamping: proto.ir_version), opset: opset, inputs: [], outputs: [], nodes: [], initializers: [])
            model.producer = try [text(proto.producer_name), text(proto.producer_version)].filter { !$0.isEmpty }.joined(separator: " ")
            model.graphName = try text(graph.name)
            model.functions = try messages(proto.functions, proto.n_functions).map { try text($0.name) }
            for entry in messages(proto.metadata_props, proto.n_metadata_props) {
                model.metadata.append((try text(entry.key), try text(entry.value)))
            }
            guard graph.n_sparse_initializer == 0 else { throw bad("sparse initializers are not supported") }
            model.inputs = try messages(graph.input, graph.n_input).map { try value($0) }
            model.outputs = try messages(graph.output, graph.n_output).map { try value($0) }
            model.nodes = try messages(graph.node, graph.n_node).map { try node($0) }
            model.initializers = try messages(graph.initializer, graph.n_initializer).map { try tensor($0) }
            return model
        }

        func value(_ proto: Onnx__ValueInfoProto) throws -> ONNXValue {
            let name = try text(proto.name)
            guard let type = proto.type?.pointee, type.value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE,
                let tensor = type.tensor_type?.pointee
            else { throw bad("\(name) is not a tensor") }
            guard let shape = tensor.shape?.pointee else { return ONNXValue(name: name, elementType: tensor.elem_type, shape: nil) }
            let dimensions = try messages(shape.dim, shape.n_dim).map { dimension -> ONNXValue.Dimension in
                switch dimension.value_case {
                case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE: .fixed(dimension.dim_value)
                case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM: .symbol(try text(dimension.dim_param))
                default: .unknown
                }
            }
            return ONNXValue(name: name, elementType: tensor.elem_type, shape: dimensions)
        }

        func node(_ proto: Onnx__NodeProto) throws -> ONNXNode {
            ONNXNode(
                name: try text(proto.name), operatorName: try text(proto.op_type), domain: try text(proto.domain),
                inputs: try array(proto.input, proto.n_input).map { try text($0) },
                outputs: try array(proto.output, proto.n_output).map { try text($0) },
                attributes: try messages(proto.attribute, proto.n_attribute).map { (try text($0.name), try attribute($0)) })
        }

        func attribute(_ proto: Onnx__AttributeProto) throws -> ONNXAttribute {
            try checkKind(proto)
            // Old writers leave the type out; then the field that is set decides.
            if proto.has_f != 0 { return .float(proto.f) }
            if proto.has_i != 0 { return .integer(proto.i) }
            if proto.has_s != 0 {
                guard let text = String(validating: bytes(proto.s), as: UTF8.self) else { throw bad("an attribute's text is not UTF-8") }
                return .string(text)
            }
            if let inner = proto.t { return .tensor(try tensor(inner.pointee)) }
            if proto.n_ints > 0 || proto.type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS {
                return .integers(array(proto.ints, proto.n_ints))
            }
            if proto.n_floats > 0 || proto.type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS {
                return .floats(array(proto.floats, proto.n_floats))
            }
            switch proto.type {
            case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT: return .float(proto.f)
            case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT: return .integer(proto.i)
            case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING: return .string("")
            default: return .other
            }
        }

        /// Throws if an attribute holds a value of a different kind than it says, or of two: which one counts would be up to the reader.
        private func checkKind(_ proto: Onnx__AttributeProto) throws {
            var kinds: [Onnx__AttributeProto__AttributeType] = []
            if proto.has_f != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT) }
            if proto.has_i != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT) }
            if proto.has_s != 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING) }
            if proto.t != nil { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR) }
            if proto.n_ints > 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS) }
            if proto.n_floats > 0 { kinds.append(ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS) }
            let isTyped = proto.has_type != 0 && proto.type != ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED
            guard kinds.count <= 1, !isTyped || kinds.allSatisfy({ $0 == proto.type }) else {
                throw bad("the attribute \(try text(proto.name)) holds a value of another kind than it says")
            }
        }

        func tensor(_ proto: Onnx__TensorProto) throws -> ONNXTensor {
            let name = try text(proto.name)
            var tensor = ONNXTensor(
                name: name, elementType: proto.data_type, shape: array(proto.dims, proto.n_dims), content: .inline([]))
            guard proto.segment == nil else {
                throw ONNXError.badTensor(file: file, name: name, detail: "tensors in segments are not supported")
            }
            if proto.has_data_location != 0, proto.data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL {
                let entries = messages(proto.external_data, proto.n_external_data)
                tensor.content = .external(try entries.map { (try text($0.key), try text($0.value)) })
            } else if proto.has_raw_data != 0 {
                guard let place = ONNXStrippedFile.position(bytes(proto.raw_data)) else {
                    throw bad("the bytes of \(name) are not where they should be")
                }
                tensor.content = .raw(offset: place.offset, count: place.count)
            } else {
                tensor.content = .inline(try typedBytes(proto, name: name))
            }
            return tensor
        }

        /// The bytes of a tensor that is in typed fields (onnx.proto, `TensorProto`: which field serves which type).
        private func typedBytes(_ proto: Onnx__TensorProto, name: String) throws -> [UInt8] {
            func raw<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
            switch proto.data_type {
            case ONNXElementType.float32: return raw(array(proto.float_data, proto.n_float_data))
            case ONNXElementType.float64: return raw(array(proto.double_data, proto.n_double_data))
            case ONNXElementType.int64: return raw(array(proto.int64_data, proto.n_int64_data))
            case ONNXElementType.float16, ONNXElementType.bfloat16, 4, 5:
                return raw(array(proto.int32_data, proto.n_int32_data).map { UInt16(truncatingIfNeeded: $0) })
            case ONNXElementType.uint8, 3, 9: return array(proto.int32_data, proto.n_int32_data).map { UInt8(truncatingIfNeeded: $0) }
            case 6: return raw(array(proto.int32_data, proto.n_int32_data))
            case 12: return raw(array(proto.uint64_data, proto.n_uint64_data).map { UInt32(truncatingIfNeeded: $0) })
            case 13: return raw(array(proto.uint64_data, proto.n_uint64_data))
            default: throw ONNXError.badTensor(file: file, name: name, detail: "element type \(proto.data_type) is not supported")
            }
        }
    }
}
