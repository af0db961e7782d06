/// What can be wrong with a zip archive.
public enum ZipError: DescribedError, Equatable {
    /// The end-of-central-directory record was not found.
    case noDirectory(file: String, size: Int)
    /// The directory refers to bytes past the end of the file.
    case cutShort(file: String, needed: Int, size: Int)
    /// The directory contradicts itself or libzip's reading of it.
    case damagedDirectory(file: String, detail: String, offset: Int)
    /// Two readers could find different directories in the file.
    case ambiguousDirectory(file: String, detail: String, offset: Int)
    /// Two entries share bytes, as zip bombs do.
    case overlappingEntries(file: String, first: String, second: String, offset: Int)
    /// Two entries have the same name, or names that differ only in case.
    case duplicateEntry(file: String, entry: String)
    /// The entry needs a password.
    case encrypted(file: String, entry: String)
    /// The entry is neither stored nor deflated.
    case unknownCompression(file: String, entry: String, method: Int)
    /// The entry would inflate to more than is allowed for a file of this size.
    case inflatesTooFar(file: String, entry: String, size: UInt64, limit: Int)
    /// The bytes do not have the checksum that the directory records.
    case wrongChecksum(file: String, entry: String, offset: Int, expected: UInt32, found: UInt32)
    /// libzip could not read an entry.
    case unreadableEntry(file: String, entry: String, reason: String)
    /// libzip could not write.
    case unwritable(file: String, reason: String)

    /// What is wrong, in one line.
    public var problem: String {
        switch self {
        case .noDirectory(let file, let size):
            "\(file): the zip archive has no central directory: it is cut short (\(size) bytes) or damaged at its end"
        case .cutShort(let file, let needed, let size):
            "\(file): the zip archive is cut short: it has \(size) bytes and needs \(needed)"
        case .damagedDirectory(let file, let detail, let offset): "\(file): the zip directory is damaged at offset \(offset): \(detail)"
        case .ambiguousDirectory(let file, let detail, let offset):
            "\(file): the zip archive can be read in two ways, at offset \(offset): \(detail)"
        case .overlappingEntries(let file, let first, let second, let offset):
            "\(file): zip entries \(first) and \(second) overlap at offset \(offset)"
        case .duplicateEntry(let file, let entry): "\(file): the zip archive holds two entries named \(entry)"
        case .encrypted(let file, let entry): "\(file): entry \(entry) is encrypted"
        case .unknownCompression(let file, let entry, let method): "\(file): entry \(entry) uses zip compression method \(method)"
        case .inflatesTooFar(let file, let entry, let size, let limit):
            "\(file): entry \(entry) would inflate to \(size) bytes, \(limit) are allowed for a file of this size"
        case .wrongChecksum(let file, let entry, let offset, let expected, let found):
            "\(file): entry \(entry) at offset \(offset) is damaged: CRC-32 \(hex(found)) where \(hex(expected)) is recorded"
        case .unreadableEntry(let file, let entry, let reason): "\(file): entry \(entry) cannot be read (\(reason))"
        case .unwritable(let file, let reason): "\(file): the zip archive could not be written (\(reason))"
        }
    }

    /// What the user can do about it.
    public var remedy: String {
        switch self {
        case .noDirectory, .cutShort, .damagedDirectory, .wrongChecksum, .unreadableEntry: "fetch the file again or save it again"
        case .ambiguousDirectory, .overlappingEntries, .duplicateEntry, .inflatesTooFar:
            "do not trust this file; save the checkpoint again from its source"
        case .encrypted: "decrypt the archive first"
        case .unknownCompression: "save the checkpoint again with torch.save, which stores entries uncompressed"
        case .unwritable: "check free space and permissions"
        }
    }
}

func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}
