import Glibc

/// What can go wrong between a path and its bytes.
public enum FileError: DescribedError, Equatable {
    /// Nothing lies at the path.
    case missing(path: String)
    /// A file lies where a folder is wanted.
    case notFolder(path: String)
    /// The path is a directory.
    case directory(path: String)
    /// The path is a pipe, socket or device, which cannot be mapped.
    case notRegular(path: String)
    /// The system refused to open or map the file.
    case unreadable(path: String, reason: String)
    /// The file does not fit into what this process may take.
    case noMemory(path: String, byteCount: Int)
    /// The file holds no bytes.
    case empty(path: String)
    /// A read past the end of the bytes at hand.
    case outOfBounds(what: String, offset: Int, count: Int, available: Int)
    /// The file was written to while it was being read.
    case changedWhileRead(path: String)
    /// The output exists and `--force` was not given.
    case outputExists(path: String)
    /// The output is one of the inputs.
    case outputIsInput(path: String)
    /// The folder that should hold the output is not there.
    case outputFolderMissing(path: String, folder: String)
    /// A link in an output folder leads out of it.
    case leavesFolder(path: String, folder: String)
    /// The output is in place, but the system could not write its name to the disk.
    case notSynced(path: String, reason: String)
    /// What is kept belongs to somebody else, or others may write to it.
    case notPrivate(path: String, reason: String)
    /// Another process holds the file.
    case inUse(path: String)
    /// A file of somebody else lies where this program keeps something.
    case notOwn(path: String)
    /// Nothing more can be kept for later runs.
    case notKept(path: String, reason: String)
    /// The system refused to take a file away.
    case notRemoved(path: String, reason: String)
    /// The disk is full, or the user's share of it.
    case noRoom(path: String, reason: String)
    /// Writing, flushing or renaming failed.
    case writeFailed(path: String, reason: String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .missing(let path): "\(path): no such file"
        case .notFolder(let path): "\(path): is no folder"
        case .directory(let path): "\(path): is a directory, not a file"
        case .notRegular(let path): "\(path): is a pipe, socket or device, not a regular file"
        case .unreadable(let path, let reason): "\(path): cannot be read (\(reason))"
        case .empty(let path): "\(path): is empty (0 bytes)"
        case .outOfBounds(let what, let offset, let count, let available):
            "\(what): cut short: \(count) bytes wanted at offset \(offset), \(available) bytes are there"
        case .changedWhileRead(let path): "\(path): changed while it was being read"
        case .outputExists(let path): "\(path): exists already"
        case .outputIsInput(let path): "\(path): is the input itself"
        case .outputFolderMissing(let path, let folder): "\(path): its folder \(folder) does not exist"
        case .inUse(let path): "\(path): is in use by another run"
        case .notOwn(let path): "\(path): is no file of kept crops or embeddings, and is left as it is"
        case .notKept(let path, let reason): "\(path): nothing more can be kept in it (\(reason))"
        case .notRemoved(let path, let reason): "\(path): could not be removed (\(reason))"
        case .noRoom(let path, let reason): "\(path): there is no room for it (\(reason)); nothing of it was left behind"
        case .noMemory(let path, let byteCount): "\(path): there is not enough memory for its \(NumberText.bytes(byteCount))"
        case .leavesFolder(let path, let folder): "\(path): a link leads out of \(folder); nothing was written through it"
        case .notSynced(let path, let reason):
            "\(path): is complete and in place, but the disk could not be synced (\(reason)), so that a loss of power may undo it"
        case .notPrivate(let path, let reason): "\(path): \(reason), so that what is kept there is not believed"
        case .writeFailed(let path, let reason): "\(path): could not be written (\(reason)); nothing was left behind"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .missing: "check the path"
        case .notFolder: "name a folder"
        case .directory: "name the file inside it"
        case .notRegular: "save the bytes to a file first"
        case .unreadable: "check the file's permissions and the disk"
        case .empty, .outOfBounds: "the copy or download was probably interrupted: fetch the file again"
        case .changedWhileRead: "run again once whatever writes it has finished"
        case .outputExists: "give --force to replace it, or another name"
        case .outputIsInput: "write to another name"
        case .outputFolderMissing: "create the folder first"
        case .noMemory: "allow more (ulimit -v, the container's limit), or close other programs"
        case .leavesFolder: "remove the link, or write to another folder"
        case .notSynced: "check the disk, then run again"
        case .notPrivate: "name a folder of your own with --cache, or run chown and chmod go-w on this one"
        case .inUse: "wait until that run has finished"
        case .notOwn: "move it away, or name another folder"
        case .notKept: "free space on the disk, or name another folder; convert cache clear removes what is kept"
        case .notRemoved: "check the folder's permissions"
        case .noRoom: "free space on the disk, then run again"
        case .writeFailed: "check free space and permissions, then run again"
        }
    }

    /// A refused write, by the system's number for why.
    static func writing(path: String, _ number: Int32) -> FileError {
        [ENOSPC, EDQUOT, EFBIG].contains(number)
            ? .noRoom(path: path, reason: systemErrorText(number)) : .writeFailed(path: path, reason: systemErrorText(number))
    }
}
