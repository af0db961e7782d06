import Files

/// What can be wrong with a safetensors file, or keep tensors from becoming one.
public enum SafetensorsError: DescribedError, Equatable {
    case headerTooLong(file: String, length: UInt64, limit: Int)
    case headerPastEnd(file: String, length: UInt64, size: Int)
    case malformedHeader(file: String, detail: String)
    case badTensor(file: String, name: String, detail: String)
    case unknownDType(file: String, name: String, dtype: String)
    case overlap(file: String, name: String, offset: Int)
    case hole(file: String, offset: Int, next: Int)
    case trailingBytes(file: String, count: Int)
    case cannotHold(name: String, what: String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .headerTooLong(let file, let length, let limit): "\(file): the safetensors header claims \(length) bytes, \(limit) are allowed"
        case .headerPastEnd(let file, let length, let size): "\(file): the safetensors header needs \(length) bytes, the file has \(size)"
        case .malformedHeader(let file, let detail): "\(file): the safetensors header is malformed: \(detail)"
        case .badTensor(let file, let name, let detail): "\(file): tensor \(name): \(detail)"
        case .unknownDType(let file, let name, let dtype): "\(file): tensor \(name): dtype \(dtype) is not supported"
        case .overlap(let file, let name, let offset): "\(file): tensor \(name) begins at \(offset), inside another"
        case .hole(let file, let offset, let next): "\(file): bytes \(offset) to \(next) belong to no tensor"
        case .trailingBytes(let file, let count): "\(file): \(count) bytes stand behind the last tensor"
        case .cannotHold(let name, let what): "\(name): safetensors cannot hold \(what)"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .cannotHold: "leave it out with --drop, or write a .pth"
        case .unknownDType: "save the tensor in another dtype, or leave it out"
        case .headerPastEnd: "fetch the file again"
        default: "the file is damaged or was made to mislead: fetch it again"
        }
    }
}
