import Files

/// What the numbers of a tensor look like; NaN and infinities are counted and left out of the rest.
public struct TensorStatistics: Sendable, Equatable {
    /// Elements that are no number.
    public var nanCount = 0
    /// Elements that are infinite, of either sign.
    public var infinityCount = 0
    /// Smallest finite element; nil where there is none.
    public var minimum: Double?
    /// Largest finite element; nil where there is none.
    public var maximum: Double?
    /// Mean of the finite elements, summed in float64; nil where there is none.
    public var mean: Double?

    /// Reads the whole tensor. Nil for quantised and complex tensors, which have no order.
    public init?(of tensor: Tensor) throws {
        guard !tensor.dtype.isComplex, !tensor.dtype.isQuantized else { return nil }
        var sum = 0.0
        var finite = 0
        var low = Double.infinity
        var high = -Double.infinity
        var nans = 0
        var infinities = 0
        func take<Raw>(_ raw: UnsafeRawBufferPointer, _ type: Raw.Type, _ number: (Raw) -> Double) {
            for at in stride(from: 0, to: raw.count, by: MemoryLayout<Raw>.size) {
                let value = number(raw.loadUnaligned(fromByteOffset: at, as: type))
                if value.isFinite {
                    sum += value
                    finite += 1
                    low = min(low, value)
                    high = max(high, value)
                } else if value.isNaN {
                    nans += 1
                } else {
                    infinities += 1
                }
            }
        }
        let dtype = tensor.dtype
        try tensor.forEachCOrderWindow { raw in
            switch dtype {
            case .float64: take(raw, Double.self) { $0 }
            case .float32: take(raw, Float.self) { Double($0) }
            case .float16: take(raw, UInt16.self) { Double(NarrowFloat.float16($0)) }
            case .bfloat16: take(raw, UInt16.self) { Double(NarrowFloat.bfloat16($0)) }
            case .int64: take(raw, Int64.self) { Double($0) }
            case .int32: take(raw, Int32.self) { Double($0) }
            case .int16: take(raw, Int16.self) { Double($0) }
            case .int8: take(raw, Int8.self) { Double($0) }
            case .uint64: take(raw, UInt64.self) { Double($0) }
            case .uint32: take(raw, UInt32.self) { Double($0) }
            case .uint16: take(raw, UInt16.self) { Double($0) }
            case .uint8, .bool: take(raw, UInt8.self) { Double($0) }
            default: take(raw, UInt8.self) { Double(NarrowFloat.float8($0, dtype) ?? .nan) }
            }
        }
        nanCount = nans
        infinityCount = infinities
        if finite > 0 {
            minimum = low
            maximum = high
            mean = sum / Double(finite)
        }
    }
}
