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
