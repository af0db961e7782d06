import ConvertFiles
import ConvertIR
import ConvertTensors

/// Turns the table of a flat file into tensors over the mapped bytes, with every check that `docs/flat-format.md` requires of a reader.
struct FlatReader {
    let file: MappedFile
    let header: FlatHeader

    /// One line of the table, with its name and form checked.
    private struct Row {
        let name: String
        let dtype: DType
        let shape: [Int]
        let start: Int
        let length: Int
        let checksum: UInt32
        /// Offset of the entry itself, for messages.
        let entryOffset: Int
    }

    /// Entries with equal views are the same tensor.
    private struct View: Hashable {
        let start: Int
        let dtype: DType
        let shape: [Int]
    }

    /// All tensors, in the table's order; entries that are the same tensor share one `Storage`.
    func entries() throws -> [Weights.Entry] {
        var rows: [Row] = []
        var names: Set<ExactText> = []
        var nameStart = 0
        rows.reserveCapacity(header.tensorCount)
        for index in 0..<header.tensorCount {
            let row = try row(index, nameStart: &nameStart)
            guard names.insert(ExactText(row.name)).inserted else {
                throw FlatError.duplicateName(file: file.path, name: row.name, entry: index)
            }
            rows.append(row)
        }
        guard nameStart == header.namesLength else {
            throw FlatError.malformedHeader(
                file: file.path, field: "names length", offset: 72, expected: UInt64(clamping: nameStart),
                found: UInt64(clamping: header.namesLength))
        }
        try checkStretches(rows)
        var storages: [View: Storage] = [:]
        return try rows.map { row in
            let view = View(start: row.start, dtype: row.dtype, shape: row.shape)
            let storage: Storage
            if row.length > 0, let known = storages[view] {
                storage = known
            } else {
                let bytes = try file.bytes.window(at: row.start, count: row.length, name: "\(file.path), tensor \(row.name)")
                storage = Storage(name: bytes.name, bytes: bytes, crc32: row.checksum)
                storages[view] = storage
            }
            let tensor = try Tensor(dtype: row.dtype, shape: row.shape, storage: storage)
            guard tensor.byteCount == row.length else {
                throw FlatError.malformedEntry(
                    file: file.path, name: row.name, offset: row.entryOffset,
                    detail: "shape \(row.shape) of \(row.dtype.rawValue) takes \(tensor.byteCount) bytes, but \(row.length) are given")
            }
            return Weights.Entry(name: row.name, tensor: tensor)
        }
    }

    /// Reads one entry. Names follow one another in the table's order, so that no byte between them goes unread.
    private func row(_ index: Int, nameStart: inout Int) throws -> Row {
        let entryOffset = header.tableOffset + index * FlatHeader.entryLength
        let entry = try file.bytes.window(at: entryOffset, count: FlatHeader.entryLength)
        let nameLength = Int(try entry.integer(at: 4, as: UInt32.self))
        let isInPlace = Int(try entry.integer(at: 0, as: UInt32.self)) == nameStart && nameLength <= header.namesLength - nameStart
        guard isInPlace, let name = try file.bytes.window(at: header.namesOffset + nameStart, count: nameLength).text else {
            throw FlatError.malformedName(file: file.path, entry: index, offset: entryOffset)
        }
        nameStart += nameLength
        func malformed(_ detail: String) -> FlatError {
            .malformedEntry(file: file.path, name: name, offset: entryOffset, detail: detail)
        }
        let code = try entry.integer(at: 8, as: UInt32.self)
        guard let dtype = FlatDType.dtype(code) else { throw malformed("dtype code \(code) is not known") }
        let rank = try entry.integer(at: 12, as: UInt32.self)
        guard rank <= UInt32(FlatHeader.greatestRank) else { throw malformed("rank \(rank) is above \(FlatHeader.greatestRank)") }
        var shape: [Int] = []
        for dimension in 0..<FlatHeader.greatestRank {
            let size = try entry.integer(at: 16 + 8 * dimension, as: UInt64.self)
            if dimension < Int(rank) {
                guard let size = Int(exactly: size) else { throw malformed("size \(size) is not possible") }
                shape.append(size)
            } else if size != 0 {
                throw malformed("its rank is \(rank), but size \(dimension) is \(size)")
            }
        }
        let start = try entry.integer(at: 80, as: UInt64.self)
        let length = try entry.integer(at: 88, as: UInt64.self)
        let checksum = try entry.integer(at: 96, as: UInt32.self)
        guard try entry.integer(at: 100, as: UInt32.self) == 0 else { throw malformed("its last field is not zero") }
        guard start % UInt64(FlatHeader.alignment) == 0 else {
            throw FlatError.misaligned(file: file.path, name: name, start: start)
        }
        let (end, overflow) = start.addingReportingOverflow(length)
        guard !overflow, start >= UInt64(header.dataOffset), end <= UInt64(file.bytes.count) else {
            throw FlatError.pastEnd(file: file.path, name: name, start: start, length: length, size: file.bytes.count)
        }
        // An empty tensor has no bytes; giving all of them one offset keeps files reproducible.
        if length == 0, start != UInt64(header.dataOffset) || checksum != 0 {
            throw malformed("it is empty, but its offset or checksum is not that of an empty tensor")
        }
        return Row(
            name: name, dtype: dtype, shape: shape, start: Int(start), length: Int(length), checksum: checksum, entryOffset: entryOffset)
    }

    /// Throws unless the tensors' byte ranges follow one another with only padding between them, and entries share a range entirely or not
    /// at all.
    private func checkStretches(_ rows: [Row]) throws {
        var end = header.dataOffset
        var previous: Row?
        for row in rows.filter({ $0.length > 0 }).sorted(by: { ($0.start, $0.length) < ($1.start, $1.length) }) {
            if let previous, previous.start == row.start, previous.length == row.length {
                guard previous.checksum == row.checksum else {
                    throw FlatError.aliasChecksums(file: file.path, name: row.name, offset: row.start)
                }
                continue
            }
            let expected = FlatHeader.aligned(end)
            if row.start < expected { throw FlatError.overlap(file: file.path, name: row.name, offset: row.start) }
            if row.start > expected { throw FlatError.hole(file: file.path, offset: end, next: row.start) }
            try FlatHeader.requireZeros(in: file, from: end, to: row.start)
            end = row.start + row.length
            previous = row
        }
        guard end == file.bytes.count else {
            throw FlatError.trailingBytes(file: file.path, offset: UInt64(clamping: end), count: file.bytes.count - end)
        }
    }
}
