extension Tensor {
    /// Calls `body` with the elements in C order as doubles, window by window. Throws `TensorError.notReal` for complex, quantized and
    /// opaque elements.
    public func forEachDoubleWindow(_ body: (UnsafeBufferPointer<Double>) throws -> Void) throws {
        guard let decode = ElementDecoding(dtype) else { throw TensorError.notReal(storage: storage.name, dtype: dtype) }
        let step = 1 << 16
        let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: step / dtype.byteCount)
        defer { buffer.deallocate() }
        try forEachCOrderWindow(windowSize: step) { raw in
            let count = raw.count / dtype.byteCount
            decode.fill(buffer, from: raw, count: count)
            try body(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// All elements in C order as doubles; for small tensors. Throws `TensorError.notReal` for complex, quantized and opaque elements.
    public func doubles() throws -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(elementCount)
        try forEachDoubleWindow { values.append(contentsOf: $0) }
        return values
    }
}

/// How to convert the elements of a dtype to doubles.
struct ElementDecoding {
    private let dtype: DType

    /// Nil if the elements are not real numbers.
    init?(_ dtype: DType) {
        guard !dtype.isComplex, !dtype.isQuantized, !dtype.isOpaque else { return nil }
        self.dtype = dtype
    }

    func fill(_ target: UnsafeMutableBufferPointer<Double>, from raw: UnsafeRawBufferPointer, count: Int) {
        func take<Raw>(_ type: Raw.Type, _ number: (Raw) -> Double) {
            for index in 0..<count {
                target[index] = number(raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Raw>.size, as: type))
            }
        }
        switch dtype {
        case .float64: take(Double.self) { $0 }
        case .float32: take(Float.self) { Double($0) }
        case .float16: take(UInt16.self) { Double(NarrowFloat.float16($0)) }
        case .bfloat16: take(UInt16.self) { Double(NarrowFloat.bfloat16($0)) }
        case .int64: take(Int64.self) { Double($0) }
        case .int32: take(Int32.self) { Double($0) }
        case .int16: take(Int16.self) { Double($0) }
        case .int8: take(Int8.self) { Double($0) }
        case .uint64: take(UInt64.self) { Double($0) }
        case .uint32: take(UInt32.self) { Double($0) }
        case .uint16: take(UInt16.self) { Double($0) }
        case .uint8, .bool: take(UInt8.self) { Double($0) }
        default: take(UInt8.self) { Double(NarrowFloat.float8($0, dtype) ?? .nan) }
        }
    }
}
