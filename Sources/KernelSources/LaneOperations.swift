import KernelTypes

/// sum + left · right, rounded once if the processor has fused multiply-add.
@_transparent func multiplyAdd(_ sum: Lanes, _ left: Lanes, _ right: Lanes) -> Lanes {
    #if CONVERT_BASELINE
        sum + left * right
    #else
        sum.addingProduct(left, right)
    #endif
}

/// sum + left · right, rounded once if the processor has fused multiply-add.
@_transparent func multiplyAdd(_ sum: Block, _ left: Block, _ right: Block) -> Block {
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
    case .hardSwish: hardSwish(value)
    }
}

/// A NaN is neither below nor above, and stays. One function for each width, and transparent: others would be called, and not inlined.
@_transparent func clip(_ value: Lanes, _ low: Float, _ high: Float) -> Lanes {
    var value = value
    value.replace(with: Lanes(repeating: low), where: value .< Lanes(repeating: low))
    value.replace(with: Lanes(repeating: high), where: value .> Lanes(repeating: high))
    return value
}

/// See above.
@_transparent func clip(_ value: Block, _ low: Float, _ high: Float) -> Block {
    var value = value
    value.replace(with: Block(repeating: low), where: value .< Block(repeating: low))
    value.replace(with: Block(repeating: high), where: value .> Block(repeating: high))
    return value
}

/// x · min(max(x / 6 + 1/2, 0), 1).
@_transparent func hardSwish(_ value: Lanes) -> Lanes {
    value * clip(multiplyAdd(Lanes(repeating: 0.5), value, Lanes(repeating: 1 / 6)), 0, 1)
}

/// See above.
@_transparent func hardSwish(_ value: Block) -> Block {
    value * clip(multiplyAdd(Block(repeating: 0.5), value, Block(repeating: 1 / 6)), 0, 1)
}

/// Loads eight floats from an address that is aligned to 32 bytes.
@inline(__always) func lanes(_ pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).assumingMemoryBound(to: Lanes.self).pointee
}

/// Stores eight floats to an address that is aligned to 32 bytes.
@inline(__always) func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Lanes.self).pointee = value
}
