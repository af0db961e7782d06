import CInterruption
import Glibc

func forgetMapping(_ slot: Int32) {
    interruption_forget_mapping(slot)
}

/// A regular file mapped for reading. Nothing is copied; pages are read when they are touched.
public struct MappedFile: Sendable {
    /// The path as given.
    public let path: String
    /// The file's identity and state when it was opened.
    public let identity: FileIdentity
    /// All bytes of the file.
    public let bytes: ByteView

    /// The last component of the path.
    public var name: String { PathText.baseName(path) }

    /// Opens and maps the file at `path`. Throws `FileError`.
    ///
    /// Once `Interruption.install` has run, a truncation by another program while the file is mapped ends the process with exit code 2
    /// and a line that names the file.
    public init(path: String) throws(FileError) { try self.init(path: path, shown: path) }

    /// - Parameter shown: the name that messages use for the file.
    init(path: String, shown: String) throws(FileError) {
        // With O_NONBLOCK, opening a FIFO does not wait for a writer.
        let descriptor = open(PathText.system(path), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw .missing(path: shown) }
            if errno == ENXIO { throw .notRegular(path: shown) }
            throw .unreadable(path: shown, reason: lastSystemError())
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: shown, reason: lastSystemError()) }
        let kind = status.st_mode & S_IFMT
        if kind == S_IFDIR { throw .directory(path: shown) }
        guard kind == S_IFREG else { throw .notRegular(path: shown) }
        guard status.st_size > 0 else { throw .empty(path: shown) }
        let count = Int(status.st_size)
        guard let pointer = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), pointer != MAP_FAILED else {
            if errno == ENOMEM { throw .noMemory(path: shown, byteCount: count) }
            throw .unreadable(path: shown, reason: lastSystemError())
        }
        let slot = interruption_remember_mapping(UInt(bitPattern: pointer), count, PathText.system(shown))
        let owner = ByteOwner(address: UInt(bitPattern: pointer), count: count, release: .unmap(rememberedAs: slot))
        self.path = path
        identity = FileIdentity(status)
        bytes = ByteView(owner: owner, start: 0, count: count, name: shown)
    }

    /// Throws `FileError.changedWhileRead` if the file has changed since it was opened; call before reporting success for a result drawn
    /// from it.
    public func checkUnchanged() throws(FileError) {
        guard let now = FileIdentity(path: path), now == identity else { throw .changedWhileRead(path: path) }
    }
}

/// Device, inode, size and modification time of a file.
public struct FileIdentity: Equatable, Sendable {
    let device: UInt
    let inode: UInt
    /// Size in bytes.
    public let size: Int
    /// Place on the disk, size, and times of the last change of the contents and of the file, as text.
    public var stamp: String {
        "\(device) \(inode) \(size) \(modifiedSeconds) \(modifiedNanoseconds) \(changedSeconds) \(changedNanoseconds)"
    }
    let modifiedSeconds: Int
    let modifiedNanoseconds: Int
    private let changedSeconds: Int
    private let changedNanoseconds: Int

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        modifiedSeconds = status.st_mtim.tv_sec
        modifiedNanoseconds = status.st_mtim.tv_nsec
        changedSeconds = status.st_ctim.tv_sec
        changedNanoseconds = status.st_ctim.tv_nsec
    }

    /// The identity of the file at `path`, with links followed; nil if there is none.
    public init?(path: String) {
        var status = stat()
        guard stat(PathText.system(path), &status) == 0 else { return nil }
        self.init(status)
    }

    /// Whether both are the same file with the same content, going by size and time of writing. The time of the last status change is left out,
    /// as a rename or new permissions set it too.
    public static func == (one: FileIdentity, other: FileIdentity) -> Bool {
        one.isSameFile(as: other) && one.size == other.size && one.modifiedSeconds == other.modifiedSeconds
            && one.modifiedNanoseconds == other.modifiedNanoseconds
    }

    /// Which file on disk it is, regardless of its state.
    public struct Place: Hashable, Sendable {
        let device: UInt
        let inode: UInt
    }

    /// Which file on disk it is, regardless of its state.
    public var place: Place { Place(device: device, inode: inode) }

    /// Whether both are the same file on disk, regardless of its state.
    public func isSameFile(as other: FileIdentity) -> Bool { device == other.device && inode == other.inode }
}

/// The system's description of the last error (`errno`).
public func lastSystemError() -> String { systemErrorText(errno) }

/// The system's description of an error number.
func systemErrorText(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }
