import ConvertFiles
import ConvertJSON
import ConvertTensors

/// Tensors that no node reads, such as `num_batches_tracked`, as JSON: among the initializers runtimes would warn about each.
enum ONNXUnusedTensor {
    static func json(_ tensor: Tensor) throws -> KeyValuePairs<String, JSONValue> {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(tensor.byteCount * 2)
        try tensor.storage.verifyLent()
        try tensor.forEachCOrderWindow { window in
            for byte in window {
                text.append(digits[Int(byte >> 4)])
                text.append(digits[Int(byte & 15)])
            }
        }
        return [
            "dtype": .string(tensor.dtype.rawValue), "shape": .array(tensor.shape.map { .integer(Int64($0)) }),
            "bytes": .string(String(decoding: text, as: UTF8.self)),
        ]
    }

    /// Reads what `json` wrote; nil if it is malformed.
    static func tensor(_ object: JSONObject, name: String) -> Tensor? {
        guard let dtype = object["dtype"]?.string.flatMap(DType.init(rawValue:)), let sizes = object["shape"]?.array,
            let text = object["bytes"]?.string
        else { return nil }
        let shape = sizes.compactMap(\.integer)
        guard shape.count == sizes.count, let bytes = bytes(Array(text.utf8)) else { return nil }
        let storage = Storage(name: name, bytes: ByteView(copying: bytes, name: name))
        guard let tensor = try? Tensor(dtype: dtype, shape: shape, storage: storage), tensor.byteCount == bytes.count else { return nil }
        return tensor
    }

    private static func bytes(_ text: [UInt8]) -> [UInt8]? {
        func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = digit(text[index]), let low = digit(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
