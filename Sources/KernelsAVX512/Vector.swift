import KernelTypes

/// The floats that one register holds; channels are a multiple of half of them.
typealias Vector = Block

/// Loads one register from an address that is aligned to 32 bytes; loading half of it leaves the rest zero.
@inline(__always) func loadVector(_ pointer: UnsafePointer<Float>, isHalf: Bool) -> Vector {
    isHalf ? Vector(lowHalf: lanes(pointer), highHalf: .zero) : UnsafeRawPointer(pointer).assumingMemoryBound(to: Vector.self).pointee
}

/// Stores one register, or half of it, to an address that is aligned to 32 bytes.
@inline(__always) func storeVector(_ value: Vector, _ pointer: UnsafeMutablePointer<Float>, isHalf: Bool) {
    if isHalf {
        // `lowHalf` would be a call, with all registers saved around it.
        store(Lanes(value[0], value[1], value[2], value[3], value[4], value[5], value[6], value[7]), pointer)
    } else {
        UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Vector.self).pointee = value
    }
}
