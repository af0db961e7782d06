import Glibc

/// What can go wrong between a path and its bytes.
public enum FileError: DescribedError, Equatable {
    /// The path does not exist.
    case missing(path: String)
    /// No file is below the folders, or none that was asked for.
    case nothingFound(path: String)
    /// The path is not a folder.
    case notFolder(path: String)
    /// The path is a directory.
    case directory(path: String)
    /// The path is a pipe, socket or device, which cannot be mapped.
    case notRegular(path: String)
    /// The system refused to open or map the file.
    case unreadable(path: String, reason: String)
    /// The file does not fit into the memory that this process may use.
    case noMemory(path: String, byteCount: Int)
    /// The file holds no bytes.
    case empty(path: String)
    /// A read past the end of the available bytes.
    case outOfBounds(what: String, offset: Int, count: Int, available: Int)
    /// The file was written to while it was being read.
    case changedWhileRead(path: String)
    /// The output exists and was not to be replaced.
    case outputExists(path: String)
    /// The output is one of the inputs.
    case outputIsInput(path: String)
    /// The folder that should hold the output is not there.
    case outputFolderMissing(path: String, folder: String)
    /// A link below a folder leads to a file outside it.
    case leadsOut(path: String, folder: String)
    /// A link in an output folder points outside it.
    case leavesFolder(path: String, folder: String)
    /// The output is in place, but its name may not be on disk yet.
    case notSynced(path: String, reason: String)
    /// A file or folder belongs to another user, or others can write to it.
    case notPrivate(path: String, reason: String)
    /// Another process has the file open.
    case inUse(path: String)
    /// The file at the path of a file of records is something else.
    case notOwn(path: String)
    /// No more records can be written.
    case notKept(path: String, reason: String)
    /// The system refused to remove a file.
    case notRemoved(path: String, reason: String)
    /// The disk or the user's quota is full.
    case noRoom(path: String, reason: String)
    /// Writing, flushing or renaming failed.
    case writeFailed(path: String, reason: String)

    /// What is wrong, in one line.
    public var problem: String {
        switch self {
        case .missing(let path): "\(path): no such file"
        case .nothingFound(let path): "\(path): holds no file that is looked for"
        case .notFolder(let path): "\(path): is not a folder"
        case .directory(let path): "\(path): is a directory, not a file"
        case .notRegular(let path): "\(path): is a pipe, socket or device, not a regular file"
        case .unreadable(let path, let reason): "\(path): cannot be read (\(reason))"
        case .empty(let path): "\(path): is empty (0 bytes)"
        case .outOfBounds(let what, let offset, let count, let available):
            "\(what): cut short: \(count) bytes wanted at offset \(offset), but only \(available) are left"
        case .changedWhileRead(let path): "\(path): changed while it was being read"
        case .outputExists(let path): "\(path): exists already"
        case .outputIsInput(let path): "\(path): is the input itself"
        case .outputFolderMissing(let path, let folder): "\(path): its folder \(folder) does not exist"
        case .inUse(let path): "\(path): is in use by another run"
        case .notOwn(let path): "\(path): is not a file of records, and is left as it is"
        case .notKept(let path, let reason): "\(path): no more records can be written to it (\(reason))"
        case .notRemoved(let path, let reason): "\(path): could not be removed (\(reason))"
        case .noRoom(let path, let reason): "\(path): there is no room for it (\(reason)); nothing of it was left behind"
        case .noMemory(let path, let byteCount): "\(path): there is not enough memory for its \(NumberText.bytes(byteCount))"
        case .leadsOut(let path, let folder): "\(path): is a link that leads out of \(folder), and was not followed"
        case .leavesFolder(let path, let folder): "\(path): a link leads out of \(folder); nothing was written through it"
        case .notSynced(let path, let reason):
            "\(path): is complete and in place, but the disk could not be synced (\(reason)), so that a loss of power may undo it"
        case .notPrivate(let path, let reason): "\(path): \(reason), so what is stored there is not trusted"
        case .writeFailed(let path, let reason): "\(path): could not be written (\(reason)); nothing was left behind"
        }
    }

    /// What the user can do about it.
    public var remedy: String {
        switch self {
        case .missing, .nothingFound: "check the path"
        case .notFolder: "use a folder"
        case .directory: "name the file inside it"
        case .leadsOut: "name the file itself"
        case .notRegular: "save the bytes to a file first"
        case .unreadable: "check the file's permissions and the disk"
        case .empty, .outOfBounds: "the copy or download was probably interrupted: fetch the file again"
        case .changedWhileRead: "run again once whatever writes it has finished"
        case .outputExists: "allow it to be replaced, or use another name"
        case .outputIsInput: "use another name"
        case .outputFolderMissing: "create the folder first"
        case .noMemory: "raise the limit (ulimit -v, the container's limit), or close other programs"
        case .leavesFolder: "remove the link, or write to another folder"
        case .notSynced: "check the disk, then run again"
        case .notPrivate: "use a folder of your own, or run chown and chmod go-w on this one"
        case .inUse: "wait until that run has finished"
        case .notOwn: "move it away, or use another folder"
        case .notKept: "free space on the disk, or use another folder"
        case .notRemoved: "check the folder's permissions"
        case .noRoom: "free space on the disk, then run again"
        case .writeFailed: "check free space and permissions, then run again"
        }
    }

    /// What a caller could decide differently; empty for most errors.
    public var decisions: [Decision] {
        switch self {
        case .outputExists: [.replace]
        case .notPrivate: [.cache]
        case .notKept: [.clearCache]
        default: []
        }
    }

    /// The error for a failed write with this `errno`.
    static func writing(path: String, _ number: Int32) -> FileError {
        [ENOSPC, EDQUOT, EFBIG].contains(number)
            ? .noRoom(path: path, reason: systemErrorText(number)) : .writeFailed(path: path, reason: systemErrorText(number))
    }
}
