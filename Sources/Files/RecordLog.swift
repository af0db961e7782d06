import Glibc
import Synchronization

/// A file of equally long records under digests, for work that may be interrupted: each record is appended when it is made, checked by its
/// own CRC-32 when it is read, and counts as missing where it is damaged or cut off.
///
/// A record is the key (32 bytes), the key's CRC-32, the CRC-32 of key and contents, and the contents. Before the records lies a header of 64
/// bytes, in two equal halves so that it is known for one of these with a byte of it damaged.
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
        /// Places of damaged records, which the next ones take.
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
    /// Bytes before a record's contents.
    private static let frontCount = keyCount + 2 * checksumCount

    private var stride: Int { RecordLog.frontCount + recordCount }

    /// Records that were found damaged, when it was opened or when they were asked for.
    public var damagedCount: Int { state.withLock { $0.damagedCount } }
    /// Why nothing more is kept; nil where all was.
    public var refusal: FileError? { state.withLock { $0.refusal } }

    /// Opens or creates the file at `path`. One whose header is damaged is begun anew, and a record cut off at the end is taken away; both are
    /// told in `complaint`. Throws `FileError.inUse` where another process has it open, `notOwn` where it is some other file, `notPrivate`
    /// where another user may have written it, `notKept` where it cannot be begun.
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
        var (places, end, free): ([SHA256Digest: Int], Int, [Int]) = ([:], RecordLog.headerCount, [])
        if RecordLog.read(descriptor, at: 0, count: RecordLog.headerCount) == header {
            let count = (size - RecordLog.headerCount) / stride
            places.reserveCapacity(count)
            for record in 0..<count {
                let place = RecordLog.headerCount + record * stride
                guard let front = RecordLog.read(descriptor, at: place, count: RecordLog.keyCount + RecordLog.checksumCount) else {
                    continue
                }
                let key = Array(front.prefix(RecordLog.keyCount))
                if front.suffix(RecordLog.checksumCount) == RecordLog.checksum(key)[...] {
                    places[SHA256Digest(bytes: key)] = place
                } else {
                    free.append(place)
                }
            }
            end += count * stride
            complaint = size == end ? nil : "a record at its end was cut off and was taken away"
        } else {
            guard ftruncate(descriptor, 0) == 0, RecordLog.write(descriptor, header, at: 0) else {
                let reason = lastSystemError()
                close(descriptor)
                throw .notKept(path: path, reason: reason)
            }
            complaint = size == 0 ? nil : "its header was damaged, or another version's, and it was begun anew"
        }
        _ = ftruncate(descriptor, off_t(end))
        keptCount = places.count
        state = Mutex(State(places: places, end: end, free: free, damagedCount: free.count))
    }

    deinit { close(descriptor) }

    /// Signature, version, length of a record; twice.
    private static func header(recordCount: Int) -> [UInt8] {
        var half = signature + version
        half += [UInt8](repeating: 0, count: headerCount / 2 - 8 - half.count)
        withUnsafeBytes(of: UInt64(recordCount).littleEndian) { half += $0 }
        return half + half
    }

    /// Whether an open file is one of these: by either half of its header, or by all of it where it was cut off within it.
    private static func isOwn(_ descriptor: Int32, size: Int) -> Bool {
        let front = read(descriptor, at: 0, count: min(size, headerCount)) ?? []
        if front.count < signature.count { return !front.isEmpty && signature.starts(with: front) }
        return front.starts(with: signature) || front.dropFirst(headerCount / 2).starts(with: signature)
    }

    /// Whether the file at `path` is one of these, whole or damaged.
    public static func isOne(at path: String) -> Bool {
        let descriptor = open(PathText.system(path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return isOwn(descriptor, size: Int(status.st_size))
    }

    /// Takes away the file at `path`, unless another process has it open. Throws where the system refuses.
    /// - Returns: whether it is gone.
    public static func remove(_ path: String) throws(FileError) -> Bool {
        let descriptor = open(PathText.system(path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: lastSystemError()) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        guard unlink(PathText.system(path)) == 0 else { throw .notRemoved(path: path, reason: lastSystemError()) }
        return true
    }

    /// The contents under `key`; nil where there is none, or where it is damaged.
    public func record(_ key: SHA256Digest) -> [UInt8]? {
        guard let place = state.withLock({ $0.places[key] }) else { return nil }
        guard let bytes = RecordLog.read(descriptor, at: place, count: stride), Array(bytes[..<RecordLog.keyCount]) == key.bytes else {
            return damaged(key, at: place)
        }
        let contents = Array(bytes[RecordLog.frontCount...])
        let stored = bytes[RecordLog.keyCount + RecordLog.checksumCount..<RecordLog.frontCount]
        return Array(stored) == RecordLog.checksum(key.bytes, contents) ? contents : damaged(key, at: place)
    }

    private func damaged(_ key: SHA256Digest, at place: Int) -> [UInt8]? {
        state.withLock { state in
            // Another thread may have put a good one in its place meanwhile.
            guard state.places[key] == place else { return }
            state.damagedCount += 1
            state.places[key] = nil
            state.free.append(place)
        }
        return nil
    }

    /// Appends a record. Where the disk takes no more, nothing is kept from then on and `refusal` tells why: what was to be kept is at hand all
    /// the same, and no reason to end. A record of another length is not kept.
    public func append(_ contents: [UInt8], under key: SHA256Digest) {
        guard contents.count == recordCount else { return }
        let bytes = key.bytes + RecordLog.checksum(key.bytes) + RecordLog.checksum(key.bytes, contents) + contents
        state.withLock { state in
            guard state.refusal == nil else { return }
            let place = state.free.popLast() ?? state.end
            guard RecordLog.write(descriptor, bytes, at: place) else {
                state.refusal = .notKept(path: path, reason: lastSystemError())
                _ = ftruncate(descriptor, off_t(state.end))
                return
            }
            state.places[key] = place
            if place == state.end { state.end += stride }
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
