import Kernels

/// Puts weights into the order in which the loops read them, with the factor of each output channel multiplied in.
enum WeightPacking {
    /// Numbers of a packed direct convolution.
    static func directCount(outputs: Int, inputs: Int, taps: Int) -> Int {
        (outputs + blockChannels - 1) / blockChannels * blockChannels * inputs * taps
    }

    /// Numbers of a packed Winograd convolution.
    static func winogradCount(outputs: Int, inputs: Int) -> Int {
        36 * ((outputs + blockChannels - 1) / blockChannels * blockChannels) * padded(inputs)
    }

    static func padded(_ channels: Int) -> Int { (channels + laneCount - 1) / laneCount * laneCount }

    /// All outputs at once; see below.
    static func direct(
        _ source: UnsafePointer<Float>, outputs: Int, inputs: Int, groups: Int, taps: Int, scale: [Double],
        to target: UnsafeMutablePointer<Float>
    ) {
        direct(source, outputs: 0..<outputs, of: outputs, inputs: inputs, groups: groups, taps: taps, scale: scale, to: target)
    }

    /// Blocks of 16 outputs × taps × inputs × 16, from torch's outputs × inputs / groups × rows × columns. Groups become zeros between
    /// channels that do not meet.
    static func direct(
        _ source: UnsafePointer<Float>, outputs range: Range<Int>, of outputs: Int, inputs: Int, groups: Int, taps: Int, scale: [Double],
        to target: UnsafeMutablePointer<Float>
    ) {
        let perGroup = inputs / groups
        for output in range {
            let factor = scale[scale.count == 1 ? 0 : output]
            let first = output / (outputs / groups) * perGroup
            let row = source + output * perGroup * taps
            let place = target + output / blockChannels * blockChannels * inputs * taps + output % blockChannels
            for input in 0..<perGroup {
                for tap in 0..<taps {
                    place[(tap * inputs + first + input) * blockChannels] = Float(Double(row[input * taps + tap]) * factor)
                }
            }
        }
    }

    /// Blocks of 16 outputs × 36 positions × inputs × 16: G g Gᵀ of each 3 × 3 kernel (see `winogradConvolution`).
    static func winograd(
        _ source: UnsafePointer<Float>, outputs: Range<Int>, inputs: Int, scale: [Double],
        to target: UnsafeMutablePointer<Float>
    ) {
        let padded = padded(inputs)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 18) { middle in
            for output in outputs {
                let factor = scale[scale.count == 1 ? 0 : output]
                for input in 0..<inputs {
                    let kernel = source + (output * inputs + input) * 9
                    for column in 0..<3 {
                        let g = transformed(Double(kernel[column]), Double(kernel[3 + column]), Double(kernel[6 + column]))
                        for row in 0..<6 { middle[row * 3 + column] = g[row] }
                    }
                    let place = target + (output / blockChannels * 36 * padded + input) * blockChannels + output % blockChannels
                    for row in 0..<6 {
                        let g = transformed(middle[row * 3], middle[row * 3 + 1], middle[row * 3 + 2])
                        for column in 0..<6 {
                            place[(row * 6 + column) * padded * blockChannels] = Float(g[column] * factor)
                        }
                    }
                }
            }
        }
    }

    /// G along one axis, for the points 0, ±√½, ±√2, ∞.
    private static func transformed(_ a: Double, _ b: Double, _ c: Double) -> SIMD8<Double> {
        let (p, q) = (0.5.squareRoot(), 2.0.squareRoot())
        let near = (a + 0.5 * c) / -1.5
        let nearOdd = p * b / -1.5
        let far = (a + 2 * c) / 6
        let farOdd = q * b / 6
        return SIMD8(a, near + nearOdd, near - nearOdd, far + farOdd, far - farOdd, c, 0, 0)
    }

    /// Taps × channels, padded, for a depthwise convolution.
    static func depthwise(
        _ source: UnsafePointer<Float>, channels: Int, taps: Int, scale: [Double], to target: UnsafeMutablePointer<Float>
    ) {
        for channel in 0..<channels {
            let factor = scale[scale.count == 1 ? 0 : channel]
            for tap in 0..<taps {
                target[tap * padded(channels) + channel] = Float(Double(source[channel * taps + tap]) * factor)
            }
        }
    }
}
