import KernelTypes

/// The floats that one register holds; channels are a multiple of them.
typealias Vector = Lanes

/// Loads one register from an address that is aligned to 32 bytes; there are no halves here.
@inline(__always) func loadVector(_ pointer: UnsafePointer<Float>, isHalf: Bool) -> Vector { lanes(pointer) }

/// Stores one register to an address that is aligned to 32 bytes.
@inline(__always) func storeVector(_ value: Vector, _ pointer: UnsafeMutablePointer<Float>, isHalf: Bool) { store(value, pointer) }
