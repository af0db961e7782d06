/// Decodes floating-point types narrower than float32, and rounds to the 16-bit ones.
public enum NarrowFloat {
    /// Decodes a float16 (IEEE 754 binary16).
    public static func float16(_ bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1F
        let mantissa = UInt32(bits & 0x3FF)
        if exponent == 0x1F { return Float(bitPattern: sign | 0x7F80_0000 | mantissa << 13) }
        if exponent != 0 { return Float(bitPattern: sign | (exponent + 112) << 23 | mantissa << 13) }
        let magnitude = Float(mantissa) * 0x1p-24
        return sign == 0 ? magnitude : -magnitude
    }

    /// Decodes a bfloat16, the upper half of a float32.
    public static func bfloat16(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

    /// Decodes an 8-bit float; nil if `dtype` is not one. Layouts as in OCP OFP8 (E4M3, E5M2), the FNUZ variants (no infinity, no
    /// negative zero, NaN is 0x80) and OCP MX (E8M0: a power of two).
    public static func float8(_ bits: UInt8, _ dtype: DType) -> Float? {
        switch dtype {
        case .float8E4M3FN: bits & 0x7F == 0x7F ? .nan : small(bits, mantissaBits: 3, bias: 7)
        case .float8E5M2:
            if bits & 0x7C == 0x7C {
                bits & 3 != 0 ? .nan : (bits & 0x80 == 0 ? .infinity : -.infinity)
            } else {
                small(bits, mantissaBits: 2, bias: 15)
            }
        case .float8E4M3FNUZ: bits == 0x80 ? .nan : small(bits, mantissaBits: 3, bias: 8)
        case .float8E5M2FNUZ: bits == 0x80 ? .nan : small(bits, mantissaBits: 2, bias: 16)
        case .float8E8M0FNU: bits == 0xFF ? .nan : Float(sign: .plus, exponent: Int(bits) - 127, significand: 1)
        default: nil
        }
    }

    private static func small(_ bits: UInt8, mantissaBits: Int, bias: Int) -> Float {
        let exponent = Int(bits & 0x7F) >> mantissaBits
        let mantissa = Int(bits) & ((1 << mantissaBits) - 1)
        let significand = exponent == 0 ? mantissa : mantissa | 1 << mantissaBits
        let magnitude = Float(sign: .plus, exponent: max(exponent, 1) - bias - mantissaBits, significand: Float(significand))
        return bits & 0x80 == 0 ? magnitude : -magnitude
    }

    /// The nearest float16, ties to even; infinity beyond its range. Correct from float64, because it rounds only once.
    public static func float16(rounding value: Double) -> UInt16 { round(value, exponentBits: 5, mantissaBits: 10) }

    /// The nearest bfloat16, ties to even; infinity beyond its range. Correct from float64, because it rounds only once.
    public static func bfloat16(rounding value: Double) -> UInt16 { round(value, exponentBits: 8, mantissaBits: 7) }

    /// IEEE 754 rounding to nearest, ties to even, including subnormal numbers; a NaN becomes a quiet NaN that keeps its upper payload.
    private static func round(_ value: Double, exponentBits: Int, mantissaBits: Int) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt64(bits >> 63) << UInt64(exponentBits + mantissaBits)
        let infinity: UInt64 = ((1 << UInt64(exponentBits)) - 1) << UInt64(mantissaBits)
        let dropped = UInt64(52 - mantissaBits)
        let magnitude = bits & 0x7FFF_FFFF_FFFF_FFFF
        if magnitude >= 0x7FF0_0000_0000_0000 {
            if magnitude == 0x7FF0_0000_0000_0000 { return UInt16(sign | infinity) }
            let payload = (magnitude & 0xF_FFFF_FFFF_FFFF) >> dropped
            let quiet: UInt64 = 1 << UInt64(mantissaBits - 1)
            return UInt16(sign | infinity | payload | quiet)
        }
        let bias = (1 << (exponentBits - 1)) - 1
        let exponent = Int(magnitude >> 52) - 1023 + bias
        var significand = magnitude & 0xF_FFFF_FFFF_FFFF
        var shift = dropped
        var result = UInt64(max(exponent, 0)) << UInt64(mantissaBits)
        if exponent <= 0 {
            // Below the normal range the implicit leading 1 becomes explicit and shifts right.
            guard exponent > -mantissaBits - 1 else { return UInt16(sign) }
            significand |= 1 << 52
            shift += UInt64(1 - exponent)
            result = 0
        }
        let half: UInt64 = 1 << (shift - 1)
        let rest = significand & ((1 << shift) - 1)
        result += significand >> shift
        // A carry out of the mantissa increments the exponent by itself.
        if rest > half || (rest == half && result & 1 == 1) { result += 1 }
        return UInt16(sign | min(result, infinity))
    }
}
