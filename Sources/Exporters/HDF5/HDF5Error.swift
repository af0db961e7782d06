import ConvertFiles

/// What can be wrong with an HDF5 file, or prevent tensors from being written to one.
package enum HDF5Error: DescribedError, Equatable {
    case cannotRead(file: String, what: String, detail: String)
    case cannotWrite(file: String, what: String, detail: String)
    case foreign(file: String, found: String)
    case newer(file: String, version: Int, known: Int)
    case malformed(file: String, detail: String)
    case badDataset(file: String, path: String, detail: String)
    case textTooLong(file: String, path: String, byteCount: Int, limit: Int)
    case overlap(file: String, path: String, offset: Int)
    case expandsTooFar(file: String, byteCount: Int, available: Int)
    case cannotHold(name: String, what: String)
    case badCompressionLevel(Int)
    case noDeflate

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .cannotRead(let file, let what, let detail): "\(file): \(what) cannot be read: \(detail)"
        case .cannotWrite(let file, let what, let detail): "\(file): \(what) cannot be written: \(detail)"
        case .foreign(let file, let found): "\(file): this HDF5 file is \(found), not one that convert wrote"
        case .newer(let file, let version, let known):
            "\(file): its format_version is \(version), but only versions up to \(known) can be read"
        case .malformed(let file, let detail): "\(file): the HDF5 file is malformed: \(detail)"
        case .badDataset(let file, let path, let detail): "\(file): dataset \(path): \(detail)"
        case .textTooLong(let file, let path, let byteCount, let limit):
            "\(file): the text at \(path) claims \(byteCount) bytes, but \(limit) are allowed"
        case .overlap(let file, let path, let offset): "\(file): dataset \(path) begins at \(offset), inside another"
        case .expandsTooFar(let file, let byteCount, let available):
            "\(file): compressed datasets expand \(available) bytes to \(byteCount)"
        case .cannotHold(let name, let what): "\(name): HDF5 cannot hold \(what)"
        case .badCompressionLevel(let level): "compression level \(level) is not between 1 and 9"
        case .noDeflate: "this libhdf5 was built without deflate"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .cannotWrite: "check free space and permissions, then run again"
        case .foreign: "give the PyTorch checkpoint that it was made from, or its weights as safetensors"
        case .newer: "read it with a newer convert"
        case .cannotHold: "leave it out of a slim file first, or write a .pth"
        case .badCompressionLevel: "give a level from 1 to 9, or none"
        case .noDeflate: "install one that has it, such as Debian's libhdf5-dev, or write without compression"
        case .badDataset: "this program would not have written it like that: export it again from its checkpoint"
        default: "the file is damaged or deliberately malformed: fetch it again"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] {
        switch self {
        case .cannotHold: [.drop, .format]
        case .badCompressionLevel, .noDeflate: [.compression]
        default: []
        }
    }
}
