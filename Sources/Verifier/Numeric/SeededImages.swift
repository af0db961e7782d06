import IR
import Inference

/// Made-up images for comparing two networks: the same on every machine.
///
/// Noise alone leaves channels of trained networks asleep (6.5 % of a published MobileFaceNet's slopes never act on it), and what
/// differs there passes unseen. Blurred noise and patches in tones of skin wake nearly all of them.
public enum SeededImages {
    /// Numbers that are made at most.
    private static let limit = 1 << 28
    /// Points of the coarse grids that blurred noise is drawn on.
    private static let grids = [4, 8, 16, 32]
    /// Skin from light to dark, as red, green and blue.
    private static let tones: [[Float]] = [
        [255, 224, 196], [241, 194, 167], [224, 172, 138], [198, 134, 102], [160, 103, 74], [141, 85, 60], [104, 62, 44], [66, 40, 30],
    ]
    /// The images of a whole set: four of noise, twelve of blurred noise, eight of skin tones.
    public static let wholeSet = 24

    /// The kind of the image at a place: kinds take turns, so that a few images hold each kind.
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

    /// Images as pixels from 0 to 255. Sizes that are open are tried in ones that no stride divides.
    /// - Parameter shape: images × channels × height × width; other numbers of axes get noise. Throws where it is too large.
    public static func batch(shape: [Int], seed: UInt64 = 24) throws -> Batch {
        var total = 1
        for size in shape {
            // Sizes are what a file says; they may be anything.
            let (product, overflow) = total.multipliedReportingOverflow(by: size)
            guard !overflow, (1...limit) ~= product else {
                throw InferenceError.tooMuchMemory(
                    needed: overflow ? .max : product.multipliedReportingOverflow(by: 4).partialValue, limit: limit * 4)
            }
            total = product
        }
        var random = SplitMix(state: seed)
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
                // One shading for all channels, as light makes it, and a little of each channel's own.
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

    /// A coarse grid of noise, drawn out to full size with straight lines between its points.
    private static func plane(
        _ height: Int, _ width: Int, grid: Int, random: inout SplitMix, _ change: (Float) -> Float
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

/// splitmix64 (Steele, Lea and Flood 2014).
private struct SplitMix {
    var state: UInt64

    mutating func byte() -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Float((mixed ^ mixed >> 31) & 0xFF)
    }
}
