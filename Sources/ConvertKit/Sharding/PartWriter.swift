import ConvertFiles
import ConvertJSON

/// Writes one part: records in the order of its items, which are kept in small files until all are there, so that a part that was stopped
/// goes on at the next start, on any machine.
final class PartWriter {
    /// What a part's data begin with.
    static let signature = Array("convert part 1\n".utf8)

    private let folder: PartFolder
    private let shard: Shard
    private let identity: PartIdentity
    private let items: Int
    private let chunks: RecordChunks

    /// Items of the part that are done; the next record is that of the item after them.
    var done: Int { chunks.done }

    /// Goes on with a part, or begins it.
    init(_ folder: PartFolder, _ shard: Shard, _ identity: PartIdentity, items: Int) throws {
        (self.folder, self.shard, self.identity, self.items) = (folder, shard, identity, items)
        chunks = try RecordChunks(folder.progress(shard, identity), count: shard.range(of: items).count)
    }

    /// Adds the next item's record.
    func append(_ record: PartRecord) throws { try chunks.append(record) }

    /// Joins the records to the part's data and describes them; what was kept of it is removed.
    func finish() throws -> PartDescription {
        try chunks.keep()
        let description = try describe()
        // Data that are not this part's were left by a task that was stopped; those that are, a second task has just written.
        if !description.fits(folder) {
            PartFolder.removeFile(folder.data(shard))
            do { try write(description) } catch FileError.outputExists where description.fits(folder) {}
        }
        let text = JSONValue.object(description.json).text(pretty: true) + "\n"
        try RecordChunks.write(Array(text.utf8), to: folder.description(shard))
        for begun in try folder.begun(shard) { PartFolder.remove(begun) }
        return description
    }

    /// What the part's data will be.
    private func describe() throws -> PartDescription {
        var counts = (done: 0, failed: 0, missed: 0)
        var size = 0
        let digest = try SHA256Digest { take in
            try forEachPiece { piece in
                size += piece.count
                take(piece)
            }
        }
        try chunks.forEachChunk { records in
            try PartRecord.forEach(in: records, from: 0) { record in
                if record.failure == nil { counts.done += 1 } else { counts.failed += 1 }
                if record.meta[PartRecord.missed]?.boolean == true { counts.missed += 1 }
            }
        }
        return PartDescription(identity, shard, items: items, counts: counts, data: (size, digest))
    }

    /// Writes the data, which have to arrive on the disk as they are described.
    private func write(_ description: PartDescription) throws {
        let output = try OutputFile(target: folder.data(shard), replacing: false, inputs: [])
        try forEachPiece { try output.write($0) }
        try output.flush()
        guard SHA256Digest(of: try output.readBack().bytes).text == description.dataDigest else {
            throw ShardError.damagedPart(path: output.target, reason: "is not on the disk what was written")
        }
        try output.commit()
    }

    private func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try PartWriter.signature.withUnsafeBytes(body)
        try chunks.forEachChunk { records in try records.withUnsafeBytes { try body($0) } }
    }
}
