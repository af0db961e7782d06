import CONNX
import ConvertFiles
import ConvertTensors
import Glibc

/// Writes an ONNX model through protobuf-c, tensor bytes streamed from where they are.
///
/// protobuf-c hands bytes fields to its buffer by pointer and length without reading them. So each tensor gets a stretch of reserved
/// address space that nothing may touch, and when such a pointer arrives, the tensor is written window by window in its place.
struct ONNXPacking {

    private var arena = MessageArena()
    private var streamed: [UInt: Tensor] = [:]
    private var next: UInt = 0
    private let reserved: Reservation

    /// - Parameter streamedBytes: bytes of all tensors that will be streamed.
    private init(streamedBytes: Int) throws {
        reserved = try Reservation(count: streamedBytes)
        next = reserved.start
    }

    /// Writes `model` to `output`. `tensors` are the initializers' bytes by name; those that are external already are left out of it.
    static func write(_ model: ONNXModel, tensors: [String: Tensor], to output: OutputFile) throws {
        var packing = try ONNXPacking(streamedBytes: tensors.values.reduce(0) { $0 + $1.byteCount })
        let proto = packing.message(model, tensors)
        let sink = Sink(output: output, streamed: packing.streamed)
        let context = Unmanaged.passUnretained(sink).toOpaque()
        _ = withExtendedLifetime((packing, sink)) {
            convert_onnx_pack(proto, context) { context, data, count in
                guard let context, let data else { return }
                Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().take(data, count)
            }
        }
        if let failure = sink.failure { throw failure }
    }

    /// One tensor by itself, as a file of ONNX's test runners holds it.
    static func bytes(_ tensor: ONNXTensor) throws -> [UInt8] {
        var packing = try ONNXPacking(streamedBytes: 0)
        let proto = packing.message(tensor, nil)
        var bytes = [UInt8](repeating: 0, count: onnx__tensor_proto__get_packed_size(proto))
        let count = bytes.withUnsafeMutableBufferPointer { onnx__tensor_proto__pack(proto, $0.baseAddress) }
        guard count == bytes.count else { throw ONNXError.packingFailed("\(tensor.name) has another length than foreseen") }
        return bytes
    }

    /// Where packed bytes go.
    private final class Sink {
        let output: OutputFile
        let streamed: [UInt: Tensor]
        var failure: (any Error)?

        init(output: OutputFile, streamed: [UInt: Tensor]) {
            self.output = output
            self.streamed = streamed
        }

        func take(_ data: UnsafePointer<UInt8>, _ count: Int) {
            guard failure == nil else { return }
            do {
                if let tensor = streamed[UInt(bitPattern: data)] {
                    guard tensor.byteCount == count else { throw ONNXError.packingFailed("a tensor has another length than foreseen") }
                    try tensor.storage.verifyLent()
                    try tensor.forEachCOrderWindow { try output.write($0) }
                } else {
                    try output.write(UnsafeRawBufferPointer(start: data, count: count))
                }
            } catch {
                failure = error
            }
        }
    }

    /// Address space that nothing may read or write.
    private final class Reservation {
        let start: UInt
        private let count: Int

        init(count: Int) throws {
            self.count = max(count, 1)
            let pointer = mmap(nil, self.count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            guard let pointer, pointer != MAP_FAILED else {
                throw ONNXError.packingFailed("\(count) bytes of address space are not to be had")
            }
            start = UInt(bitPattern: pointer)
        }

        deinit { munmap(UnsafeMutableRawPointer(bitPattern: start), count) }
    }

    // MARK: Messages

    private mutating func message(_ model: ONNXModel, _ tensors: [String: Tensor]) -> UnsafeMutablePointer<Onnx__ModelProto> {
        var proto = Onnx__ModelProto()
        onnx__model_proto__init(&proto)
        proto.has_ir_version = 1
        proto.ir_version = Int64(model.irVersion)
        proto.producer_name = arena.text(model.producer)
        proto.producer_version = arena.text(model.producerVersion)
        proto.doc_string = arena.text(model.documentation)
        var opset = Onnx__OperatorSetIdProto()
        onnx__operator_set_id_proto__init(&opset)
        // The default domain is written out: some readers miss it otherwise.
        opset.domain = arena.text("")
        opset.has_version = 1
        opset.version = Int64(model.opset)
        (proto.opset_import, proto.n_opset_import) = arena.list([arena.place(opset)])
        let entries = model.metadata.map { entry in
            var pair = Onnx__StringStringEntryProto()
            onnx__string_string_entry_proto__init(&pair)
            pair.key = arena.text(entry.key)
            pair.value = arena.text(entry.value)
            return arena.place(pair)
        }
        (proto.metadata_props, proto.n_metadata_props) = arena.list(entries)
        var graph = Onnx__GraphProto()
        onnx__graph_proto__init(&graph)
        graph.name = arena.text(model.graphName)
        (graph.node, graph.n_node) = arena.list(model.nodes.map { message($0) })
        (graph.initializer, graph.n_initializer) = arena.list(model.initializers.map { message($0, tensors[$0.name]) })
        (graph.input, graph.n_input) = arena.list(model.inputs.map { message($0) })
        (graph.output, graph.n_output) = arena.list(model.outputs.map { message($0) })
        (graph.value_info, graph.n_value_info) = arena.list(model.innerValues.map { message($0) })
        proto.graph = arena.place(graph)
        return arena.place(proto)
    }

    private mutating func message(_ node: ONNXNode) -> UnsafeMutablePointer<Onnx__NodeProto> {
        var proto = Onnx__NodeProto()
        onnx__node_proto__init(&proto)
        proto.name = arena.text(node.name)
        proto.op_type = arena.text(node.operatorName)
        (proto.input, proto.n_input) = arena.list(node.inputs.map { arena.text($0) })
        (proto.output, proto.n_output) = arena.list(node.outputs.map { arena.text($0) })
        (proto.attribute, proto.n_attribute) = arena.list(node.attributes.map { message($0.name, $0.value) })
        return arena.place(proto)
    }

    private mutating func message(_ name: String, _ value: ONNXAttribute) -> UnsafeMutablePointer<Onnx__AttributeProto> {
        var proto = Onnx__AttributeProto()
        onnx__attribute_proto__init(&proto)
        proto.name = arena.text(name)
        proto.has_type = 1
        switch value {
        case .float(let number):
            proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT
            (proto.has_f, proto.f) = (1, number)
        case .integer(let number):
            proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT
            (proto.has_i, proto.i) = (1, number)
        case .string(let text):
            proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING
            let (start, count) = arena.numbers(Array(text.utf8))
            (proto.has_s, proto.s) = (1, ProtobufCBinaryData(len: count, data: start))
        case .integers(let numbers):
            proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS
            (proto.ints, proto.n_ints) = arena.numbers(numbers)
        case .floats(let numbers):
            proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS
            (proto.floats, proto.n_floats) = arena.numbers(numbers)
        case .tensor(let tensor):
            proto.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR
            proto.t = message(tensor, nil)
        case .other: break
        }
        return arena.place(proto)
    }

    private mutating func message(_ tensor: ONNXTensor, _ streamedTensor: Tensor?) -> UnsafeMutablePointer<Onnx__TensorProto> {
        var proto = Onnx__TensorProto()
        onnx__tensor_proto__init(&proto)
        if !tensor.name.isEmpty { proto.name = arena.text(tensor.name) }
        proto.has_data_type = 1
        proto.data_type = tensor.elementType
        (proto.dims, proto.n_dims) = arena.numbers(tensor.shape)
        switch tensor.content {
        case .external(let entries):
            let pairs = entries.map { entry in
                var pair = Onnx__StringStringEntryProto()
                onnx__string_string_entry_proto__init(&pair)
                pair.key = arena.text(entry.key)
                pair.value = arena.text(entry.value)
                return arena.place(pair)
            }
            (proto.external_data, proto.n_external_data) = arena.list(pairs)
            proto.has_data_location = 1
            proto.data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL
        case .inline(let bytes):
            let (start, count) = arena.numbers(bytes)
            (proto.has_raw_data, proto.raw_data) = (1, ProtobufCBinaryData(len: count, data: start))
        case .raw:
            proto.has_raw_data = 1
            if let streamedTensor, streamedTensor.byteCount > 0 {
                streamed[next] = streamedTensor
                proto.raw_data = ProtobufCBinaryData(
                    len: streamedTensor.byteCount, data: UnsafeMutablePointer<UInt8>(bitPattern: next))
                next += UInt(streamedTensor.byteCount)
            }
        }
        return arena.place(proto)
    }

    private mutating func message(_ value: ONNXValue) -> UnsafeMutablePointer<Onnx__ValueInfoProto> {
        var shape = Onnx__TensorShapeProto()
        onnx__tensor_shape_proto__init(&shape)
        let dimensions = (value.shape ?? []).map { dimension in
            var proto = Onnx__TensorShapeProto__Dimension()
            onnx__tensor_shape_proto__dimension__init(&proto)
            switch dimension {
            case .fixed(let size):
                proto.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                proto.dim_value = size
            case .symbol(let name):
                proto.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM
                proto.dim_param = arena.text(name)
            case .unknown: break
            }
            return arena.place(proto)
        }
        (shape.dim, shape.n_dim) = arena.list(dimensions)
        var tensor = Onnx__TypeProto__Tensor()
        onnx__type_proto__tensor__init(&tensor)
        (tensor.has_elem_type, tensor.elem_type) = (1, value.elementType)
        tensor.shape = arena.place(shape)
        var type = Onnx__TypeProto()
        onnx__type_proto__init(&type)
        type.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
        type.tensor_type = arena.place(tensor)
        var proto = Onnx__ValueInfoProto()
        onnx__value_info_proto__init(&proto)
        proto.name = arena.text(value.name)
        proto.type = arena.place(type)
        return arena.place(proto)
    }
}

/// Memory of messages that point at each other, freed together.
private final class MessageArena {
    private var release: [() -> Void] = []

    deinit { release.forEach { $0() } }

    func place<Message>(_ message: Message) -> UnsafeMutablePointer<Message> {
        let pointer = UnsafeMutablePointer<Message>.allocate(capacity: 1)
        pointer.initialize(to: message)
        release.append { pointer.deallocate() }
        return pointer
    }

    func numbers<Number>(_ numbers: [Number]) -> (UnsafeMutablePointer<Number>?, Int) {
        guard !numbers.isEmpty else { return (nil, 0) }
        let pointer = UnsafeMutablePointer<Number>.allocate(capacity: numbers.count)
        pointer.initialize(from: numbers, count: numbers.count)
        release.append { pointer.deallocate() }
        return (pointer, numbers.count)
    }

    func list<Message>(
        _ messages: [UnsafeMutablePointer<Message>]
    ) -> (UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, Int) { numbers(messages.map { Optional($0) }) }

    func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = Array(text.utf8CString)
        let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        pointer.initialize(from: bytes, count: bytes.count)
        release.append { pointer.deallocate() }
        return pointer
    }
}
