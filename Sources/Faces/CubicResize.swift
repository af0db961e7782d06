/// OpenCV 4's `resize(size, INTER_CUBIC)` for 8-bit RGB, in its fixed point of 11 fractional bits a direction: Keys' cubic with a = −0.75
/// over four neighbors in each direction, whatever the scale; beyond the edge the outermost pixel counts.
///
/// MXNet's `resize_short`, by which insightface's code brings a set's pictures to the network's size, calls it so. OpenCV's loops sum rows in
/// float32 and may round a tie to the other side; where it calls Intel's IPP, 4 % of the values differ by one.
package enum CubicResize {
    private static let one: Float = 2048

    /// The four pixels that make one of the result, and their weights.
    private struct Tap {
        var places: SIMD4<Int32>
        var weights: SIMD4<Int32>
    }

    /// The picture in a different size. Throws `FacesError.badSize` for a size that no picture has.
    package static func resize(_ image: DecodedImage, width: Int, height: Int) throws(FacesError) -> DecodedImage {
        let count = try DecodedImage.byteCount(width, height, image.name)
        let (columns, rows) = (taps(from: image.width, to: width), taps(from: image.height, to: height))
        // Rows of the picture with their columns mixed.
        var mixed = [Int32](repeating: 0, count: image.height * width * 3)
        for y in 0..<image.height {
            for x in 0..<width {
                for channel in 0..<3 {
                    var sum: Int32 = 0
                    for tap in 0..<4 {
                        let pixel = image.pixels[(y * image.width + Int(columns[x].places[tap])) * 3 + channel]
                        sum &+= Int32(pixel) &* columns[x].weights[tap]
                    }
                    mixed[(y * width + x) * 3 + channel] = sum
                }
            }
        }
        var pixels = [UInt8](repeating: 0, count: count)
        for y in 0..<height {
            for place in 0..<width * 3 {
                var sum: Int32 = 1 << 21
                for tap in 0..<4 { sum &+= mixed[Int(rows[y].places[tap]) * width * 3 + place] &* rows[y].weights[tap] }
                pixels[y * width * 3 + place] = UInt8(clamping: sum >> 22)
            }
        }
        return DecodedImage(unchecked: width, height, pixels, image.name, damage: image.damage)
    }

    private static func taps(from size: Int, to wanted: Int) -> [Tap] {
        let scale = 1 / (Double(wanted) / Double(size))
        return (0..<wanted).map { index in
            let position = Float((Double(index) + 0.5) * scale - 0.5)
            let first = position.rounded(.down)
            let (x, a): (Float, Float) = (position - first, -0.75)
            var weights = SIMD4<Float>()
            weights[0] = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a
            weights[1] = ((a + 2) * x - (a + 3)) * x * x + 1
            weights[2] = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1
            weights[3] = 1 - weights[0] - weights[1] - weights[2]
            let start = Int32(first) - 1
            return Tap(
                places: SIMD4(start, start + 1, start + 2, start + 3).clamped(
                    lowerBound: .zero, upperBound: .init(repeating: Int32(size - 1))),
                weights: SIMD4<Int32>((weights * one).rounded(.toNearestOrEven)))
        }
    }
}
