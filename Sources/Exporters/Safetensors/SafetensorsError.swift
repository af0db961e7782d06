import ConvertFiles

/// What can be wrong with a safetensors file, or prevent tensors from being written to one.
package enum SafetensorsError: DescribedError, Equatable {
    case headerTooLong(file: String, length: UInt64, limit: Int)
    case headerPastEnd(file: String, length: UInt64, size: Int)
    case malformedHeader(file: String, detail: String)
    case badTensor(file: String, name: String, detail: String)
    case unknownDType(file: String, name: String, dtype: String)
    case overlap(file: String, name: String, offset: Int)
    case hole(file: String, offset: Int, next: Int)
    case trailingBytes(file: String, count: Int)
    case cannotHold(name: String, what: String)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .headerTooLong(let file, let length, let limit):
            "\(file): the safetensors header claims \(length) bytes, but \(limit) are allowed"
        case .headerPastEnd(let file, let length, let size):
            "\(file): the safetensors header needs \(length) bytes, but the file has \(size)"
        case .malformedHeader(let file, let detail): "\(file): the safetensors header is malformed: \(detail)"
        case .badTensor(let file, let name, let detail): "\(file): tensor \(name): \(detail)"
        case .unknownDType(let file, let name, let dtype): "\(file): tensor \(name): dtype \(dtype) is not supported"
        case .overlap(let file, let name, let offset): "\(file): tensor \(name) begins at \(offset), inside another"
        case .hole(let file, let offset, let next): "\(file): bytes \(offset) to \(next) belong to no tensor"
        case .trailingBytes(let file, let count): "\(file): \(count) bytes follow the last tensor"
        case .cannotHold(let name, let what): "\(name): safetensors cannot hold \(what)"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .cannotHold: "leave it out of a slim file first, or write a .pth"
        case .unknownDType: "save the tensor in a different dtype, or leave it out"
        case .headerPastEnd: "fetch the file again"
        default: "the file is damaged or deliberately malformed: fetch it again"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] { if case .cannotHold = self { [.drop, .format] } else { [] } }
}
