import ConvertIR
import ConvertInference

/// Synthetic images for comparing two networks; the same on every machine.
///
/// Noise alone leaves channels of trained networks inactive (6.5 % of a published MobileFaceNet's slopes are never used on it), and
/// differences there go unnoticed. Blurred noise and patches in skin tones activate nearly all of them.
package enum SeededImages {
    /// The most numbers that are generated.
    private static let limit = 1 << 28
    /// Side lengths of the coarse grids for blurred noise.
    private static let grids = [4, 8, 16, 32]
    /// Skin tones from light to dark, as red, green and blue.
    private static let tones: [[Float]] = [
        [255, 224, 196], [241, 194, 167], [224, 172, 138], [198, 134, 102], [160, 103, 74], [141, 85, 60], [104, 62, 44], [66, 40, 30],
    ]
    /// The size of a full set: four images of noise, twelve of blurred noise, eight of skin tones.
    package static let wholeSet = 24

    /// The kind of an image by its index; kinds take turns, so that a few images cover all of them.
    private enum Kind {
        case noise
        case blurred(grid: Int)
        case skin(tone: Int)

        init(at place: Int) {
            let (round, step) = (place / 6, place % 6)
            switch step {
            case 0: self = .noise
            case 1, 3, 5: self = .blurred(grid: SeededImages.grids[(3 * round + step / 2) % SeededImages.grids.count])
            default: self = .skin(tone: (2 * round + step / 2 - 1) % SeededImages.tones.count)
            }
        }
    }

    /// Images as pixels from 0 to 255. Open sizes are set to numbers that no stride divides.
    /// - Parameter shape: Images × channels × height × width; shapes of any other rank get noise. Throws if it is too large.
    package static func batch(shape: [Int], seed: UInt64 = 24) throws -> Batch {
        var total = 1
        for size in shape {
            // Sizes come from a file and may be anything.
            let (product, overflow) = total.multipliedReportingOverflow(by: size)
            guard !overflow, (1...limit) ~= product else {
                throw InferenceError.tooMuchMemory(
                    needed: overflow ? .max : product.multipliedReportingOverflow(by: 4).partialValue, limit: limit * 4)
            }
            total = product
        }
        var random = SeededGenerator(seed: seed)
        var values: [Float] = []
        values.reserveCapacity(total)
        guard shape.count == 4 else {
            for _ in 0..<total { values.append(random.byte()) }
            return try Batch(shape: shape, values: values)
        }
        for image in 0..<shape[0] {
            switch Kind(at: image) {
            case .noise: for _ in 0..<shape[1] * shape[2] * shape[3] { values.append(random.byte()) }
            case .blurred(let grid):
                for _ in 0..<shape[1] {
                    values += plane(shape[2], shape[3], grid: grid, random: &random) { $0 }.map { $0.rounded() }
                }
            case .skin(let tone):
                // One shading for all channels, as light causes it, and a little variation per channel.
                let shading = plane(shape[2], shape[3], grid: 8, random: &random) { ($0 - 127.5) / 255 }
                for channel in 0..<shape[1] {
                    let color = SeededImages.tones[tone][min(channel, 2)]
                    let own = plane(shape[2], shape[3], grid: 16, random: &random) { ($0 - 127.5) / 8 }
                    for index in shading.indices { values.append(min(max(color * (1 + shading[index]) + own[index], 0), 255).rounded()) }
                }
            }
        }
        return try Batch(shape: shape, values: values)
    }

    /// A coarse grid of noise, scaled up to full size by linear interpolation.
    private static func plane(
        _ height: Int, _ width: Int, grid: Int, random: inout SeededGenerator, _ change: (Float) -> Float
    ) -> [Float] {
        let points = (0..<grid * grid).map { _ in change(random.byte()) }
        func places(_ size: Int) -> [(Int, Int, Float)] {
            (0..<size).map { index in
                let at = Float(index) / Float(max(size - 1, 1)) * Float(grid - 1)
                let low = min(Int(at), grid - 1)
                return (low, min(low + 1, grid - 1), at - Float(low))
            }
        }
        let columns = places(width)
        var values: [Float] = []
        values.reserveCapacity(height * width)
        for (top, bottom, down) in places(height) {
            for (left, right, across) in columns {
                let upper = points[top * grid + left] * (1 - across) + points[top * grid + right] * across
                let lower = points[bottom * grid + left] * (1 - across) + points[bottom * grid + right] * across
                values.append(upper * (1 - down) + lower * down)
            }
        }
        return values
    }
}

extension SeededGenerator {
    /// The next number's lowest byte, 0…255.
    fileprivate mutating func byte() -> Float { Float(next() & 0xFF) }
}
