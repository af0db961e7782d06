import ConvertFiles
import ConvertJSON

/// Writes one part: records in the order of its items, which are kept in small files until all are there, so that a part that was stopped
/// goes on at the next start, on any machine.
final class PartWriter {
    /// Records of one small file: some seconds of work, which is what a stop can lose.
    static let recordsInChunk = 32
    /// What a part's data begin with.
    static let signature = Array("convert part 1\n".utf8)

    private let folder: PartFolder
    private let shard: Shard
    private let identity: PartIdentity
    private let items: Int
    private let progress: String
    private var pending: [UInt8] = []
    private var pendingCount = 0
    private var chunks = 0

    /// Items of the part that are done; the next record is that of the item after them.
    private(set) var done: Int

    /// Goes on with a part, or begins it.
    init(_ folder: PartFolder, _ shard: Shard, _ identity: PartIdentity, items: Int) throws {
        (self.folder, self.shard, self.identity, self.items) = (folder, shard, identity, items)
        progress = folder.progress(shard, identity)
        try OutputFolder.create(progress)
        let count = shard.range(of: items).count
        while chunks * PartWriter.recordsInChunk < count, try PartWriter.chunk(progress, chunks) != nil { chunks += 1 }
        done = min(chunks * PartWriter.recordsInChunk, count)
    }

    private static func path(_ progress: String, _ chunk: Int) -> String { PathText.join(progress, "\(chunk).records") }

    /// A small file's records; nil if there is none, or it is not whole.
    private static func chunk(_ progress: String, _ chunk: Int) throws -> ByteView? {
        let file: MappedFile
        do { file = try MappedFile(path: path(progress, chunk)) } catch FileError.missing { return nil } catch FileError.empty {
            return nil
        }
        let size = file.bytes.count - 32
        guard size >= 0 else { return nil }
        let records = try file.bytes.window(at: 0, count: size)
        guard try file.bytes.window(at: size, count: 32).array == SHA256Digest(of: records).bytes else {
            PartFolder.removeFile(file.path)
            return nil
        }
        return records
    }

    /// Adds the next item's record.
    func append(_ record: PartRecord) throws {
        pending += record.encoded
        pendingCount += 1
        done += 1
        if pendingCount == PartWriter.recordsInChunk { try keep() }
    }

    private func keep() throws {
        let bytes = pending + SHA256Digest(of: pending).bytes
        try PartWriter.write(bytes, to: PartWriter.path(progress, chunks))
        pending.removeAll(keepingCapacity: true)
        pendingCount = 0
        chunks += 1
    }

    /// Writes a file unless it is there: a second task of the same part writes the same bytes.
    private static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            let output = try OutputFile(target: path, replacing: false, inputs: [])
            try output.write(bytes)
            try output.commit()
        } catch FileError.outputExists {}
    }

    /// Joins the records to the part's data and describes them; what was kept of it is removed.
    func finish() throws -> PartDescription {
        if pendingCount > 0 { try keep() }
        // Without a description, data are what a task that was stopped left.
        PartFolder.removeFile(folder.data(shard))
        let output = try OutputFile(target: folder.data(shard), replacing: false, inputs: [])
        try output.write(PartWriter.signature)
        var counts = (done: 0, failed: 0, missed: 0)
        for index in 0..<chunks {
            guard let records = try PartWriter.chunk(progress, index) else {
                throw ShardError.damagedPart(path: PartWriter.path(progress, index), reason: "went away while its part was being made")
            }
            try PartRecord.forEach(in: records, from: 0) { record in
                if record.failure == nil { counts.done += 1 } else { counts.failed += 1 }
                if record.meta[PartRecord.missed]?.boolean == true { counts.missed += 1 }
            }
            try records.withUnsafeBytes { (raw) throws(FileError) in try output.write(raw) }
        }
        try output.flush()
        let description = PartDescription(identity, shard, items: items, counts: counts, data: try output.readBack().bytes)
        do { try output.commit() } catch FileError.outputExists {}
        let text = JSONValue.object(description.json).text(pretty: true) + "\n"
        try PartWriter.write(Array(text.utf8), to: folder.description(shard))
        for begun in try folder.begun(shard) { PartFolder.remove(begun) }
        return description
    }
}
