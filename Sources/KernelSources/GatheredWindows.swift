import KernelTypes

/// The numbers under each pixel's window, one after the other, for inputs of few channels such as pictures (see
/// `ConvolutionJob.hasThinInput`). The window becomes a single tap. Products with padding are not left out, which is right for any weights.
struct GatheredWindows {
    /// Floats from one window to the next. Each copy takes four or eight numbers; those past the tap's own are overwritten by the next tap's
    /// copy, and need room after the last tap.
    @inline(__always) static func stride(_ taps: Taps) -> Int { taps.count &+ copied(taps) &- taps.channels }

    @inline(__always) private static func copied(_ taps: Taps) -> Int { taps.channels <= 4 ? 4 : laneCount }

    /// Copies the numbers under the windows of `count` pixels, and lets the pixels begin there.
    @inline(__always) static func gather(
        _ taps: Taps, _ pixels: UnsafeMutablePointer<OutputPixel>, _ count: Int, to memory: UnsafeMutablePointer<Float>
    ) {
        if copied(taps) == 4 {
            gather(taps, pixels, count, to: memory, SIMD4<Float>.self)
        } else {
            gather(taps, pixels, count, to: memory, Lanes.self)
        }
        let stride = stride(taps)
        for index in 0..<count { pixels[index].input = UnsafePointer(memory + index &* stride) }
    }

    @inline(__always) private static func gather<Numbers: SIMD>(
        _ taps: Taps, _ pixels: UnsafePointer<OutputPixel>, _ count: Int, to memory: UnsafeMutablePointer<Float>, _ numbers: Numbers.Type
    ) {
        let (tapCount, stride) = (taps.rows &* taps.columns, stride(taps))
        @inline(__always) func copy(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
            let value = UnsafeRawPointer(source).assumingMemoryBound(to: Numbers.self).pointee
            UnsafeMutableRawPointer(target).storeBytes(of: value, as: Numbers.self)
        }
        // Four pixels at a time, so that no copy waits for the one before it. Those past the end are the last one again.
        var first = 0
        while first < count {
            let (target, window) = (memory + first &* stride, pixels + first)
            @inline(__always) func index(_ pixel: Int) -> Int { min(pixel, count &- 1 &- first) }
            let (i1, i2, i3) = (index(1), index(2), index(3))
            let (w0, w1, w2, w3) = (window[0].input, window[i1].input, window[i2].input, window[i3].input)
            let (t1, t2, t3) = (target + i1 &* stride, target + i2 &* stride, target + i3 &* stride)
            for tap in 0..<tapCount {
                let (offset, place) = (taps.offsets[tap], tap &* taps.channels)
                copy(w0 + offset, target + place)
                copy(w1 + offset, t1 + place)
                copy(w2 + offset, t2 + place)
                copy(w3 + offset, t3 + place)
            }
            first &+= 4
        }
    }
}
