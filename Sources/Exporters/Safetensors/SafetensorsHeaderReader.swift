import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors

/// Turns a parsed header into tensors, with every check of the reference reader: no holes, no overlaps, and sizes that match shapes.
struct SafetensorsHeaderReader {
    let file: MappedFile
    let dataStart: Int

    func tensors(_ header: JSONObject) throws -> [Weights.Entry] {
        var entries: [Weights.Entry] = []
        var extents: [(name: String, start: Int, end: Int)] = []
        for member in header.members where member.key != SafetensorsFormat.metadataKey {
            let (tensor, start, end) = try tensor(member.key, member.value)
            entries.append(Weights.Entry(name: member.key, tensor: tensor))
            extents.append((member.key, start, end))
        }
        var expected = 0
        for extent in extents.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            if extent.start < expected { throw SafetensorsError.overlap(file: file.path, name: extent.name, offset: extent.start) }
            if extent.start > expected { throw SafetensorsError.hole(file: file.path, offset: expected, next: extent.start) }
            expected = extent.end
        }
        let rest = file.bytes.count - dataStart - expected
        if rest > 0 { throw SafetensorsError.trailingBytes(file: file.path, count: rest) }
        return entries
    }

    func metadata(_ header: JSONObject) throws -> JSONObject {
        guard let value = header[SafetensorsFormat.metadataKey], value != .null else { return JSONObject() }
        guard let members = value.object, members.members.allSatisfy({ $0.value.string != nil }) else {
            throw SafetensorsError.malformedHeader(file: file.path, detail: "__metadata__ is not an object of texts")
        }
        return members
    }

    private func tensor(_ name: String, _ value: JSONValue) throws -> (Tensor, start: Int, end: Int) {
        func bad(_ detail: String) -> SafetensorsError { .badTensor(file: file.path, name: name, detail: detail) }
        guard let info = value.object, let typeName = info["dtype"]?.string else { throw bad("it has no dtype") }
        guard let dtype = SafetensorsDType.dtype(typeName) else {
            throw SafetensorsError.unknownDType(file: file.path, name: name, dtype: typeName)
        }
        guard let sizes = info["shape"]?.array, let offsets = info["data_offsets"]?.array?.compactMap(\.integer), offsets.count == 2 else {
            throw bad("its shape or data_offsets are missing")
        }
        var shape = sizes.compactMap(\.integer)
        guard shape.count == sizes.count, shape.allSatisfy({ $0 >= 0 }) else { throw bad("its shape is not a list of sizes") }
        if let packing = SafetensorsDType.packing(dtype) {
            guard let last = shape.last, last % packing.elements == 0 else {
                throw SafetensorsError.unknownDType(file: file.path, name: name, dtype: "\(typeName) of shape \(shape)")
            }
            shape[shape.count - 1] = last / packing.elements * packing.bytes
        }
        let (start, end) = (offsets[0], offsets[1])
        guard start >= 0, end >= start, end <= file.bytes.count - dataStart else {
            throw bad("bytes \(start) to \(end) lie outside the \(file.bytes.count - dataStart) bytes of data")
        }
        let bytes = try file.bytes.window(at: dataStart + start, count: end - start, name: "\(file.path), tensor \(name)")
        let tensor = try Tensor(dtype: dtype, shape: shape, storage: Storage(name: bytes.name, bytes: bytes))
        guard tensor.byteCount == end - start else {
            throw bad("shape \(shape) takes \(tensor.byteCount) bytes, but \(end - start) are given")
        }
        return (tensor, start, end)
    }
}
