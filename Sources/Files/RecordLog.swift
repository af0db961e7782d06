import Glibc
import Synchronization

/// A file of records of equal length, each stored under a digest, for work that may be interrupted: a record is appended when it is made,
/// verified by its own CRC-32 when it is read, and treated as missing if it is damaged or cut off.
///
/// A record is the key (32 bytes), the key's CRC-32, the CRC-32 of key and contents, and the contents. The records follow a header of 64
/// bytes made of two equal halves, so that the file is still recognized if one byte of it is damaged.
///
/// One process at a time has the file open, and any of its threads may read and append; only the owner has access to it (mode 0600).
public final class RecordLog: Sendable {
    /// The path of the file.
    public let path: String
    /// Length of one record's contents in bytes.
    public let recordCount: Int
    /// Number of intact records that were present when the file was opened.
    public let keptCount: Int
    /// What was wrong with the file when it was opened, in words; nil if nothing was.
    public let complaint: String?

    private struct State {
        var offsets: [SHA256Digest: Int]
        var end: Int
        /// Offsets of damaged records, which the next records overwrite.
        var free: [Int]
        var damagedCount = 0
        var refusal: FileError?
    }

    private let descriptor: Int32
    private let state: Mutex<State>

    private static let signature = Array("convert records ".utf8)
    private static let version = Array("2".utf8)
    private static let headerCount = 64
    private static let keyCount = 32
    private static let checksumCount = 4
    /// Number of bytes before a record's contents.
    private static let frontCount = keyCount + 2 * checksumCount

    private var stride: Int { RecordLog.frontCount + recordCount }

    /// Number of records found damaged so far, either on opening or on reading.
    public var damagedCount: Int { state.withLock { $0.damagedCount } }
    /// Why records are no longer written; nil if all were.
    public var refusal: FileError? { state.withLock { $0.refusal } }

    /// Opens or creates the file at `path`. If its header is damaged, it is started over, and a record that is cut off at the end is
    /// removed; `complaint` reports either. Throws `FileError.inUse` if another process has it open, `notOwn` if it is some other file,
    /// `notPrivate` if another user may have written it, `notKept` if it cannot be created.
    public init(path: String, recordCount: Int) throws(FileError) {
        self.path = path
        self.recordCount = max(recordCount, 1)
        let descriptor = open(PathText.system(path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            let reason = errno
            throw [ENOSPC, EDQUOT].contains(reason)
                ? .notKept(path: path, reason: systemErrorText(reason)) : .unreadable(path: path, reason: systemErrorText(reason))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: path)
        }
        var status = stat()
        let size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        if let reason = FilePrivacy.objection(status) {
            close(descriptor)
            throw .notPrivate(path: path, reason: reason)
        }
        let header = RecordLog.header(recordCount: self.recordCount)
        guard status.st_mode & S_IFMT == S_IFREG, size == 0 || RecordLog.isOwn(descriptor, size: size) else {
            close(descriptor)
            throw .notOwn(path: path)
        }
        self.descriptor = descriptor
        let stride = RecordLog.frontCount + self.recordCount
        var (offsets, end, free): ([SHA256Digest: Int], Int, [Int]) = ([:], RecordLog.headerCount, [])
        if RecordLog.read(descriptor, at: 0, count: RecordLog.headerCount) == header {
            let count = (size - RecordLog.headerCount) / stride
            offsets.reserveCapacity(count)
            for record in 0..<count {
                let offset = RecordLog.headerCount + record * stride
                guard let front = RecordLog.read(descriptor, at: offset, count: RecordLog.keyCount + RecordLog.checksumCount) else {
                    continue
                }
                let key = Array(front.prefix(RecordLog.keyCount))
                if front.suffix(RecordLog.checksumCount) == RecordLog.checksum(key)[...] {
                    offsets[SHA256Digest(bytes: key)] = offset
                } else {
                    free.append(offset)
                }
            }
            end += count * stride
            complaint = size == end ? nil : "a record at its end was cut off and has been removed"
        } else {
            guard ftruncate(descriptor, 0) == 0, RecordLog.write(descriptor, header, at: 0) else {
                let reason = lastSystemError()
                close(descriptor)
                throw .notKept(path: path, reason: reason)
            }
            complaint = size == 0 ? nil : "its header was damaged or of a different version, so it was started over"
        }
        _ = ftruncate(descriptor, off_t(end))
        keptCount = offsets.count
        state = Mutex(State(offsets: offsets, end: end, free: free, damagedCount: free.count))
    }

    deinit { close(descriptor) }

    /// Signature, version and record length, twice.
    private static func header(recordCount: Int) -> [UInt8] {
        var half = signature + version
        half += [UInt8](repeating: 0, count: headerCount / 2 - 8 - half.count)
        withUnsafeBytes(of: UInt64(recordCount).littleEndian) { half += $0 }
        return half + half
    }

    /// Whether an open file is a file of records: by either half of its header, or by all bytes of a header that is cut off.
    private static func isOwn(_ descriptor: Int32, size: Int) -> Bool {
        let front = read(descriptor, at: 0, count: min(size, headerCount)) ?? []
        if front.count < signature.count { return !front.isEmpty && signature.starts(with: front) }
        return front.starts(with: signature) || front.dropFirst(headerCount / 2).starts(with: signature)
    }

    /// Whether the file at `path` is a file of records, intact or damaged.
    public static func isOne(at path: String) -> Bool {
        let descriptor = open(PathText.system(path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return isOwn(descriptor, size: Int(status.st_size))
    }

    /// Removes the file at `path`, unless another process has it open. Throws `FileError.notRemoved` if the system refuses.
    /// - Returns: whether the file was removed.
    public static func remove(_ path: String) throws(FileError) -> Bool {
        let descriptor = open(PathText.system(path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: lastSystemError()) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        guard unlink(PathText.system(path)) == 0 else { throw .notRemoved(path: path, reason: lastSystemError()) }
        return true
    }

    /// The contents under `key`; nil if there are none, or if they are damaged.
    public func record(_ key: SHA256Digest) -> [UInt8]? {
        guard let offset = state.withLock({ $0.offsets[key] }) else { return nil }
        guard let bytes = RecordLog.read(descriptor, at: offset, count: stride), Array(bytes[..<RecordLog.keyCount]) == key.bytes else {
            return damaged(key, at: offset)
        }
        let contents = Array(bytes[RecordLog.frontCount...])
        let stored = bytes[RecordLog.keyCount + RecordLog.checksumCount..<RecordLog.frontCount]
        return Array(stored) == RecordLog.checksum(key.bytes, contents) ? contents : damaged(key, at: offset)
    }

    private func damaged(_ key: SHA256Digest, at offset: Int) -> [UInt8]? {
        state.withLock { state in
            // Another thread may have replaced it with an intact one in the meantime.
            guard state.offsets[key] == offset else { return }
            state.damagedCount += 1
            state.offsets[key] = nil
            state.free.append(offset)
        }
        return nil
    }

    /// Appends a record. If the disk accepts no more, nothing is written from then on and `refusal` holds the reason: the caller still
    /// has the contents, so this is not an error. A record of a different length is not written.
    public func append(_ contents: [UInt8], under key: SHA256Digest) {
        guard contents.count == recordCount else { return }
        let bytes = key.bytes + RecordLog.checksum(key.bytes) + RecordLog.checksum(key.bytes, contents) + contents
        state.withLock { state in
            guard state.refusal == nil else { return }
            let offset = state.free.popLast() ?? state.end
            guard RecordLog.write(descriptor, bytes, at: offset) else {
                state.refusal = .notKept(path: path, reason: lastSystemError())
                _ = ftruncate(descriptor, off_t(state.end))
                return
            }
            state.offsets[key] = offset
            if offset == state.end { state.end += stride }
        }
    }

    private static func checksum(_ key: [UInt8], _ contents: [UInt8] = []) -> [UInt8] {
        let first = key.withUnsafeBytes { CRC32.update(0, with: $0) }
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
