import KernelTypes

/// Applies a curve in place to pixels of the flattened batch × blocks of 16 channels that a kernel has just written, and which are in a cache
/// near to it. Never inlined: the loops that call it need the registers.
@inline(never) func bend(_ view: ImageView, _ curve: Curve, _ pixels: Range<Int>, _ blocks: Range<Int>) {
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
        let flat = pixel / view.width
        let image = flat / view.height
        let column = pixel &- flat &* view.width
        let left = pixels.upperBound &- pixel
        let count = left < view.width &- column ? left : view.width &- column
        bend(view.pixel(image, flat &- image &* view.height, column), view, curve, columns: count, blocks)
        pixel &+= count
    }
}

/// The same for neighbors in a row.
@inline(never) func bend(
    _ first: UnsafeMutablePointer<Float>, _ view: ImageView, _ curve: Curve, columns: Int, _ blocks: Range<Int>
) {
    let start = blocks.lowerBound &* blockChannels
    let end = blocks.upperBound &* blockChannels < view.paddedChannels ? blocks.upperBound &* blockChannels : view.paddedChannels
    switch curve {
    case .sigmoid: bend(first, view, columns, start, end) { sigmoid($0) }
    case .tanh: bend(first, view, columns, start, end) { hyperbolicTangent($0) }
    case .gelu: bend(first, view, columns, start, end) { gelu($0) }
    case .geluTanh: bend(first, view, columns, start, end) { geluTanh($0) }
    }
    guard end > view.channels else { return }
    for column in 0..<columns {
        for channel in view.channels..<end { first[column &* view.pixelStride &+ channel] = 0 }
    }
}

@inline(__always) private func bend(
    _ first: UnsafeMutablePointer<Float>, _ view: ImageView, _ columns: Int, _ start: Int, _ end: Int, _ function: (Vector) -> Vector
) {
    for column in 0..<columns {
        let pixel = first + column &* view.pixelStride
        var channel = start
        while channel &+ Vector.scalarCount <= end {
            storeVector(function(loadVector(pixel + channel, isHalf: false)), pixel + channel, isHalf: false)
            channel &+= Vector.scalarCount
        }
        // Apart from the loop, which would otherwise be computed in halves throughout.
        if channel < end { storeVector(function(loadVector(pixel + channel, isHalf: true)), pixel + channel, isHalf: true) }
    }
}

/// A curve at one number.
@inline(never) func bent(_ value: Float, _ curve: Curve) -> Float {
    let vector = Vector(repeating: value)
    return switch curve {
    case .sigmoid: sigmoid(vector)[0]
    case .tanh: hyperbolicTangent(vector)[0]
    case .gelu: gelu(vector)[0]
    case .geluTanh: geluTanh(vector)[0]
    }
}

/// By bits, which take fewer steps than a comparison.
@inline(__always) private func magnitude(_ x: Vector) -> Vector {
    unsafeBitCast(unsafeBitCast(x, to: Integers.self) & 0x7FFF_FFFF, to: Vector.self)
}

/// A number that is not negative with the sign of a different one.
@inline(__always) private func signed(_ size: Vector, like x: Vector) -> Vector {
    unsafeBitCast(unsafeBitCast(size, to: Integers.self) | (unsafeBitCast(x, to: Integers.self) & Int32.min), to: Vector.self)
}

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
    return signed(far, like: x).replacing(with: near, where: size .< Vector(repeating: 0.625))
}

/// x · (1 + erf(x / √2)) / 2, with Norbert Juffa's two approximations of erf (stackoverflow.com/a/35148199): near zero a polynomial, farther out
/// 1 − exp of one, which on the left leaves the power alone.
@inline(__always) private func gelu(_ x: Vector) -> Vector {
    let a = x * Vector(repeating: 0.707_106_77)
    let (size, square) = (magnitude(a), a * a)
    let high = multiplyAdd(Vector(repeating: 3.831_971_26e-4), size, Vector(repeating: -1.728_534_7e-5))
    let low = multiplyAdd(Vector(repeating: 2.425_462_19e-2), size, Vector(repeating: -3.883_964_38e-3))
    var r = multiplyAdd(low, high, square)
    r = multiplyAdd(Vector(repeating: -1.067_778_77e-1), r, size)
    r = multiplyAdd(Vector(repeating: -6.348_466_87e-1), r, size)
    r = multiplyAdd(Vector(repeating: -1.287_175_12e-1), r, size)
    let power = powerOfNegative(multiplyAdd(-size, r, size))
    var p = multiplyAdd(Vector(repeating: 4.991_194_23e-3), square, Vector(repeating: -5.967_617_03e-4))
    p = multiplyAdd(Vector(repeating: -2.676_813_49e-2), p, square)
    p = multiplyAdd(Vector(repeating: 1.128_199_25e-1), p, square)
    p = multiplyAdd(Vector(repeating: -3.761_253_36e-1), p, square)
    p = multiplyAdd(Vector(repeating: 1.283_791_66e-1), p, square)
    let near = multiplyAdd(a, p, a) + 1
    let far = (2 - power).replacing(with: power, where: a .< Vector.zero)
    return x * 0.5 * far.replacing(with: near, where: size .<= Vector(repeating: 0.927_734_375))
}

/// x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2, which is x · sigmoid of twice that number.
@inline(__always) private func geluTanh(_ x: Vector) -> Vector {
    let inner = multiplyAdd(x, x * x * x, Vector(repeating: 0.044715))
    return x * sigmoid(inner * Vector(repeating: 1.595_769_12))
}
