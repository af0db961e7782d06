import ConvertFiles

/// What can be wrong with a flat file, or prevent tensors from being written to one.
package enum FlatError: DescribedError, Equatable {
    case headerPastEnd(file: String, length: UInt64, size: Int)
    case unknownVersion(file: String, found: UInt32, known: UInt32)
    case unknownFlags(file: String, flags: UInt32)
    case headerTooLong(file: String, length: UInt64, limit: Int)
    case malformedHeader(file: String, field: String, offset: Int, expected: UInt64, found: UInt64)
    case wrongHeaderChecksum(file: String, expected: UInt32, found: UInt32)
    case truncated(file: String, length: UInt64, size: Int)
    case trailingBytes(file: String, offset: UInt64, count: Int)
    case nonZeroPadding(file: String, offset: Int)
    case malformedDocument(file: String, offset: Int, detail: String)
    case malformedName(file: String, entry: Int, offset: Int)
    case duplicateName(file: String, name: String, entry: Int)
    case malformedEntry(file: String, name: String, offset: Int, detail: String)
    case misaligned(file: String, name: String, start: UInt64)
    case pastEnd(file: String, name: String, start: UInt64, length: UInt64, size: Int)
    case overlap(file: String, name: String, offset: Int)
    case hole(file: String, offset: Int, next: Int)
    case aliasChecksums(file: String, name: String, offset: Int)
    case cannotHold(name: String, what: String)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .headerPastEnd(let file, let length, let size): "\(file): the flat header needs \(length) bytes, but the file has \(size)"
        case .unknownVersion(let file, let found, let known): "\(file): flat version \(found), but only version \(known) can be read"
        case .unknownFlags(let file, let flags):
            "\(file): the flat header has flags 0x\(String(flags, radix: 16)) at offset 12, but none are defined"
        case .headerTooLong(let file, let length, let limit): "\(file): the flat header claims \(length) bytes, but \(limit) are allowed"
        case .malformedHeader(let file, let field, let offset, let expected, let found):
            "\(file): the flat header's \(field) at offset \(offset) is \(found), but \(expected) follows from the rest"
        case .wrongHeaderChecksum(let file, let expected, let found):
            "\(file): the flat header is damaged: its CRC-32 is \(String(found, radix: 16)), but \(String(expected, radix: 16)) is recorded at offset 88"
        case .truncated(let file, let length, let size): "\(file): cut short: it should have \(length) bytes but has \(size)"
        case .trailingBytes(let file, let offset, let count): "\(file): \(count) bytes follow the end at offset \(offset)"
        case .nonZeroPadding(let file, let offset): "\(file): the padding byte at offset \(offset) is not zero"
        case .malformedDocument(let file, let offset, let detail): "\(file): the document at offset \(offset) is malformed: \(detail)"
        case .malformedName(let file, let entry, let offset):
            "\(file): the name of tensor \(entry), described at offset \(offset), is not UTF-8, or not where it should be"
        case .duplicateName(let file, let name, let entry): "\(file): tensor \(entry) repeats the name \(name)"
        case .malformedEntry(let file, let name, let offset, let detail):
            "\(file): tensor \(name), described at offset \(offset): \(detail)"
        case .misaligned(let file, let name, let start):
            "\(file): tensor \(name) begins at offset \(start), which is not a multiple of \(FlatHeader.alignment)"
        case .pastEnd(let file, let name, let start, let length, let size):
            "\(file): tensor \(name) claims \(length) bytes at offset \(start), outside the data of this \(size)-byte file"
        case .overlap(let file, let name, let offset): "\(file): tensor \(name) begins at offset \(offset), inside another"
        case .hole(let file, let offset, let next): "\(file): bytes \(offset) to \(next) belong to no tensor"
        case .aliasChecksums(let file, let name, let offset):
            "\(file): tensor \(name) shares the bytes at offset \(offset) with another, but not its checksum"
        case .cannotHold(let name, let what): "\(name): the flat format cannot hold \(what)"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .unknownVersion: "use a program that reads it, or export the model again with this one"
        case .unknownFlags: "use a newer program, or export the model again with this one"
        case .headerPastEnd, .truncated: "the copy or download was probably interrupted: fetch the file again"
        case .cannotHold: "leave it out of a slim file first, or write a .pth"
        default: "the file is damaged or deliberately malformed: fetch it again, or export it again"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] { if case .cannotHold = self { [.drop, .format] } else { [] } }
}
