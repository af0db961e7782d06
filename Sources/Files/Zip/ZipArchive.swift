import CZip
import Glibc

/// One entry of a zip archive.
public struct ZipEntry: Sendable {
    /// The full name; `/` separates folders.
    public let name: String
    /// Its index in libzip's list.
    let index: UInt64
    /// Uncompressed size in bytes.
    public let size: Int
    /// Size in bytes as stored in the file.
    public let compressedSize: Int
    /// Offset of its local header in the file.
    let headerOffset: Int
    /// Offset of the stored bytes in the file.
    public let dataOffset: Int
    /// CRC-32 of the uncompressed bytes.
    public let crc32: UInt32
    /// Whether the bytes are stored without compression.
    public let isStored: Bool
}

/// A zip archive over mapped bytes: libzip lists and inflates entries, stored entries are borrowed without a copy.
public struct ZipArchive: Sendable {
    /// The archive's bytes.
    public let bytes: ByteView
    /// All entries, in the order of the directory.
    public let entries: [ZipEntry]
    /// Whether all CRCs are zero, as in archives that torch writes without checksums.
    public let hasNoChecksums: Bool
    /// The bytes from the start to the end of the end record's comment.
    private let archive: ByteView
    private let indexByName: [String: Int]
    let directoryStart: Int
    /// Offset of the end record's comment.
    let commentStart: Int
    /// Bytes after the end record and its comment, which readers ignore; usually empty.
    public let trailingBytes: ByteView

    /// Reads the directory. Throws `ZipError` for a truncated, damaged, ambiguous, overlapping or encrypted archive.
    public init(_ bytes: ByteView) throws {
        self.bytes = bytes
        let directory = try ZipCentralDirectory(bytes)
        // libzip considers every end record it finds, so it only gets to see the archive itself.
        archive = try bytes.window(at: 0, count: directory.archiveEnd)
        trailingBytes = try bytes.window(at: directory.archiveEnd, count: bytes.count - directory.archiveEnd)
        commentStart = directory.commentStart
        let listing = try ZipArchive.withLibzip(archive) { archive in try ZipArchive.list(archive, directory: directory, bytes: bytes) }
        entries = listing
        hasNoChecksums = !listing.isEmpty && listing.allSatisfy { $0.crc32 == 0 }
        var indexByName: [String: Int] = [:]
        // torch's reader ignores case: of `data.pkl` and `DATA.PKL` it may load either.
        var folded: Set<String> = []
        for (index, entry) in listing.enumerated() {
            guard indexByName.updateValue(index, forKey: entry.name) == nil, folded.insert(entry.name.lowercased()).inserted else {
                throw ZipError.duplicateEntry(file: bytes.name, entry: entry.name)
            }
        }
        self.indexByName = indexByName
        directoryStart = directory.start
        try ZipArchive.refuseOverlaps(listing, directoryStart: directory.start, file: bytes)
    }

    /// The entry with exactly this name, or nil.
    public func entry(named name: String) -> ZipEntry? {
        indexByName[name].map { entries[$0] }
    }

    /// How many bytes an entry may inflate to: 64 MiB, or 64 times the archive if that is more.
    public var inflationLimit: Int {
        min(max(64 << 20, bytes.count.multipliedReportingOverflow(by: 64).partialValue), MemoryBudget.bytes / 2)
    }

    /// The bytes of an entry: borrowed if it is stored, inflated into memory if it is deflated. The checksums of stored entries are only
    /// compared by `verify`.
    public func contents(of entry: ZipEntry) throws -> ByteView {
        let name = "\(bytes.name), entry \(entry.name)"
        if entry.isStored { return try bytes.window(at: entry.dataOffset, count: entry.size, name: name) }
        // Deflate cannot exceed 1,032 to 1, so a larger claim is false.
        let ceiling = min(inflationLimit, entry.compressedSize.multipliedReportingOverflow(by: 1032).partialValue + 1024)
        guard entry.size <= ceiling else {
            throw ZipError.inflatesTooFar(file: bytes.name, entry: entry.name, size: UInt64(entry.size), limit: ceiling)
        }
        return try ZipArchive.withLibzip(archive) { archive in
            guard let file = zip_fopen_index(archive, entry.index, 0) else {
                throw ZipError.unreadableEntry(file: bytes.name, entry: entry.name, reason: ZipArchive.reason(archive))
            }
            defer { zip_fclose(file) }
            return try ByteView.filled(count: entry.size, name: name) { target in
                var done = 0
                while done < target.count {
                    let read = zip_fread(file, target.baseAddress.map { $0 + done }, UInt64(target.count - done))
                    guard read > 0 else {
                        throw ZipError.unreadableEntry(
                            file: bytes.name, entry: entry.name, reason: "damaged: \(done) of \(target.count) bytes could be inflated")
                    }
                    done += Int(read)
                }
                var past: UInt8 = 0
                // libzip compares the checksum when a read reaches the end.
                guard zip_fread(file, &past, 1) == 0 || hasNoChecksums else {
                    throw ZipError.wrongChecksum(
                        file: bytes.name, entry: entry.name, offset: entry.dataOffset, expected: entry.crc32,
                        found: CRC32.update(0, with: UnsafeRawBufferPointer(target)))
                }
            }
        }
    }

    /// Throws `ZipError.wrongChecksum` if an entry's bytes do not have the recorded checksum. An archive written without checksums
    /// passes.
    public func verify(_ entry: ZipEntry) throws {
        guard !hasNoChecksums else { return }
        let found = CRC32.checksum(of: try contents(of: entry))
        guard found == entry.crc32 else {
            throw ZipError.wrongChecksum(
                file: bytes.name, entry: entry.name, offset: entry.dataOffset, expected: entry.crc32, found: found)
        }
    }

    private static func list(_ archive: OpaquePointer, directory: ZipCentralDirectory, bytes: ByteView) throws -> [ZipEntry] {
        let count = zip_get_num_entries(archive, 0)
        guard count == directory.records.count else {
            throw ZipError.damagedDirectory(
                file: bytes.name, detail: "\(count) entries by one count, \(directory.records.count) by another", offset: directory.start)
        }
        var entries: [ZipEntry] = []
        entries.reserveCapacity(directory.records.count)
        for (index, record) in directory.records.enumerated() {
            var status = zip_stat_t()
            guard zip_stat_index(archive, UInt64(index), 0, &status) == 0, let rawName = status.name else {
                throw ZipError.damagedDirectory(file: bytes.name, detail: "entry \(index) cannot be listed", offset: directory.start)
            }
            let name = String(cString: rawName)
            guard let unconverted = zip_get_name(archive, UInt64(index), zip_flags_t(ZIP_FL_ENC_RAW)),
                record.name.elementsEqual(UnsafeRawBufferPointer(start: unconverted, count: strlen(unconverted)))
            else {
                throw ZipError.ambiguousDirectory(file: bytes.name, detail: "entry \(index) has two names", offset: record.localHeader)
            }
            if record.flags & 1 != 0 || status.encryption_method != 0 { throw ZipError.encrypted(file: bytes.name, entry: name) }
            guard record.method == 0 || record.method == 8 else {
                throw ZipError.unknownCompression(file: bytes.name, entry: name, method: Int(record.method))
            }
            guard status.size == UInt64(record.size), status.comp_size == UInt64(record.compressedSize) else {
                throw ZipError.damagedDirectory(file: bytes.name, detail: "entry \(name) has two sizes", offset: directory.start)
            }
            let dataOffset = try ZipCentralDirectory.dataOffset(of: record, in: bytes)
            guard record.method != 0 || record.size == record.compressedSize else {
                throw ZipError.damagedDirectory(file: bytes.name, detail: "stored entry \(name) has two sizes", offset: record.localHeader)
            }
            let (end, overflow) = dataOffset.addingReportingOverflow(record.compressedSize)
            guard !overflow, end <= directory.start else {
                throw ZipError.cutShort(file: bytes.name, needed: overflow ? Int.max : end, size: directory.start)
            }
            entries.append(
                ZipEntry(
                    name: name, index: UInt64(index), size: record.size, compressedSize: record.compressedSize,
                    headerOffset: record.localHeader, dataOffset: dataOffset,
                    crc32: record.crc32, isStored: record.method == 0))
        }
        return entries
    }

    private static func refuseOverlaps(_ entries: [ZipEntry], directoryStart: Int, file: ByteView) throws {
        let ordered = entries.filter { $0.compressedSize > 0 }.sorted { $0.dataOffset < $1.dataOffset }
        for (first, second) in zip(ordered, ordered.dropFirst()) where first.dataOffset + first.compressedSize > second.dataOffset {
            throw ZipError.overlappingEntries(file: file.name, first: first.name, second: second.name, offset: second.dataOffset)
        }
    }

    /// libzip converts every entry's time of day, for which the C library looks at /etc/localtime each time unless the zone is named.
    private static let hasTimeZone: Bool = setenv("TZ", ":/etc/localtime", 0) == 0

    private static func withLibzip<Result>(_ bytes: ByteView, _ body: (OpaquePointer) throws -> Result) throws -> Result {
        _ = hasTimeZone
        return try bytes.withUnsafeBytes { raw in
            var error = zip_error_t()
            zip_error_init(&error)
            defer { zip_error_fini(&error) }
            guard let source = zip_source_buffer_create(raw.baseAddress, UInt64(raw.count), 0, &error) else {
                throw ZipError.damagedDirectory(file: bytes.name, detail: String(cString: zip_error_strerror(&error)), offset: 0)
            }
            guard let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
                let reason = String(cString: zip_error_strerror(&error))
                zip_source_free(source)
                throw ZipError.damagedDirectory(file: bytes.name, detail: reason, offset: 0)
            }
            defer { zip_discard(archive) }
            return try body(archive)
        }
    }

    private static func reason(_ archive: OpaquePointer) -> String {
        zip_strerror(archive).map { String(cString: $0) } ?? "unknown"
    }
}
