import KernelTypes

/// eˣ, right to about one unit in the last place; x is raised to −87 and lowered to 88, where float32 ends. A NaN stays one.
///
/// x = n · ln 2 + r with |r| ≤ ½ ln 2; eʳ is a polynomial (Cephes, expf.c), and 2ⁿ is made of its exponent.
@inline(__always) func exponential(_ number: Lanes) -> Lanes {
    var x = number
    x.replace(with: Lanes(repeating: -87), where: x .< Lanes(repeating: -87))
    x.replace(with: Lanes(repeating: 88), where: x .> Lanes(repeating: 88))
    // Adding 1.5 · 2²³ rounds to a whole number, which is then in the lowest bits.
    let rounding = Lanes(repeating: 12_582_912)
    let shifted = multiplyAdd(rounding, x, Lanes(repeating: 1.442_695_04))
    let whole = shifted - rounding
    var rest = multiplyAdd(x, whole, Lanes(repeating: -0.693_359_375))
    rest = multiplyAdd(rest, whole, Lanes(repeating: 2.121_944_4e-4))
    var sum = Lanes(repeating: 1.987_569_15e-4)
    sum = multiplyAdd(Lanes(repeating: 1.398_199_95e-3), sum, rest)
    sum = multiplyAdd(Lanes(repeating: 8.333_451_9e-3), sum, rest)
    sum = multiplyAdd(Lanes(repeating: 4.166_579_6e-2), sum, rest)
    sum = multiplyAdd(Lanes(repeating: 1.666_666_5e-1), sum, rest)
    sum = multiplyAdd(Lanes(repeating: 5.000_000_1e-1), sum, rest)
    sum = multiplyAdd(rest, sum, rest * rest) + 1
    let power = (unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23) &+ SIMD8(repeating: 0x3F80_0000)
    return sum * unsafeBitCast(power, to: Lanes.self)
}
