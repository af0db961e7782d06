import KernelTypes

/// Six pixels (or tiles) times sixteen output channels: twelve sums that live in registers.
struct Tile6x16 {
    var a0 = Lanes.zero, b0 = Lanes.zero
    var a1 = Lanes.zero, b1 = Lanes.zero
    var a2 = Lanes.zero, b2 = Lanes.zero
    var a3 = Lanes.zero, b3 = Lanes.zero
    var a4 = Lanes.zero, b4 = Lanes.zero
    var a5 = Lanes.zero, b5 = Lanes.zero

    @inline(__always) init() {}

    @inline(__always) static func += (left: inout Tile6x16, right: Tile6x16) {
        left.a0 += right.a0
        left.b0 += right.b0
        left.a1 += right.a1
        left.b1 += right.b1
        left.a2 += right.a2
        left.b2 += right.b2
        left.a3 += right.a3
        left.b3 += right.b3
        left.a4 += right.a4
        left.b4 += right.b4
        left.a5 += right.a5
        left.b5 += right.b5
    }
}

/// sum + left · right, rounded once where the processor can.
@inline(__always) func multiplyAdd(_ sum: Lanes, _ left: Lanes, _ right: Lanes) -> Lanes {
    #if CONVERT_BASELINE
        sum + left * right
    #else
        sum.addingProduct(left, right)
    #endif
}

/// Adds `count` products for each of six rows: row i begins at `rows.i`, weights are `count` × 16.
@inline(__always) func multiply(
    _ sums: inout Tile6x16, _ r0: UnsafePointer<Float>, _ r1: UnsafePointer<Float>, _ r2: UnsafePointer<Float>,
    _ r3: UnsafePointer<Float>, _ r4: UnsafePointer<Float>, _ r5: UnsafePointer<Float>, _ weights: UnsafePointer<Lanes>, _ count: Int
) {
    var w = weights
    var t = sums
    var index = 0
    while index < count {
        let (u, v) = (w[0], w[1])
        w += 2
        let x0 = Lanes(repeating: r0[index])
        t.a0 = multiplyAdd(t.a0, u, x0)
        t.b0 = multiplyAdd(t.b0, v, x0)
        let x1 = Lanes(repeating: r1[index])
        t.a1 = multiplyAdd(t.a1, u, x1)
        t.b1 = multiplyAdd(t.b1, v, x1)
        let x2 = Lanes(repeating: r2[index])
        t.a2 = multiplyAdd(t.a2, u, x2)
        t.b2 = multiplyAdd(t.b2, v, x2)
        let x3 = Lanes(repeating: r3[index])
        t.a3 = multiplyAdd(t.a3, u, x3)
        t.b3 = multiplyAdd(t.b3, v, x3)
        let x4 = Lanes(repeating: r4[index])
        t.a4 = multiplyAdd(t.a4, u, x4)
        t.b4 = multiplyAdd(t.b4, v, x4)
        let x5 = Lanes(repeating: r5[index])
        t.a5 = multiplyAdd(t.a5, u, x5)
        t.b5 = multiplyAdd(t.b5, v, x5)
        index &+= 1
    }
    sums = t
}

/// The activation of eight channels that begin at `channel`.
@inline(__always) func activate(_ value: Lanes, _ activation: Activation, _ channel: Int) -> Lanes {
    switch activation {
    case .none: value
    case .relu: value.replacing(with: Lanes.zero, where: value .< Lanes.zero)
    case .prelu(let slopes): value.replacing(with: value * lanes(slopes + channel), where: value .< Lanes.zero)
    }
}

/// Eight numbers from a place that is aligned to 32 bytes.
@inline(__always) func lanes(_ pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).assumingMemoryBound(to: Lanes.self).pointee
}

/// Eight numbers to a place that is aligned to 32 bytes.
@inline(__always) func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Lanes.self).pointee = value
}
