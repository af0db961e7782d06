import ConvertTensors
import Testing

/// Rounding to 16 bits, held against Swift's own Float16 and against arithmetic on neighbors.
@Suite struct NarrowFloatTests {
    /// The nearest of all finite patterns, ties to the even one, found by looking at both neighbors; an infinity past the last one's half.
    private func nearest(_ value: Double, infinity: UInt16, decode: (UInt16) -> Float, limit: Double) -> UInt16 {
        let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
        let magnitude = abs(value)
        if magnitude >= limit { return sign | infinity }
        // Patterns of positive numbers are in order, so the last one not above the value is found by halving.
        var (low, high) = (UInt16(0), infinity)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if Double(decode(middle)) <= magnitude { low = middle } else { high = middle }
        }
        let below = magnitude - Double(decode(low))
        let above = high == infinity ? limit * 2 - Double(decode(low)) - magnitude : Double(decode(high)) - magnitude
        return sign | (below < above || (below == above && low & 1 == 0) ? low : high)
    }

    /// Numbers at, beside and between all 16-bit patterns of a kind, and many drawn with a fixed seed.
    private func numbers(decode: (UInt16) -> Float, infinity: UInt16) -> [Double] {
        var all: [Double] = [0, -0.0, 65519.99, 65520, 65535, 1e-300, -1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        for bits in stride(from: UInt16(0), to: infinity - 1, by: 7) {
            let (one, other) = (Double(decode(bits)), Double(decode(bits + 1)))
            let tie = (one + other) / 2
            all += [one, tie, tie.nextUp, tie.nextDown, -tie, (one * 3 + other) / 4]
        }
        var state: UInt64 = 20
        for _ in 0..<5000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let exponent = Int(state >> 40) % 60 - 30
            all.append(Double(sign: state & 1 == 0 ? .plus : .minus, exponent: exponent, significand: 1 + Double(state >> 12) * 0x1p-52))
        }
        return all
    }

    @Test("Rounding to float16 gives the nearest number, ties to even") func float16IsTheNearestWithTiesToEven() {
        let numbers = numbers(decode: NarrowFloat.float16, infinity: 0x7C00)
        #expect(numbers.count > 25000)
        for value in numbers {
            let bits = NarrowFloat.float16(rounding: value)
            #expect(bits == Float16(value).bitPattern, "\(value)")
            #expect(bits == nearest(value, infinity: 0x7C00, decode: NarrowFloat.float16, limit: 65520), "\(value)")
        }
    }

    @Test("Rounding to bfloat16 gives the nearest number, ties to even") func bfloat16IsTheNearestWithTiesToEven() {
        let numbers = numbers(decode: NarrowFloat.bfloat16, infinity: 0x7F80)
        for value in numbers {
            let bits = NarrowFloat.bfloat16(rounding: value)
            #expect(bits == nearest(value, infinity: 0x7F80, decode: NarrowFloat.bfloat16, limit: 0x1.ffp127), "\(value)")
        }
    }

    @Test("Rounding a float to bfloat16 gives its upper half, rounded") func bfloat16OfAFloatIsItsUpperHalfRounded() {
        for step in 0..<40000 {
            let bits = UInt32(truncatingIfNeeded: step &* 107_377)
            let value = Float(bitPattern: bits)
            guard !value.isNaN else { continue }
            let expected = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
            #expect(NarrowFloat.bfloat16(rounding: Double(value)) == UInt16(expected), "\(value)")
        }
    }

    @Test("Overflow, underflow and ties of float16 are at the right values") func theEdgesOfFloat16AreWhereTheyShouldBe() {
        for (value, bits): (Double, UInt16) in [
            (65504, 0x7BFF), (65519.99, 0x7BFF), (65520, 0x7C00), (-65519.99, 0xFBFF), (-65520, 0xFC00), (0x1p-24, 0x0001),
            (0x1p-25, 0x0000), (0x1.0000000000001p-25, 0x0001), (0x1.8p-24, 0x0002), (-0.0, 0x8000), (0, 0), (.infinity, 0x7C00),
            (-.infinity, 0xFC00), (0x1p-14, 0x0400), (0x1.ff8p-15, 0x03FF), (0x1.ffcp-15, 0x0400), (1 + 0x1p-11, 0x3C00),
            (1 + 0x1.8p-10, 0x3C02),
        ] { #expect(NarrowFloat.float16(rounding: value) == bits, "\(value)") }
    }

    @Test("Overflow, underflow and ties of bfloat16 are at the right values") func theEdgesOfBFloat16AreWhereTheyShouldBe() {
        for (value, bits): (Double, UInt16) in [
            (0x1.fep127, 0x7F7F), (Double(0x1.ffp127).nextDown, 0x7F7F), (0x1.ffp127, 0x7F80), (-0x1.ffp127, 0xFF80), (-0.0, 0x8000),
            (0x1p-133, 0x0001), (0x1p-134, 0), (Double(0x1p-134).nextUp, 1), (1 + 0x1p-8, 0x3F80), (1 + 0x1.8p-7, 0x3F82),
            (.infinity, 0x7F80), (-.infinity, 0xFF80), (1e300, 0x7F80),
        ] { #expect(NarrowFloat.bfloat16(rounding: value) == bits, "\(value)") }
    }

    @Test("NaN stays NaN and keeps its sign") func notANumberStaysNotANumberAndKeepsItsSign() {
        for payload: UInt64 in [0x7FF8_0000_0000_0000, 0x7FF0_0000_0000_0001, 0xFFF8_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF] {
            let value = Double(bitPattern: payload)
            let (half, brain) = (NarrowFloat.float16(rounding: value), NarrowFloat.bfloat16(rounding: value))
            #expect(NarrowFloat.float16(half).isNaN && NarrowFloat.bfloat16(brain).isNaN)
            #expect(half >> 15 == UInt16(payload >> 63) && brain >> 15 == UInt16(payload >> 63))
        }
    }
}
