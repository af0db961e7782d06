import ConvertIR

/// The input contract applied to one pixel: channel order, mean and divisor. `InputContract.standardize` does the same for whole batches.
@frozen
public struct PixelPreparation: Sendable {
    /// Which of red, green and blue the channels are.
    @usableFromInline
    enum Order: Sendable {
        case rgb
        case bgr
        case gray
    }

    /// Channels that enter the network.
    public let channelCount: Int
    @usableFromInline let order: Order
    @usableFromInline let mean: SIMD4<Float>
    @usableFromInline let deviation: SIMD4<Float>

    /// - Parameter contract: an unknown scale is `InputContract.comparisonScaling`.
    package init(_ contract: InputContract) {
        let scale = contract.scaling ?? InputContract.comparisonScaling
        func lanes(_ numbers: ChannelNumbers) -> SIMD4<Float> {
            SIMD4(Float(numbers[0]), Float(numbers[1]), Float(numbers[2]), 1)
        }
        mean = lanes(scale.mean)
        deviation = lanes(scale.standardDeviation)
        channelCount = contract.channelOrder.channelCount
        switch contract.channelOrder {
        case .rgb: order = .rgb
        case .bgr: order = .bgr
        case .gray: order = .gray
        }
    }

    /// The numbers that enter for a pixel, in the network's channel order; lanes beyond its channels mean nothing.
    @inlinable @inline(__always)
    public func lanes(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> SIMD4<Float> {
        let (r, g, b) = (Float(red), Float(green), Float(blue))
        switch order {
        case .rgb: return (SIMD4(r, g, b, 0) - mean) / deviation
        case .bgr: return (SIMD4(b, g, r, 0) - mean) / deviation
        case .gray: return (SIMD4(Luminance.of(r, g, b), mean.y, mean.z, 0) - mean) / deviation
        }
    }
}
