import Glibc
import Synchronization

/// A file of equally long records under digests, for work that may be interrupted: each record is appended when it is made, checked by its
/// own CRC-32 when it is read, and counts as missing where it is damaged or cut off.
///
/// One process at a time has it open, any of whose threads may read and append; its files belong to their owner alone (mode 0600).
public final class RecordLog: Sendable {
    /// Where it lies.
    public let path: String
    /// Bytes of one record's contents.
    public let recordCount: Int
    /// Records that were there when it was opened.
    public let keptCount: Int
    /// What was found wrong with it when it was opened, for people; nil for nothing.
    public let complaint: String?

    private struct State {
        var places: [SHA256Digest: Int]
        var end: Int
        var damagedCount = 0
    }

    private let descriptor: Int32
    private let state: Mutex<State>

    private static let signature = Array("convert records 1".utf8)
    private static let headerCount = 32
    private static let keyCount = 32
    private static let checksumCount = 4

    private var stride: Int { RecordLog.keyCount + RecordLog.checksumCount + recordCount }

    /// Records that were asked for and found damaged.
    public var damagedCount: Int { state.withLock { $0.damagedCount } }

    /// Opens or creates the file at `path`. One whose header is damaged is begun anew, and a record cut off at the end is taken away; both are
    /// told in `complaint`. Throws `FileError.inUse` where another process has it open, `notOwn` where it is some other file.
    public init(path: String, recordCount: Int) throws(FileError) {
        self.path = path
        self.recordCount = max(recordCount, 1)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: lastSystemError()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: path)
        }
        var status = stat()
        let size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        guard status.st_mode & S_IFMT == S_IFREG,
            size == 0 || RecordLog.read(descriptor, at: 0, count: RecordLog.signature.count) == RecordLog.signature
        else {
            close(descriptor)
            throw .notOwn(path: path)
        }
        self.descriptor = descriptor
        var header = RecordLog.signature + [UInt8](repeating: 0, count: RecordLog.headerCount - RecordLog.signature.count)
        withUnsafeBytes(of: UInt64(self.recordCount).littleEndian) {
            header.replaceSubrange(RecordLog.headerCount - 8..<RecordLog.headerCount, with: $0)
        }
        let stride = RecordLog.keyCount + RecordLog.checksumCount + self.recordCount
        var (places, end): ([SHA256Digest: Int], Int) = ([:], RecordLog.headerCount)
        if RecordLog.read(descriptor, at: 0, count: RecordLog.headerCount) == header {
            let count = (size - RecordLog.headerCount) / stride
            places.reserveCapacity(count)
            for record in 0..<count {
                let place = RecordLog.headerCount + record * stride
                if let key = RecordLog.read(descriptor, at: place, count: RecordLog.keyCount) { places[SHA256Digest(bytes: key)] = place }
            }
            end += count * stride
            complaint = size == end ? nil : "a record at its end was cut off and was taken away"
        } else {
            guard ftruncate(descriptor, 0) == 0, RecordLog.write(descriptor, header, at: 0) else {
                let reason = lastSystemError()
                close(descriptor)
                throw .writeFailed(path: path, reason: reason)
            }
            complaint = size == 0 ? nil : "its header was damaged and it was begun anew"
        }
        _ = ftruncate(descriptor, off_t(end))
        keptCount = places.count
        state = Mutex(State(places: places, end: end))
    }

    deinit { close(descriptor) }

    /// Whether the file at `path` begins as one of these does.
    public static func isOne(at path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return read(descriptor, at: 0, count: signature.count) == signature
    }

    /// The contents under `key`; nil where there is none, or where it is damaged.
    public func record(_ key: SHA256Digest) -> [UInt8]? {
        guard let place = state.withLock({ $0.places[key] }) else { return nil }
        guard let bytes = RecordLog.read(descriptor, at: place, count: stride), Array(bytes[..<RecordLog.keyCount]) == key.bytes else {
            return damaged(key, at: place)
        }
        let contents = Array(bytes[(RecordLog.keyCount + RecordLog.checksumCount)...])
        let stored = bytes[RecordLog.keyCount..<RecordLog.keyCount + RecordLog.checksumCount]
        return Array(stored) == RecordLog.checksum(key, contents) ? contents : damaged(key, at: place)
    }

    private func damaged(_ key: SHA256Digest, at place: Int) -> [UInt8]? {
        state.withLock { state in
            // Another thread may have put a good one in its place meanwhile.
            guard state.places[key] == place else { return }
            state.damagedCount += 1
            state.places[key] = nil
        }
        return nil
    }

    /// Appends a record. Throws where it has another length, or the disk takes no more.
    public func append(_ contents: [UInt8], under key: SHA256Digest) throws(FileError) {
        guard contents.count == recordCount else { throw .writeFailed(path: path, reason: "a record of another length") }
        let bytes = key.bytes + RecordLog.checksum(key, contents) + contents
        let failure = state.withLock { state -> FileError? in
            guard RecordLog.write(descriptor, bytes, at: state.end) else { return .writeFailed(path: path, reason: lastSystemError()) }
            state.places[key] = state.end
            state.end += stride
            return nil
        }
        if let failure { throw failure }
    }

    private static func checksum(_ key: SHA256Digest, _ contents: [UInt8]) -> [UInt8] {
        let first = key.bytes.withUnsafeBytes { CRC32.update(0, with: $0) }
        let both = contents.withUnsafeBytes { CRC32.update(first, with: $0) }
        return withUnsafeBytes(of: both.littleEndian) { Array($0) }
    }

    private static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8]? {
        var done = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while done < count {
                let read = pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
                if read < 0, errno == EINTR { continue }
                guard read > 0 else { break }
                done += read
            }
            filled = done
        }
        return done == count ? bytes : nil
    }

    private static func write(_ descriptor: Int32, _ bytes: [UInt8], at offset: Int) -> Bool {
        bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let written = pwrite(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done, off_t(offset + done))
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return false }
                done += written
            }
            return true
        }
    }
}
