import KernelTypes

/// The numbers under each pixel's window, one after the other: for inputs of so few channels, such as a picture's, that a loop over a tap's
/// would cost more than their products. The window becomes a single tap.
struct GatheredWindows {
    /// Numbers of all windows that are gathered at once, at most: a part of the second cache.
    private static let most = 1 << 16

    /// Whether a job's windows are gathered.
    @inline(__always) static func areMeant(for job: ConvolutionJob, pixels: Int) -> Bool {
        job.input.channels < laneCount && job.kernelHeight &* job.kernelWidth > 1
            && pixels &* job.kernelHeight &* job.kernelWidth &* job.input.channels <= most
    }

    /// Floats from one window to the next: eight numbers are copied for each tap, of which the next tap's copy replaces those that are not
    /// its own.
    @inline(__always) static func stride(_ taps: Taps) -> Int { taps.count &+ laneCount &- taps.channels }

    /// Copies the numbers under the windows of `count` pixels, and lets the pixels begin there.
    @inline(__always) static func gather(
        _ taps: Taps, _ pixels: UnsafeMutablePointer<OutputPixel>, _ count: Int, to memory: UnsafeMutablePointer<Float>
    ) {
        let (tapCount, stride) = (taps.rows &* taps.columns, stride(taps))
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
                put(lanes(w0 + offset), target + place)
                put(lanes(w1 + offset), t1 + place)
                put(lanes(w2 + offset), t2 + place)
                put(lanes(w3 + offset), t3 + place)
            }
            first &+= 4
        }
        for index in 0..<count { pixels[index].input = UnsafePointer(memory + index &* stride) }
    }

    @inline(__always) private static func put(_ value: Lanes, _ target: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(target).storeBytes(of: value, as: Lanes.self)
    }
}
