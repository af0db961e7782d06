import ConvertFiles

/// Records of work in the order of its items, kept in small files of a folder until all are there, so that work that was stopped goes on from
/// there. No file is locked or changed after it has its name.
final class RecordChunks {
    /// Records of one small file: some seconds of work, which is what a stop can lose.
    static let recordsInChunk = 32

    private let path: String
    private var pending: [UInt8] = []
    private var pendingCount = 0
    private var chunks = 0

    /// Items whose records are there; the next record is that of the item after them.
    private(set) var done = 0

    /// Goes on with what is in a folder.
    /// - Parameters:
    ///   - path: the folder, which says by its name of what the records are; it is created with the first file.
    ///   - count: how many items there are.
    ///   - isUsable: whether a record of an earlier run may stay; a file with one that may not is made again, and so are those after it.
    init(_ path: String, count: Int, isUsable: (PartRecord) -> Bool = { _ in true }) throws {
        self.path = path
        var isRefused = false
        while chunks * RecordChunks.recordsInChunk < count, !isRefused, FileIdentity(path: file(chunks)) != nil {
            isRefused = true
            if let records = try chunk(chunks) {
                var isWhole = true
                try PartRecord.forEach(in: records, from: 0) { if !isUsable($0) { isWhole = false } }
                isRefused = !isWhole
            }
            if !isRefused { chunks += 1 }
        }
        done = min(chunks * RecordChunks.recordsInChunk, count)
        // Only then: what is merely missing, a second process may be writing.
        var stale = chunks
        while isRefused, FileIdentity(path: file(stale)) != nil {
            PartFolder.removeFile(file(stale))
            stale += 1
        }
    }

    /// Creates the folder, which shows that work has begun.
    func begin() throws { try OutputFolder.create(path) }

    private func file(_ chunk: Int) -> String { PathText.join(path, "\(chunk).records") }

    /// A small file's records; nil if there is none, or it is not whole.
    private func chunk(_ chunk: Int) throws -> ByteView? {
        let file: MappedFile
        do { file = try MappedFile(path: self.file(chunk)) } catch FileError.missing { return nil } catch FileError.empty { return nil }
        let size = file.bytes.count - 32
        guard size >= 0 else { return nil }
        let records = try file.bytes.window(at: 0, count: size)
        return try file.bytes.window(at: size, count: 32).array == SHA256Digest(of: records).bytes ? records : nil
    }

    /// Adds the next item's record.
    func append(_ record: PartRecord) throws {
        pending += record.encoded
        pendingCount += 1
        done += 1
        if pendingCount == RecordChunks.recordsInChunk { try keep() }
    }

    /// Writes what is pending.
    func keep() throws {
        guard pendingCount > 0 else { return }
        if chunks == 0 { try begin() }
        try RecordChunks.write(pending + SHA256Digest(of: pending).bytes, to: file(chunks))
        pending.removeAll(keepingCapacity: true)
        pendingCount = 0
        chunks += 1
    }

    /// Hands on the records of each small file, in order.
    func forEachChunk(_ body: (ByteView) throws -> Void) throws {
        for index in 0..<chunks {
            guard let records = try chunk(index) else {
                throw ShardError.damagedPart(path: file(index), reason: "went away while its part was being made")
            }
            try body(records)
        }
    }

    /// Writes a file unless it is there: a second process that does the same work writes the same bytes.
    static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            let output = try OutputFile(target: path, replacing: false, inputs: [])
            try output.write(bytes)
            try output.commit()
        } catch FileError.outputExists {}
    }
}
