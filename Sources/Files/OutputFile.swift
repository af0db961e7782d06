import CInterruption
import Glibc

/// A file that appears whole or not at all: written without a name or next to its target, flushed, checked by the caller, then given its
/// name.
///
/// If it is released without `commit`, or a signal ends the process, nothing of it remains and whatever was at the target is unchanged.
/// On a file system that supports files without names, this also holds for SIGKILL and power loss; elsewhere the next output in the same
/// folder removes what a dead process left.
public final class OutputFile {
    /// The path that the output will have.
    public let target: String
    /// A path to the bytes until `commit`, valid in this process only.
    public private(set) var temporaryPath: String
    let replaces: Bool
    /// Whether `temporaryPath` is a name in the target's folder, visible to others.
    private var isNamed: Bool
    private var descriptor: Int32
    private var slot: Int32
    private var isFinished = false
    private var buffer: [UInt8] = []
    /// Offset of the next byte to be written.
    public private(set) var position = 0
    private var bufferStart = 0
    private static let bufferSize = 1 << 20

    /// Opens a temporary file for `target`. If it replaces a file, it gets that file's mode and, as far as the system allows, its owner
    /// and group.
    /// - Parameters:
    /// - replacing: whether an existing file may be replaced.
    /// - inputs: the files being read; none of them may be the target.
    /// - root: for one of several outputs in a folder, the folder that it must not leave; a link inside it may point elsewhere.
    /// - Throws: `FileError`.
    public init(target: String, replacing: Bool, inputs: [FileIdentity], within root: String? = nil) throws(FileError) {
        try OutputFile.check(target: target, replacing: replacing, inputs: inputs, within: root)
        // A link is followed, so that the file it points to is replaced and the link stays.
        let resolved = PathText.isLink(target) ? PathText.resolved(target) ?? target : target
        self.target = resolved
        replaces = replacing
        let folder = PathText.folder(resolved)
        TemporaryName.sweep(folder)
        var old = stat()
        let isThere = replacing && stat(PathText.system(resolved), &old) == 0
        let mode = isThere ? old.st_mode & 0o777 : 0o666
        var place = [CChar](repeating: 0, count: 64)
        var slot: Int32 = -1
        descriptor = interruption_open_unnamed(PathText.system(folder), mode, &place)
        isNamed = descriptor < 0
        if isNamed {
            let path = TemporaryName.path(in: folder)
            descriptor = interruption_open_temporary(PathText.system(path), mode, &slot)
            temporaryPath = path
        } else {
            temporaryPath = PathText.text(place)
        }
        self.slot = slot
        guard descriptor >= 0 else {
            isFinished = true
            throw .writing(path: target, errno)
        }
        if isThere { keepOwner(old) }
        buffer.reserveCapacity(OutputFile.bufferSize)
    }

    /// Gives the new file the owner and mode of the one it replaces. If its group cannot be kept, members of the new group get no more
    /// rights than everybody.
    private func keepOwner(_ old: stat) {
        var new = stat()
        guard fstat(descriptor, &new) == 0 else { return }
        var mode = old.st_mode & 0o777
        if new.st_uid != old.st_uid { _ = fchown(descriptor, old.st_uid, gid_t.max) }
        if new.st_gid != old.st_gid, fchown(descriptor, uid_t.max, old.st_gid) != 0 { mode &= 0o707 | (mode & 0o007) << 3 }
        _ = fchmod(descriptor, mode)
    }

    deinit { abandon() }

    /// Checks everything that can be known before a byte is written: the folder exists, the target is free or replaceable, and it is not
    /// an input.
    public static func check(
        target: String, replacing: Bool, inputs: [FileIdentity], within root: String? = nil
    ) throws(FileError) {
        let folder = PathText.folder(target)
        var status = stat()
        guard stat(PathText.system(folder), &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .outputFolderMissing(path: target, folder: folder)
        }
        if let root { try OutputFolder.check(target, within: root) }
        guard stat(PathText.system(target), &status) == 0 else {
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
        // Array's own closure-taking call loses the type of the error.
        let failure = bytes.withUnsafeBytes { raw -> FileError? in
            do throws(FileError) { try write(raw) } catch { return error }
            return nil
        }
        if let failure { throw failure }
    }

    /// Moves to an absolute offset, where the next `write` goes.
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

    /// Gives the file a name in the target's folder, for a library that accepts no other path.
    public func takeName() throws(FileError) {
        guard !isNamed else { return }
        let path = TemporaryName.path(in: PathText.folder(target))
        guard interruption_link_temporary(PathText.system(temporaryPath), PathText.system(path), &slot) == 0 else { throw failure() }
        (temporaryPath, isNamed) = (path, true)
    }

    /// Writes what is pending and waits until it is on disk. After this the temporary file can be read back.
    public func flush() throws(FileError) {
        try drain()
        guard fsync(descriptor) == 0 else { throw .writing(path: target, errno) }
    }

    /// The flushed bytes, mapped from disk; messages use the target's name for them.
    public func readBack() throws(FileError) -> MappedFile { try MappedFile(path: temporaryPath, shown: target) }

    /// Moves the flushed file to its target, and waits until its name is on disk as well.
    /// - Throws: `FileError.outputExists` if a file appeared there in the meantime, `writeFailed`, `noRoom`; `notSynced` if the file is in
    ///   place but the system could not guarantee that it stays.
    public func commit() throws(FileError) {
        try flush()
        // A file without a name cannot replace another one.
        if replaces { try takeName() }
        let (from, to) = (PathText.system(temporaryPath), PathText.system(target))
        if replaces {
            guard rename(from, to) == 0 else { throw failure() }
        } else {
            let isPlaced =
                isNamed ? interruption_rename_new(from, to) == 0 : linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0
            if !isPlaced { throw errno == EEXIST ? .outputExists(path: target) : failure() }
        }
        let refusal = OutputFolder.sync(PathText.folder(target), holding: descriptor)
        finish()
        if let refusal { throw .notSynced(path: target, reason: refusal) }
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
        if isNamed { unlink(PathText.system(temporaryPath)) }
        finish()
    }

    private func finish() {
        isFinished = true
        interruption_forget_temporary(slot)
        slot = -1
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}
