import ConvertFiles

/// The part of an ONNX file that is not tensor bytes.
///
/// protobuf-c copies every bytes field, which would double the memory of a model. So the file's wire format (protobuf.dev, "Encoding") is
/// walked first: each tensor's `raw_data` is replaced by 16 bytes that say where it is (offset and count, little-endian), and what is
/// left, a few hundred kilobytes, is unpacked. The walk also bounds depth and size, which protobuf-c does not.
struct ONNXStrippedFile {
    /// The file with tokens in place of `raw_data`.
    let stripped: [UInt8]

    /// Messages of onnx.proto that other messages are nested in, by field number.
    private enum Message {
        case model, training, graph, node, attribute, tensor, sparseTensor, function, valueInfo, type, tensorType, nestedType, shape,
            annotation, leaf

        func child(_ field: Int) -> Message? {
            switch (self, field) {
            case (.model, 7): .graph
            case (.model, 8), (.model, 14): .leaf
            case (.model, 20): .training
            case (.model, 25): .function
            case (.training, 1), (.training, 2): .graph
            case (.training, 3), (.training, 4): .leaf
            case (.graph, 1): .node
            case (.graph, 5): .tensor
            case (.graph, 11), (.graph, 12), (.graph, 13): .valueInfo
            case (.graph, 14): .annotation
            case (.annotation, 2): .leaf
            case (.graph, 15): .sparseTensor
            case (.node, 5): .attribute
            case (.attribute, 5), (.attribute, 10): .tensor
            case (.attribute, 6), (.attribute, 11): .graph
            case (.attribute, 14), (.attribute, 15): .type
            case (.attribute, 22), (.attribute, 23): .sparseTensor
            case (.tensor, 3), (.tensor, 13): .leaf
            case (.sparseTensor, 1), (.sparseTensor, 2): .tensor
            case (.function, 7): .node
            case (.function, 9): .leaf
            case (.valueInfo, 2): .type
            case (.type, 1), (.type, 8): .tensorType
            case (.type, 4), (.type, 5), (.type, 9): .nestedType
            case (.tensorType, 2): .shape
            case (.shape, 1): .leaf
            case (.nestedType, 1), (.nestedType, 2): .type
            default: nil
            }
        }
    }

    /// Texts that mean something: names, domains, keys and values. C readers stop at a NUL, others do not.
    private static let texts: [Message: Set<Int>] = [
        .model: [2, 3, 4], .graph: [2], .node: [1, 2, 3, 4, 7, 8], .attribute: [1, 21], .tensor: [8], .function: [1, 4, 5, 6, 10, 13],
        .valueInfo: [1], .annotation: [1], .leaf: [1, 2, 3],
    ]

    /// Messages nested deeper are refused; a plain model needs seven levels.
    private static let deepest = 32
    /// Largest description, tensor bytes aside; a network of these kinds has well under a megabyte.
    private static let largest = 256 << 20

    /// Walks the whole file. Throws `ONNXError` if it is malformed.
    init(_ bytes: ByteView) throws {
        var walk = Walk(bytes: bytes)
        stripped = try walk.message(.model, from: 0, to: bytes.count, depth: 0)
    }

    private struct Walk {
        let bytes: ByteView
        var written = 0

        func malformed(_ detail: String, _ at: Int) -> ONNXError { .malformed(file: bytes.name, detail: detail, offset: at) }

        func varint(_ at: inout Int, before end: Int) throws -> UInt64 {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 70, by: 7) {
                guard at < end else { throw malformed("a number is cut short", at) }
                let byte = try bytes.byte(at: at)
                at += 1
                guard shift < 63 || byte <= 1 else { throw malformed("a number has more than 64 bits", at) }
                value |= UInt64(byte & 0x7F) << shift
                if byte & 0x80 == 0 { return value }
            }
            throw malformed("a number has more than ten bytes", at)
        }

        mutating func copy(_ from: Int, _ to: Int, into out: inout [UInt8]) throws {
            written += to - from
            guard written <= ONNXStrippedFile.largest else {
                throw ONNXError.tooLarge(
                    file: bytes.name, detail: "the model's description alone is over \(ONNXStrippedFile.largest) bytes")
            }
            let window = try bytes.window(at: from, count: to - from)
            window.withUnsafeBytes { out.append(contentsOf: $0) }
        }

        mutating func message(_ kind: Message, from start: Int, to end: Int, depth: Int) throws -> [UInt8] {
            guard depth <= ONNXStrippedFile.deepest else {
                throw ONNXError.tooDeep(file: bytes.name, limit: ONNXStrippedFile.deepest, offset: start)
            }
            var out: [UInt8] = []
            var at = start
            while at < end {
                let fieldStart = at
                let tag = try varint(&at, before: end)
                let field = Int(truncatingIfNeeded: tag >> 3)
                guard field > 0, tag >> 3 < 1 << 29 else { throw malformed("a field has number \(tag >> 3)", fieldStart) }
                switch tag & 7 {
                case 0: _ = try varint(&at, before: end)
                case 1: at += 8
                case 5: at += 4
                case 2:
                    let length = try varint(&at, before: end)
                    guard length <= UInt64(end - at) else {
                        throw malformed("a field of \(length) bytes ends past its message", fieldStart)
                    }
                    let (from, to) = (at, at + Int(length))
                    at = to
                    if kind == .tensor, field == 9 {
                        out.append(contentsOf: ONNXStrippedFile.tagged(field, ONNXStrippedFile.token(offset: from, count: to - from)))
                        continue
                    }
                    if ONNXStrippedFile.texts[kind]?.contains(field) == true,
                        try bytes.window(at: from, count: to - from).withUnsafeBytes({ $0.contains(0) })
                    {
                        throw malformed("a name or text holds a NUL, where some readers end it", from)
                    }
                    if let child = kind.child(field) {
                        let inner = try message(child, from: from, to: to, depth: depth + 1)
                        out.append(contentsOf: ONNXStrippedFile.tagged(field, inner))
                        continue
                    }
                default: throw malformed("a field has wire type \(tag & 7)", fieldStart)
                }
                guard at <= end else { throw malformed("a field ends past its message", fieldStart) }
                try copy(fieldStart, at, into: &out)
            }
            return out
        }
    }

    private static func tagged(_ field: Int, _ contents: [UInt8]) -> [UInt8] {
        varint(UInt64(field) << 3 | 2) + varint(UInt64(contents.count)) + contents
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func token(offset: Int, count: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt64(offset).littleEndian) { Array($0) } + withUnsafeBytes(of: UInt64(count).littleEndian) { Array($0) }
    }

    /// Reads a token back: where the bytes are in the file.
    static func position(_ token: [UInt8]) -> (offset: Int, count: Int)? {
        guard token.count == 16 else { return nil }
        return token.withUnsafeBytes { raw in
            let offset = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
            let count = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            guard let offset = Int(exactly: offset), let count = Int(exactly: count) else { return nil }
            return (offset, count)
        }
    }

    /// Whether the top level has the shape of an ONNX model: known fields only, a version first of all, and a graph.
    static func looksLikeModel(_ bytes: ByteView) -> Bool {
        let walk = Walk(bytes: bytes)
        var at = 0
        var fields: Set<Int> = []
        while at < bytes.count {
            guard let tag = try? walk.varint(&at, before: bytes.count) else { return false }
            let (field, wire) = (Int(truncatingIfNeeded: tag >> 3), tag & 7)
            switch (field, wire) {
            case (1, 0), (5, 0):
                guard (try? walk.varint(&at, before: bytes.count)) != nil else { return false }
            case (2, 2), (3, 2), (4, 2), (6, 2), (7, 2), (8, 2), (14, 2), (20, 2), (25, 2), (26, 2):
                guard let length = try? walk.varint(&at, before: bytes.count) else { return false }
                // A file cut short inside its graph is still recognized as ONNX, so that the error can say so.
                if field == 7, length > UInt64(bytes.count - at) { return fields.contains(1) }
                guard length <= UInt64(bytes.count - at) else { return false }
                at += Int(length)
            default: return false
            }
            fields.insert(field)
        }
        return fields.contains(7)
    }
}
