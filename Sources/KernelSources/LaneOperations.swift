import KernelTypes

/// sum + left · right, rounded once if the processor has fused multiply-add.
@inline(__always) func multiplyAdd(_ sum: Lanes, _ left: Lanes, _ right: Lanes) -> Lanes {
    #if CONVERT_BASELINE
        sum + left * right
    #else
        sum.addingProduct(left, right)
    #endif
}

/// sum + left · right, rounded once if the processor has fused multiply-add.
@inline(__always) func multiplyAdd(_ sum: Block, _ left: Block, _ right: Block) -> Block {
    #if CONVERT_BASELINE
        sum + left * right
    #else
        sum.addingProduct(left, right)
    #endif
}

/// The activation of the eight channels that begin at `channel`.
@inline(__always) func activate(_ value: Lanes, _ activation: Activation, _ channel: Int) -> Lanes {
    switch activation {
    case .none: value
    case .relu: value.replacing(with: Lanes.zero, where: value .< Lanes.zero)
    case .prelu(let slopes): value.replacing(with: value * lanes(slopes + channel), where: value .< Lanes.zero)
    case .clip(let low, let high): clip(value, low, high)
    case .hardSwish: value * hardSwishGate(value)
    }
}

/// A NaN is neither below nor above, and stays.
@inline(__always) func clip<Numbers: SIMD>(_ value: Numbers, _ low: Float, _ high: Float) -> Numbers where Numbers.Scalar == Float {
    value.replacing(with: Numbers(repeating: low), where: value .< Numbers(repeating: low))
        .replacing(with: Numbers(repeating: high), where: value .> Numbers(repeating: high))
}

/// What a hard swish multiplies each number by.
@inline(__always) func hardSwishGate<Numbers: SIMD>(_ value: Numbers) -> Numbers where Numbers.Scalar == Float {
    clip(value * Numbers(repeating: 1 / 6) + Numbers(repeating: 0.5), 0, 1)
}

/// Loads eight floats from an address that is aligned to 32 bytes.
@inline(__always) func lanes(_ pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).assumingMemoryBound(to: Lanes.self).pointee
}

/// Stores eight floats to an address that is aligned to 32 bytes.
@inline(__always) func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Lanes.self).pointee = value
}
