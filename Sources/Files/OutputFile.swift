import CInterruption
import Glibc

/// A file that appears whole or not at all: written beside its target, flushed, checked by the caller, renamed.
///
/// If it is let go of without `commit`, or a signal ends the process, the temporary file is removed and whatever lay at the target is as it
/// was.
public final class OutputFile {
    /// The path that the output will have.
    public let target: String
    /// The path that the bytes have until `commit`.
    public let temporaryPath: String
    let replaces: Bool
    private var descriptor: Int32
    private let slot: Int32
    private var isFinished = false
    private var buffer: [UInt8] = []
    /// Where the next byte goes.
    private(set) var position = 0
    private var bufferStart = 0
    private static let bufferSize = 1 << 20

    /// Opens a temporary file beside `target`.
    /// - Parameters:
    ///   - replacing: whether an existing file may be replaced (`--force`).
    ///   - inputs: the files being read, none of which may be the target.
    public init(target: String, replacing: Bool, inputs: [FileIdentity]) throws(FileError) {
        try OutputFile.check(target: target, replacing: replacing, inputs: inputs)
        var status = stat()
        // A link is followed, so that the file behind it is replaced and the link stays.
        var resolved = target
        if lstat(target, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let real = realpath(target, nil) {
            resolved = String(cString: real)
            free(real)
        }
        self.target = resolved
        replaces = replacing
        let folder = PathText.folder(resolved)
        let random = UInt32.random(in: 0...UInt32.max)
        // Not the target's own name with more behind it, which could be longer than names may be.
        let path = PathText.join(folder, ".convert.\(getpid()).\(String(random, radix: 16)).part")
        temporaryPath = path
        var slot: Int32 = -1
        descriptor = interruption_open_temporary(path, 0o666, &slot)
        self.slot = slot
        guard descriptor >= 0 else {
            isFinished = true
            throw .writing(path: target, errno)
        }
        buffer.reserveCapacity(OutputFile.bufferSize)
    }

    deinit { abandon() }

    /// Everything that can be known before a byte is written: the folder is there, the target is free or replaceable, and is no input.
    public static func check(target: String, replacing: Bool, inputs: [FileIdentity]) throws(FileError) {
        let folder = PathText.folder(target)
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .outputFolderMissing(path: target, folder: folder)
        }
        guard stat(target, &status) == 0 else {
            if target.utf8.last == UInt8(ascii: "/") { throw .directory(path: target) }
            return
        }
        if inputs.contains(where: { $0.isSameFile(as: FileIdentity(status)) }) { throw .outputIsInput(path: target) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: if !replacing { throw .outputExists(path: target) }
        case S_IFDIR: throw .directory(path: target)
        default: throw .notRegular(path: target)
        }
    }

    /// Appends bytes at the current position.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        if bufferStart + buffer.count != position { try drain() }
        if buffer.isEmpty { bufferStart = position }
        if buffer.count + bytes.count > OutputFile.bufferSize {
            try drain()
            bufferStart = position
        }
        if bytes.count >= OutputFile.bufferSize {
            if let failure = failureOfWriting(bytes, at: position) { throw failure }
            bufferStart = position + bytes.count
        } else {
            buffer.append(contentsOf: bytes)
        }
        position += bytes.count
    }

    /// Appends an array.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        // Array's own closure call loses the error's type.
        let failure = bytes.withUnsafeBytes { raw -> FileError? in
            do throws(FileError) { try write(raw) } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    /// Moves to an absolute position; the next `write` goes there.
    public func seek(to offset: Int) {
        position = offset
    }

    private func drain() throws(FileError) {
        guard !buffer.isEmpty else { return }
        let start = bufferStart
        let failure = buffer.withUnsafeBytes { failureOfWriting($0, at: start) }
        if let failure { throw failure }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failureOfWriting(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> FileError? {
        var done = 0
        while done < bytes.count {
            let written = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, offset + done)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return .writing(path: target, errno) }
            done += written
        }
        return nil
    }

    /// Writes what is pending and waits until it is on disk. After this the temporary file can be read back.
    public func flush() throws(FileError) {
        try drain()
        guard fsync(descriptor) == 0 else { throw .writing(path: target, errno) }
    }

    /// Puts the flushed file at its target.
    public func commit() throws(FileError) {
        try flush()
        if replaces {
            guard rename(temporaryPath, target) == 0 else { throw failure() }
        } else if link(temporaryPath, target) == 0 {
            // A hard link never replaces, so a file that appeared meanwhile is safe.
            unlink(temporaryPath)
        } else if errno == EEXIST {
            throw .outputExists(path: target)
        } else {
            guard rename(temporaryPath, target) == 0 else { throw failure() }
        }
        finish()
        let folder = open(PathText.folder(target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    /// Why the file did not get its name.
    private func failure() -> FileError {
        let reason = errno
        interruption_rest_if_stopping()
        return .writing(path: target, reason)
    }

    /// Removes the temporary file; does nothing after `commit`.
    public func abandon() {
        guard !isFinished else { return }
        unlink(temporaryPath)
        finish()
    }

    private func finish() {
        isFinished = true
        interruption_forget_temporary(slot)
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}
