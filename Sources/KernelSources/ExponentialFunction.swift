import KernelTypes

/// Whole numbers as wide as a register.
typealias Integers = Vector.MaskStorage

/// exp(x) for x ≤ 0, with an error below 1.1 units in the last place; 0 where that would be below the smallest normal number.
///
/// x = n · ln 2 + r, and a polynomial in r as in Cephes' `expf` (netlib.org/cephes).
@inline(__always) func powerOfNegative(_ x: Vector) -> Vector {
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
