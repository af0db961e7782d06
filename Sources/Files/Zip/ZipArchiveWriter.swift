import CZip

/// Writes stored, aligned zip entries through libzip, straight from borrowed bytes into an `OutputFile`.
///
/// Timestamps are fixed, so equal entries give equal bytes.
public struct ZipArchiveWriter {
    /// One entry to write.
    public struct Entry: Sendable {
        /// Full name in the archive.
        public let name: String
        /// The bytes, borrowed until `write` returns.
        public let contents: ByteView
        /// The data begins at a multiple of this many bytes.
        public let alignment: Int

        /// An entry whose data begins at a multiple of `alignment` bytes.
        public init(name: String, contents: ByteView, alignment: Int = 64) {
            self.name = name
            self.contents = contents
            self.alignment = max(1, alignment)
        }
    }

    /// Writes all entries and the directory. The caller flushes and commits the output. Throws `ZipError` or `FileError`.
    public static func write(_ entries: [Entry], to output: OutputFile) throws {
        let sink = ZipSink(output)
        let context = Unmanaged.passRetained(sink)
        defer { context.release() }
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        // Released after libzip has closed or discarded the archive, because its callbacks read from them.
        var sources: [Unmanaged<ZipEntrySource>] = []
        defer { sources.forEach { $0.release() } }
        guard let target = zip_source_function_create(zipSinkCallback, context.toOpaque(), &error) else {
            throw ZipError.unwritable(file: output.target, reason: String(cString: zip_error_strerror(&error)))
        }
        guard let archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error) else {
            zip_source_free(target)
            throw ZipError.unwritable(file: output.target, reason: String(cString: zip_error_strerror(&error)))
        }
        var isClosed = false
        defer { if !isClosed { zip_discard(archive) } }
        var position = 0
        for entry in entries {
            let source = Unmanaged.passRetained(ZipEntrySource(entry.contents))
            sources.append(source)
            try add(entry, reading: source, at: &position, to: archive, output: output)
        }
        guard zip_close(archive) == 0 else {
            if let failure = sink.failure { throw failure }
            throw ZipError.unwritable(file: output.target, reason: zip_strerror(archive).map { String(cString: $0) } ?? "unknown")
        }
        isClosed = true
        if let failure = sink.failure { throw failure }
    }

    /// Size of the fixed part of a local header, and smallest size of an extra field.
    private static let localHeaderSize = 30
    private static let extraHeaderSize = 4
    /// "FB", the id of the field that torch pads with.
    private static let paddingField: UInt16 = 0x4246

    private static func add(
        _ entry: Entry, reading reader: Unmanaged<ZipEntrySource>, at position: inout Int, to archive: OpaquePointer, output: OutputFile
    ) throws {
        func failure() -> ZipError {
            .unwritable(file: output.target, reason: zip_strerror(archive).map { String(cString: $0) } ?? "unknown")
        }
        guard let source = zip_source_function(archive, zipEntrySourceCallback, reader.toOpaque()) else { throw failure() }
        let index = zip_file_add(archive, entry.name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            throw failure()
        }
        let place = UInt64(index)
        let isWide = entry.contents.count > 0xFFFF_FFFE
        let header = position + localHeaderSize + entry.name.utf8.count + extraHeaderSize + (isWide ? 20 : 0)
        let padding = (entry.alignment - header % entry.alignment) % entry.alignment
        let fill = [UInt8](repeating: UInt8(ascii: "Z"), count: padding)
        guard zip_set_file_compression(archive, place, ZIP_CM_STORE, 0) == 0,
            zip_file_set_dostime(archive, place, 0, 0x21, 0) == 0,
            zip_file_set_external_attributes(archive, place, 0, UInt8(ZIP_OPSYS_UNIX), 0o100644 << 16) == 0,
            zip_file_extra_field_set(
                archive, place, paddingField, UInt16(ZIP_EXTRA_FIELD_NEW), fill, UInt16(padding), zip_flags_t(ZIP_FL_LOCAL)) == 0
        else { throw failure() }
        position = header + padding + entry.contents.count
    }
}
