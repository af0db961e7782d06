import ConvertInference

/// PyTorch's `interpolate(mode="area")` of 8-bit pixels, written straight into a network's input as (mean of the window − 127.5) / 128.
///
/// Output pixel i is the mean over source pixels ⌊i·n/m⌋ up to ⌈(i+1)·n/m⌉; windows may overlap. Sums are whole numbers, so their order
/// does not matter: rows of a window are added first, then columns. They are divided by the number of rows and then by that of columns,
/// because one division by the product differs in the last bits.
enum AreaResize {
    /// Fills one image of a network's input with the part of a picture in `box`, which must lie inside the picture.
    static func fill(_ target: InputPixels, from image: DecodedImage, box: PixelBox) {
        let (width, height) = (target.width, target.height)
        let (columns, rows) = (box.right - box.left, box.bottom - box.top)
        let stride = image.width * 3
        let count = columns * 3
        // Sums are loaded four at a time, up to one past the last pixel.
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count + 1 + 2 * width) { scratch in
            guard let sums = scratch.baseAddress else { return }
            sums[count] = 0
            let windows = sums + (count + 1)
            for x in 0..<width {
                windows[2 * x] = UInt32(truncatingIfNeeded: x * columns / width)
                windows[2 * x + 1] = UInt32(truncatingIfNeeded: ((x + 1) * columns + width - 1) / width)
            }
            image.pixels.withUnsafeBufferPointer { pixels in
                guard let base = pixels.baseAddress else { return }
                let corner = base + (box.top * stride + box.left * 3)
                for y in 0..<height {
                    let first = y * rows / height
                    let end = ((y + 1) * rows + height - 1) / height
                    add(rows: first..<end, from: corner, stride: stride, count: count, to: sums)
                    let tall = Float(end - first)
                    for x in 0..<width {
                        let (left, right) = (Int(windows[2 * x]), Int(windows[2 * x + 1]))
                        var sum = SIMD4<UInt32>.zero
                        var pixel = UnsafeRawPointer(sums + left * 3)
                        for _ in left..<right {
                            sum &+= pixel.loadUnaligned(as: SIMD4<UInt32>.self)
                            pixel += 12
                        }
                        let mean = SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: sum)) / tall / Float(right - left)
                        target.set(row: y, column: x, to: (mean - 127.5) * 0.0078125)
                    }
                }
            }
        }
    }

    /// Adds rows of bytes element by element.
    @inline(__always)
    private static func add(
        rows: Range<Int>, from corner: UnsafePointer<UInt8>, stride: Int, count: Int, to sums: UnsafeMutablePointer<UInt32>
    ) {
        let first = corner + rows.lowerBound * stride
        for index in 0..<count { sums[index] = UInt32(first[index]) }
        for row in rows.dropFirst() {
            let next = corner + row * stride
            for index in 0..<count { sums[index] &+= UInt32(next[index]) }
        }
    }
}
