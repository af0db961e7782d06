import ConvertFiles

/// What can be wrong with a tensor or its storage.
public enum TensorError: DescribedError, Equatable {
    /// Shape and strides have different lengths.
    case rankMismatch(storage: String, shape: [Int], strides: [Int])
    /// A size, stride or offset is negative.
    case negative(storage: String, shape: [Int], strides: [Int], offset: Int)
    /// The product of the sizes, or the offset of an element, does not fit 64 bits.
    case overflow(storage: String, shape: [Int], strides: [Int])
    /// The last element is past the end of the storage.
    case pastStorage(storage: String, shape: [Int], strides: [Int], offset: Int, needed: Int, available: Int)
    /// Strides of 0 expand a few bytes to more than a file of this size should hold.
    case expandsTooFar(storage: String, shape: [Int], byteCount: Int, available: Int)
    /// The storage's bytes do not have the checksum recorded for them.
    case wrongChecksum(storage: String, offset: Int, expected: UInt32, found: UInt32)
    /// The storage has fewer bytes than it is said to hold.
    case shortStorage(storage: String, needed: Int, available: Int)
    /// Complex, quantized or opaque elements where real numbers are needed.
    case notReal(storage: String, dtype: DType)

    /// What is wrong, in one line.
    public var problem: String {
        switch self {
        case .rankMismatch(let storage, let shape, let strides): "\(storage): a tensor of shape \(shape) has strides \(strides)"
        case .negative(let storage, let shape, let strides, let offset):
            "\(storage): a tensor has a negative size, stride or offset (shape \(shape), strides \(strides), offset \(offset))"
        case .overflow(let storage, let shape, let strides):
            "\(storage): shape \(shape) with strides \(strides) is larger than 64 bits can count"
        case .pastStorage(let storage, let shape, let strides, let offset, let needed, let available):
            "\(storage): a tensor of shape \(shape), strides \(strides), offset \(offset) needs \(needed) bytes, but its storage has \(available)"
        case .expandsTooFar(let storage, let shape, let byteCount, let available):
            "\(storage): a tensor of shape \(shape) expands \(available) bytes to \(byteCount)"
        case .wrongChecksum(let storage, let offset, let expected, let found):
            "\(storage), at offset \(offset): the bytes are damaged: CRC-32 \(String(found, radix: 16)) where \(String(expected, radix: 16)) is recorded"
        case .shortStorage(let storage, let needed, let available):
            "\(storage): the storage should hold \(needed) bytes, but has \(available)"
        case .notReal(let storage, let dtype): "\(storage): elements of \(dtype.rawValue) cannot be read as real numbers"
        }
    }

    /// What the user can do about it.
    public var remedy: String {
        if case .notReal = self { return "leave the tensor out" }
        return "the file is damaged or was made to mislead: fetch it again or save it again"
    }

    /// What a caller could decide differently; empty for most errors.
    public var decisions: [Decision] {
        if case .notReal = self { [.drop] } else { [] }
    }
}
