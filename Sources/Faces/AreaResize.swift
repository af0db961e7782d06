import Inference

/// PyTorch's `interpolate(mode="area")` of 8-bit pixels, written straight into a network's input as (mean of the window − 127.5) / 128.
///
/// Output pixel i is the mean over source pixels ⌊i·n/m⌋ up to ⌈(i+1)·n/m⌉, windows that may overlap. Sums are whole numbers, so that their
/// order means nothing; they are divided by rows and then by columns, because one division by the product gives other last bits.
enum AreaResize {
    /// Fills one image of a network's input with the part of a picture in `box`, which lies within it.
    static func fill(_ target: InputPixels, from image: DecodedImage, box: PixelBox) {
        let (width, height) = (target.width, target.height)
        let (columns, rows) = (box.right - box.left, box.bottom - box.top)
        let stride = image.width * 3
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * width) { windows in
            for x in 0..<width {
                windows[2 * x] = Int32(truncatingIfNeeded: x * columns / width)
                windows[2 * x + 1] = Int32(truncatingIfNeeded: ((x + 1) * columns + width - 1) / width)
            }
            image.pixels.withUnsafeBytes { pixels in
                guard let base = pixels.baseAddress else { return }
                let corner = base + (box.top * stride + box.left * 3)
                // Pixels are fetched four bytes at a time, which the picture's last one does not have.
                let last = base + (pixels.count - 3)
                for y in 0..<height {
                    let first = y * rows / height
                    let end = ((y + 1) * rows + height - 1) / height
                    let tall = Float(end - first)
                    for x in 0..<width {
                        let (left, right) = (Int(windows[2 * x]), Int(windows[2 * x + 1]))
                        var sum = SIMD4<UInt32>.zero
                        for row in first..<end {
                            var pixel = corner + (row * stride + left * 3)
                            for _ in left..<right {
                                if pixel == last {
                                    let (red, green, blue) = (
                                        pixel.load(as: UInt8.self), (pixel + 1).load(as: UInt8.self), (pixel + 2).load(as: UInt8.self)
                                    )
                                    sum &+= SIMD4(UInt32(red), UInt32(green), UInt32(blue), 0)
                                } else {
                                    sum &+= SIMD4<UInt32>(truncatingIfNeeded: pixel.loadUnaligned(as: SIMD4<UInt8>.self))
                                }
                                pixel += 3
                            }
                        }
                        let mean = SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: sum)) / tall / Float(right - left)
                        target.set(row: y, column: x, to: (mean - 127.5) * 0.0078125)
                    }
                }
            }
        }
    }
}
