/// OpenCV 4's `warpAffine(image, matrix, size)` with its defaults (bilinear, black outside) on 8-bit RGB, byte for byte: positions in
/// 32nds of a pixel, weights in fixed point with 15 fractional bits. (OpenCV 5 interpolates in single precision: opencv#27280.)
package enum AffineWarp {
    /// Changes whenever a crop could come out differently.
    package static let version = "opencv 4"

    private static let scale = 1024.0
    /// Half a 32nd of a pixel, in 1024ths.
    private static let rounding: Int32 = 16

    /// The crop of `width` × `height` pixels whose points `matrix` gives for the picture's points. Throws `FacesError.badSize`.
    package static func warp(_ image: DecodedImage, by matrix: AffineMatrix, width: Int, height: Int) throws(FacesError) -> DecodedImage {
        let count = try DecodedImage.byteCount(width, height, image.name)
        let inverse = matrix.inverse
        let columns = (0..<width).map { whole(inverse.xx * Double($0) * scale) }
        let rows = (0..<width).map { whole(inverse.yx * Double($0) * scale) }
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            image.pixels.withUnsafeBufferPointer { source in
                let taps = Taps(pixels: source, width: image.width, height: image.height)
                var to = 0
                for row in 0..<height {
                    let startX = whole((inverse.xy * Double(row) + inverse.x) * scale) &+ rounding
                    let startY = whole((inverse.yy * Double(row) + inverse.y) * scale) &+ rounding
                    for column in 0..<width {
                        // Sums wrap around as OpenCV's do.
                        let color = taps.color(x: (startX &+ columns[column]) >> 5, y: (startY &+ rows[column]) >> 5)
                        target[to] = color.x
                        target[to + 1] = color.y
                        target[to + 2] = color.z
                        to += 3
                    }
                }
            }
            filled = count
        }
        return DecodedImage(unchecked: width, height, pixels, image.name, damage: image.damage)
    }

    /// The nearest whole number, ties to even; the lowest number for whatever is out of range, as the processor's conversion gives.
    private static func whole(_ number: Double) -> Int32 { Int32(exactly: number.rounded(.toNearestOrEven)) ?? .min }

    /// A picture that is read between its pixels.
    private struct Taps {
        let pixels: UnsafeBufferPointer<UInt8>
        let width: Int
        let height: Int

        /// The color at a position in 32nds of a pixel. OpenCV limits the whole part to 16 bits, which
        /// makes no difference to the pictures that it takes: they are smaller than that.
        @inline(__always) func color(x: Int32, y: Int32) -> SIMD3<UInt8> {
            let (left, top) = (Int(x >> 5), Int(y >> 5))
            let (right, below) = (x & 31, y & 31)
            if left >= 0, top >= 0, left + 1 < width, top + 1 < height {
                let (upper, lower) = ((top * width + left) * 3, ((top + 1) * width + left) * 3)
                return mix(
                    pixel(upper), pixel(upper + 3), pixel(lower), pixel(lower + 3), right, below)
            }
            // Each of the four that is outside counts as black.
            return mix(
                tap(left, top), tap(left + 1, top), tap(left, top + 1), tap(left + 1, top + 1), right, below)
        }

        @inline(__always) private func pixel(_ place: Int) -> SIMD3<Int32> {
            SIMD3(Int32(pixels[place]), Int32(pixels[place + 1]), Int32(pixels[place + 2]))
        }

        private func tap(_ x: Int, _ y: Int) -> SIMD3<Int32> {
            0..<width ~= x && 0..<height ~= y ? pixel((y * width + x) * 3) : .zero
        }

        @inline(__always) private func mix(
            _ one: SIMD3<Int32>, _ two: SIMD3<Int32>, _ three: SIMD3<Int32>, _ four: SIMD3<Int32>, _ right: Int32, _ below: Int32
        ) -> SIMD3<UInt8> {
            var sum = SIMD3<Int32>(repeating: 1 << 14)
            sum &+= one &* ((32 - right) * (32 - below) * 32)
            sum &+= two &* (right * (32 - below) * 32)
            sum &+= three &* ((32 - right) * below * 32)
            sum &+= four &* (right * below * 32)
            // The weights add up to 2^15, so this is at most 255.
            return SIMD3<UInt8>(truncatingIfNeeded: sum &>> 15)
        }
    }
}
