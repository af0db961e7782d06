import ConvertFiles

/// A view of a storage: dtype, shape, strides and offset, outermost dimension first; strides and offset count elements. Always valid.
public struct Tensor: Sendable {
    /// Element type.
    public let dtype: DType
    /// Sizes, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Distance in elements between neighbors along each dimension.
    public let strides: [Int]
    /// Offset of the first element in the storage, in elements.
    public let offset: Int
    /// The bytes, possibly shared with other tensors.
    public let storage: Storage
    /// Number of elements.
    public let elementCount: Int

    /// Creates a view. Throws `TensorError` unless every element is inside the storage.
    public init(dtype: DType, shape: [Int], strides: [Int], offset: Int, storage: Storage) throws(TensorError) {
        guard shape.count == strides.count else { throw .rankMismatch(storage: storage.name, shape: shape, strides: strides) }
        guard offset >= 0, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }) else {
            throw .negative(storage: storage.name, shape: shape, strides: strides, offset: offset)
        }
        let overflow = TensorError.overflow(storage: storage.name, shape: shape, strides: strides)
        var count = 1
        var bytes = dtype.byteCount
        // A size of 0 counts as 1 here, so that it cannot hide a product that overflows.
        for size in shape {
            let (next, tooMany) = bytes.multipliedReportingOverflow(by: max(size, 1))
            guard !tooMany else { throw overflow }
            bytes = next
            count *= size
        }
        if count > 0 {
            var last = offset
            for (size, stride) in zip(shape, strides) {
                let (reach, tooFar) = (size - 1).multipliedReportingOverflow(by: stride)
                let (next, tooFarAgain) = last.addingReportingOverflow(reach)
                guard !tooFar, !tooFarAgain else { throw overflow }
                last = next
            }
            let (end, endOverflow) = last.addingReportingOverflow(1)
            let (needed, tooFar) = end.multipliedReportingOverflow(by: dtype.byteCount)
            guard !endOverflow, !tooFar else { throw overflow }
            guard needed <= storage.byteCount else {
                throw .pastStorage(
                    storage: storage.name, shape: shape, strides: strides, offset: offset, needed: needed, available: storage.byteCount)
            }
        }
        if count > 0, bytes > 1 << 30, bytes / 64 > storage.byteCount {
            throw .expandsTooFar(storage: storage.name, shape: shape, byteCount: bytes, available: storage.byteCount)
        }
        self.dtype = dtype
        self.shape = shape
        self.strides = strides
        self.offset = offset
        self.storage = storage
        elementCount = count
    }

    /// A tensor over bytes in C order, at the start of its storage. Throws `TensorError` if the storage is too small.
    public init(dtype: DType, shape: [Int], storage: Storage) throws(TensorError) {
        try self.init(dtype: dtype, shape: shape, strides: Tensor.contiguousStrides(shape), offset: 0, storage: storage)
    }

    /// Size of a C-order copy in bytes.
    public var byteCount: Int { elementCount * dtype.byteCount }

    /// Whether the elements are adjacent and in C order, so that the storage can be read as it is.
    public var isContiguous: Bool {
        guard elementCount > 0 else { return true }
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 {
            guard stride == expected else { return false }
            expected *= size
        }
        return true
    }

    /// The byte range of the storage from the first element to the end of the last; empty for a tensor without elements.
    public var usedBytes: Range<Int> {
        guard elementCount > 0 else { return 0..<0 }
        let last = zip(shape, strides).reduce(offset) { $0 + ($1.0 - 1) * $1.1 }
        return offset * dtype.byteCount..<(last + 1) * dtype.byteCount
    }

    /// Which part of which storage a tensor shows, and how; equal for tensors that are the same view. It does not retain the storage.
    public struct View: Hashable, Sendable {
        let storage: ObjectIdentifier
        let dtype: DType
        let shape: [Int]
        let strides: [Int]
        let offset: Int
    }

    /// This tensor's part of its storage.
    public var view: View {
        View(storage: ObjectIdentifier(storage), dtype: dtype, shape: shape, strides: strides, offset: offset)
    }

    /// Whether both are the same view of the same storage.
    public func isSameView(as other: Tensor) -> Bool { view == other.view }

    /// Strides of a C-order tensor as torch computes them: a size of 0 counts as 1. Saturates instead of overflowing.
    public static func contiguousStrides(_ shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for dimension in shape.indices.dropLast().reversed() {
            let (stride, overflow) = strides[dimension + 1].multipliedReportingOverflow(by: max(shape[dimension + 1], 1))
            strides[dimension] = overflow ? Int.max : stride
        }
        return strides
    }
}
