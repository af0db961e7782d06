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
    }
}

/// Loads eight floats from an address that is aligned to 32 bytes.
@inline(__always) func lanes(_ pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).assumingMemoryBound(to: Lanes.self).pointee
}

/// Stores eight floats to an address that is aligned to 32 bytes.
@inline(__always) func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Lanes.self).pointee = value
}
