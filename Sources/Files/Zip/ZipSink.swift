import CZip

/// The file that libzip writes an archive to; ours, so that the output is whole or absent.
final class ZipSink {
    let output: OutputFile
    /// Length of the archive so far; libzip returns to a local header once its checksum is known, and then moves on.
    var length = 0
    /// The first failure of the output file, more informative than libzip's own.
    var failure: FileError?

    init(_ output: OutputFile) {
        self.output = output
    }
}

/// libzip's source callback for the archive being written (zip_source_function(3)): seekable writes, nothing to read.
let zipSinkCallback: zip_source_callback = { context, data, length, command in
    guard let context else { return -1 }
    let sink = Unmanaged<ZipSink>.fromOpaque(context).takeUnretainedValue()
    switch command {
    case ZIP_SOURCE_SUPPORTS:
        let commands: [zip_source_cmd_t] = [
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK,
            ZIP_SOURCE_TELL, ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE,
            ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_REMOVE, ZIP_SOURCE_SUPPORTS,
        ]
        return commands.reduce(Int64(0)) { $0 | Int64(1) << Int64($1.rawValue) }
    case ZIP_SOURCE_STAT:
        guard let status = data?.assumingMemoryBound(to: zip_stat_t.self) else { return -1 }
        zip_stat_init(status)
        status.pointee.size = 0
        status.pointee.valid |= UInt64(ZIP_STAT_SIZE)
        return Int64(MemoryLayout<zip_stat_t>.size)
    case ZIP_SOURCE_WRITE:
        do throws(FileError) {
            try sink.output.write(UnsafeRawBufferPointer(start: data, count: Int(length)))
            sink.length = max(sink.length, sink.output.position)
            return Int64(length)
        } catch {
            sink.failure = sink.failure ?? error
            return -1
        }
    case ZIP_SOURCE_TELL_WRITE: return Int64(sink.output.position)
    case ZIP_SOURCE_SEEK_WRITE:
        let target = zip_source_seek_compute_offset(UInt64(sink.output.position), UInt64(sink.length), data, length, nil)
        guard target >= 0 else { return -1 }
        sink.output.seek(to: Int(target))
        return 0
    case ZIP_SOURCE_ERROR:
        guard let codes = data?.assumingMemoryBound(to: Int32.self) else { return -1 }
        codes[0] = sink.failure == nil ? 0 : Int32(ZIP_ER_WRITE)
        codes[1] = 0
        return Int64(2 * MemoryLayout<Int32>.size)
    case ZIP_SOURCE_READ: return 0
    default: return 0
    }
}

/// Borrowed bytes that libzip reads one entry from; mapped pages are released once they are read.
final class ZipEntrySource {
    let bytes: ByteView
    var position = 0
    private var released = 0

    init(_ bytes: ByteView) {
        self.bytes = bytes
    }

    func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        let size = min(target.count, bytes.count - position)
        guard size > 0 else { return 0 }
        bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + size])) }
        position += size
        if position - released >= 4 << 20 || position == bytes.count {
            if let window = try? bytes.window(at: released, count: position - released) { window.letGo() }
            released = position
        }
        return size
    }
}

/// libzip's source callback for one entry: readable and seekable, so that the size is known before the data is written.
let zipEntrySourceCallback: zip_source_callback = { context, data, length, command in
    guard let context else { return -1 }
    let source = Unmanaged<ZipEntrySource>.fromOpaque(context).takeUnretainedValue()
    switch command {
    case ZIP_SOURCE_OPEN:
        source.position = 0
        return 0
    case ZIP_SOURCE_READ: return Int64(source.read(into: UnsafeMutableRawBufferPointer(start: data, count: Int(length))))
    case ZIP_SOURCE_STAT:
        guard let status = data?.assumingMemoryBound(to: zip_stat_t.self) else { return -1 }
        zip_stat_init(status)
        status.pointee.size = UInt64(source.bytes.count)
        status.pointee.comp_size = UInt64(source.bytes.count)
        status.pointee.comp_method = UInt16(ZIP_CM_STORE)
        status.pointee.encryption_method = UInt16(ZIP_EM_NONE)
        status.pointee.valid |= UInt64(ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD)
        return Int64(MemoryLayout<zip_stat_t>.size)
    case ZIP_SOURCE_SUPPORTS:
        let commands: [zip_source_cmd_t] = [
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SUPPORTS,
        ]
        return commands.reduce(Int64(0)) { $0 | Int64(1) << Int64($1.rawValue) }
    case ZIP_SOURCE_ERROR:
        guard let codes = data?.assumingMemoryBound(to: Int32.self) else { return -1 }
        codes[0] = 0
        codes[1] = 0
        return Int64(2 * MemoryLayout<Int32>.size)
    default: return 0
    }
}
