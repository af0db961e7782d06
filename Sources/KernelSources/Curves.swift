import KernelTypes

/// Applies a curve to the pixels of one row, in place: they were just written, and are in the first cache.
@inline(__always) func bend(_ view: ImageView, _ curve: Curve, _ image: Int, _ row: Int) {
    switch curve {
    case .sigmoid: bend(view, image, row) { sigmoid($0) }
    case .tanh: bend(view, image, row) { hyperbolicTangent($0) }
    case .gelu: bend(view, image, row) { gelu($0) }
    case .geluTanh: bend(view, image, row) { geluTanh($0) }
    }
}

@inline(__always) private func bend(_ view: ImageView, _ image: Int, _ row: Int, _ function: (Vector) -> Vector) {
    for column in 0..<view.width {
        let pixel = view.pixel(image, row, column)
        var channel = 0
        while channel < view.paddedChannels {
            let isHalf = channel &+ Vector.scalarCount > view.paddedChannels
            storeVector(function(loadVector(pixel + channel, isHalf: isHalf)), pixel + channel, isHalf: isHalf)
            channel &+= Vector.scalarCount
        }
    }
}

/// Whole numbers as wide as a register.
private typealias Integers = Vector.MaskStorage

/// exp(x) for x ≤ 0, with an error below 1.1 units in the last place; 0 where that would be below the smallest normal number.
///
/// x = n · ln 2 + r, and a polynomial in r as in Cephes' `expf` (netlib.org/cephes).
@inline(__always) private func powerOfNegative(_ x: Vector) -> Vector {
    let smallest: Float = -87.33654
    let bounded = x.replacing(with: Vector(repeating: smallest), where: x .< Vector(repeating: smallest))
    // Added to 1.5 · 2²³, a number is rounded to a whole one, which is then in the lowest bits.
    let shifter = Vector(repeating: 12_582_912)
    let shifted = multiplyAdd(shifter, bounded, Vector(repeating: 1.442_695_04))
    let whole = shifted - shifter
    let r = multiplyAdd(multiplyAdd(bounded, whole, Vector(repeating: -0.693_359_375)), whole, Vector(repeating: 2.121_944_4e-4))
    var p = multiplyAdd(Vector(repeating: 1.398_199_950_7e-3), r, Vector(repeating: 1.987_569_15e-4))
    p = multiplyAdd(Vector(repeating: 8.333_451_907_3e-3), p, r)
    p = multiplyAdd(Vector(repeating: 4.166_579_589_4e-2), p, r)
    p = multiplyAdd(Vector(repeating: 1.666_666_545_9e-1), p, r)
    p = multiplyAdd(Vector(repeating: 5.000_000_120_1e-1), p, r)
    let power = multiplyAdd(r, p, r * r) + 1
    let scale = unsafeBitCast((unsafeBitCast(shifted, to: Integers.self) &+ 127) &<< 23, to: Vector.self)
    return (power * scale).replacing(with: Vector.zero, where: x .< Vector(repeating: smallest))
}

@inline(__always) private func magnitude(_ x: Vector) -> Vector { x.replacing(with: -x, where: x .< Vector.zero) }

/// 1 / (1 + exp(−x)), from a power that never overflows, so that both tails are right.
@inline(__always) private func sigmoid(_ x: Vector) -> Vector {
    let power = powerOfNegative(-magnitude(x))
    return power.replacing(with: Vector(repeating: 1), where: x .>= Vector.zero) / (power + 1)
}

/// Near zero an odd polynomial as in Cephes' `tanhf`, where the difference of two numbers near 1 would lose digits.
@inline(__always) private func hyperbolicTangent(_ x: Vector) -> Vector {
    let size = magnitude(x)
    let power = powerOfNegative(size * -2)
    let far = (1 - power) / (1 + power)
    let square = x * x
    var p = multiplyAdd(Vector(repeating: 2.063_908_879_54e-2), square, Vector(repeating: -5.704_988_727_45e-3))
    p = multiplyAdd(Vector(repeating: -5.373_971_555_31e-2), p, square)
    p = multiplyAdd(Vector(repeating: 1.333_144_220_36e-1), p, square)
    p = multiplyAdd(Vector(repeating: -3.333_328_194_22e-1), p, square)
    let near = multiplyAdd(x, p * square, x)
    return far.replacing(with: -far, where: x .< Vector.zero).replacing(with: near, where: size .< Vector(repeating: 0.625))
}

/// x · (1 + erf(x / √2)) / 2, with the rational function of Eigen's `erf` (gitlab.com/libeigen/eigen, before 3.4).
@inline(__always) private func gelu(_ x: Vector) -> Vector {
    let a = clip(x * Vector(repeating: 0.707_106_77), -4, 4)
    let square = a * a
    var p = multiplyAdd(Vector(repeating: 2.770_681_424_959_02e-08), square, Vector(repeating: -2.726_142_258_013_06e-10))
    p = multiplyAdd(Vector(repeating: -2.101_024_020_825_08e-06), p, square)
    p = multiplyAdd(Vector(repeating: -5.692_506_394_623_46e-05), p, square)
    p = multiplyAdd(Vector(repeating: -7.349_906_303_268_55e-04), p, square)
    p = multiplyAdd(Vector(repeating: -2.954_599_808_540_25e-03), p, square)
    p = multiplyAdd(Vector(repeating: -1.609_603_326_241_5e-02), p, square)
    var q = multiplyAdd(Vector(repeating: -2.133_740_552_789_05e-04), square, Vector(repeating: -1.456_607_184_649_96e-05))
    q = multiplyAdd(Vector(repeating: -1.682_826_974_382_03e-03), q, square)
    q = multiplyAdd(Vector(repeating: -7.373_329_167_204_68e-03), q, square)
    q = multiplyAdd(Vector(repeating: -1.426_473_905_141_89e-02), q, square)
    return x * 0.5 * (a * p / q + 1)
}

/// x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2, which is x · sigmoid of twice that number.
@inline(__always) private func geluTanh(_ x: Vector) -> Vector {
    let inner = multiplyAdd(x, x * x * x, Vector(repeating: 0.044715))
    return x * sigmoid(inner * Vector(repeating: 1.595_769_12))
}
