import ConvertFiles
import ConvertTensors

/// Element types that both ONNX and torch have.
enum ONNXDType {
    static let codes: [(DType, Int32)] = [
        (.float32, 1), (.uint8, 2), (.int8, 3), (.uint16, 4), (.int16, 5), (.int32, 6), (.int64, 7), (.bool, 9), (.float16, 10),
        (.float64, 11), (.uint32, 12), (.uint64, 13), (.complex64, 14), (.complex128, 15), (.bfloat16, 16), (.float8E4M3FN, 17),
        (.float8E4M3FNUZ, 18), (.float8E5M2, 19), (.float8E5M2FNUZ, 20), (.float8E8M0FNU, 24),
    ]

    static func code(_ dtype: DType) -> Int32? { codes.first { $0.0 == dtype }?.1 }
    static func dtype(_ code: Int32) -> DType? { codes.first { $0.1 == code }?.0 }
}

/// Finds the bytes of an ONNX file's tensors: in the file, or in a file next to it.
final class ONNXTensorSource {
    private let file: MappedFile
    private let companions: [String: String]
    private var opened: [String: MappedFile] = [:]

    /// - Parameter companions: where external files really are, by the name that the model gives.
    init(_ file: MappedFile, companions: [String: String]) {
        self.file = file
        self.companions = companions
    }

    /// External files that tensors are in, in the order of their names.
    var externalFiles: [MappedFile] { opened.sorted { $0.key < $1.key }.map(\.value) }

    func tensor(_ proto: ONNXTensor) throws -> Tensor {
        func bad(_ detail: String) -> ONNXError { .badTensor(file: file.path, name: proto.name, detail: detail) }
        guard let dtype = ONNXDType.dtype(proto.elementType) else { throw bad("element type \(proto.elementType) is not supported") }
        let shape = proto.shape.compactMap { Int(exactly: $0) }
        guard shape.count == proto.shape.count, shape.count <= 64, shape.allSatisfy({ $0 >= 0 }) else {
            throw bad("its shape is \(proto.shape)")
        }
        let label = "\(file.path), tensor \(proto.name)"
        let bytes: ByteView
        switch proto.content {
        case .raw(let offset, let count): bytes = try file.bytes.window(at: offset, count: count, name: label)
        case .inline(let array): bytes = ByteView(copying: array, name: label)
        case .external(let entries): bytes = try external(proto.name, entries, label: label)
        }
        let tensor = try Tensor(dtype: dtype, shape: shape, storage: Storage(name: label, bytes: bytes))
        guard tensor.byteCount == bytes.count else { throw bad("shape \(shape) takes \(tensor.byteCount) bytes, \(bytes.count) are given") }
        return tensor
    }

    /// Bytes in a different file, whose place `ExternalDataPlace` checks.
    private func external(_ name: String, _ entries: [(key: String, value: String)], label: String) throws -> ByteView {
        func value(_ key: String) -> String? { entries.first { $0.key == key }?.value }
        let location = value("location") ?? ""
        func refuse(_ detail: String) -> ONNXError { .externalPlace(file: file.path, name: name, location: location, detail: detail) }
        let data = try externalFile(location, refuse)
        func number(_ key: String) throws -> Int? {
            guard let text = value(key) else { return nil }
            guard let number = Int(text), number >= 0 else { throw refuse("whose \(key) is \(text)") }
            return number
        }
        let offset = try number("offset") ?? 0
        guard offset <= data.bytes.count else { throw refuse("which has \(data.bytes.count) bytes, its offset is \(offset)") }
        let count = try number("length") ?? data.bytes.count - offset
        guard count <= data.bytes.count - offset else {
            throw refuse("which has \(data.bytes.count) bytes, \(count) are wanted at \(offset)")
        }
        return try data.bytes.window(at: offset, count: count, name: label)
    }

    private func externalFile(_ location: String, _ refuse: (String) -> ONNXError) throws -> MappedFile {
        if let known = opened[location] { return known }
        let path = try companions[location] ?? ExternalDataPlace(location, model: file.path, refuse: refuse).path
        let data = try MappedFile(path: path)
        opened[location] = data
        return data
    }
}
