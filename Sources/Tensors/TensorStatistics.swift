import ConvertFiles

/// Statistics of a tensor's elements; NaN and infinities are only counted.
public struct TensorStatistics: Sendable, Equatable {
    /// Number of elements that are NaN.
    public var nanCount = 0
    /// Number of elements that are infinite, of either sign.
    public var infinityCount = 0
    /// Smallest finite element; nil if there is none.
    public var minimum: Double?
    /// Largest finite element; nil if there is none.
    public var maximum: Double?
    /// Mean of the finite elements, summed in float64; nil if there is none.
    public var mean: Double?

    /// Reads the whole tensor. Nil for quantized and opaque tensors, and for complex ones, which have no order.
    public init?(of tensor: Tensor) throws {
        guard ElementDecoding(tensor.dtype) != nil else { return nil }
        var sum = 0.0
        var finite = 0
        var low = Double.infinity
        var high = -Double.infinity
        var nans = 0
        var infinities = 0
        try tensor.forEachDoubleWindow { window in
            for value in window {
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
        nanCount = nans
        infinityCount = infinities
        if finite > 0 {
            minimum = low
            maximum = high
            mean = sum / Double(finite)
        }
    }
}
