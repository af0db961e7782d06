/// Pillow 10.2's `resize(size, Image.BILINEAR)` for RGB, byte for byte: a triangle filter that widens when shrinking, in fixed point with
/// 22 fractional bits. Columns come first and rows second; each pass rounds to bytes, and a pass is skipped if it would not change the
/// size.
///
/// One instance serves many pictures and reuses its memory.
package struct PillowResize: Sendable {
    private var columns = TriangleFilter()
    private var rows = TriangleFilter()
    private var between: [UInt8] = []
    /// A copy of a picture's last row with room after it, because pixels are loaded four bytes at a time.
    private var lastRow: [UInt8] = []

    /// Creates a resizer; memory is allocated on first use.
    package init() {}

    /// The picture, or the part of it in `box`, in a different size. As in Pillow's `crop` before `resize`, pixels outside the box do not
    /// affect the result.
    package mutating func resize(
        _ image: DecodedImage, box: PixelBox? = nil, width: Int, height: Int
    ) throws(FacesError) -> DecodedImage {
        let count = try DecodedImage.byteCount(width, height, image.name)
        var pixels = [UInt8](repeating: 0, count: count)
        let failure = pixels.withUnsafeMutableBufferPointer { target -> FacesError? in
            do throws(FacesError) { try resize(image, box: box, width: width, height: height, into: target) } catch { return error }
            return nil
        }
        if let failure { throw failure }
        return DecodedImage(unchecked: width, height, pixels, image.name, damage: image.damage)
    }

    /// The same into the caller's memory of width × height × 3 bytes.
    package mutating func resize(
        _ image: DecodedImage, box: PixelBox? = nil, width: Int, height: Int, into target: UnsafeMutableBufferPointer<UInt8>
    ) throws(FacesError) {
        let box = box ?? PixelBox(left: 0, top: 0, right: image.width, bottom: image.height)
        guard 0..<image.width ~= box.left, 0..<image.height ~= box.top, box.right > box.left, box.right <= image.width,
            box.bottom > box.top, box.bottom <= image.height
        else { throw .badBox(name: image.name, box: box, width: image.width, height: image.height) }
        let count = try DecodedImage.byteCount(width, height, image.name)
        guard count == target.count, let out = target.baseAddress else {
            throw .badSize(name: image.name, width: width, height: height)
        }
        let (boxWidth, boxHeight) = (box.right - box.left, box.bottom - box.top)
        let (changesColumns, changesRows) = (boxWidth != width, boxHeight != height)
        if changesColumns { columns.prepare(from: boxWidth, to: width) }
        if changesRows { rows.prepare(from: boxHeight, to: height) }
        let stride = image.width * 3
        // If no rows are mixed, columns go straight into the result.
        if changesColumns, changesRows, between.count < boxHeight * width * 3 {
            between = [UInt8](repeating: 0, count: boxHeight * width * 3)
        }
        if changesColumns, lastRow.count < boxWidth * 3 + 4 { lastRow = [UInt8](repeating: 0, count: boxWidth * 3 + 4) }
        image.pixels.withUnsafeBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return }
            let source = base + box.top * stride + box.left * 3
            guard changesColumns else {
                if changesRows {
                    mixRows(source, stride: stride, width: boxWidth, into: out)
                } else {
                    for y in 0..<boxHeight { (out + y * width * 3).update(from: source + y * stride, count: width * 3) }
                }
                return
            }
            guard changesRows else { return mixColumns(source, stride: stride, width: boxWidth, height: boxHeight, into: out) }
            var between = [UInt8]()
            swap(&between, &self.between)
            between.withUnsafeMutableBufferPointer { middle in
                guard let middle = middle.baseAddress else { return }
                mixColumns(source, stride: stride, width: boxWidth, height: boxHeight, into: middle)
                mixRows(UnsafePointer(middle), stride: width * 3, width: width, into: out)
            }
            swap(&between, &self.between)
        }
    }

    /// Half a unit of the last digit that is kept.
    private static let rounding = Int32(1) << (TriangleFilter.fractionBits - 1)

    private mutating func mixColumns(
        _ source: UnsafePointer<UInt8>, stride: Int, width: Int, height: Int, into out: UnsafeMutablePointer<UInt8>
    ) {
        let filter = columns
        let newWidth = filter.count
        lastRow.withUnsafeMutableBufferPointer { last in
            guard let last = last.baseAddress else { return }
            last.update(from: source + (height - 1) * stride, count: width * 3)
            filter.withTaps { starts, counts, weights in
                for y in 0..<height {
                    let row = UnsafeRawPointer(y == height - 1 ? UnsafePointer(last) : source + y * stride)
                    var to = out + y * newWidth * 3
                    for x in 0..<newWidth {
                        var sum = SIMD4<Int32>(repeating: PillowResize.rounding)
                        var from = row + starts[x] * 3
                        let taps = weights + x * filter.reach
                        for tap in 0..<counts[x] {
                            // The fourth byte is the next pixel's red; its sum is discarded.
                            let pixel = from.loadUnaligned(as: SIMD4<UInt8>.self)
                            sum &+= SIMD4<Int32>(truncatingIfNeeded: pixel) &* taps[tap]
                            from += 3
                        }
                        let bytes = (sum &>> Int32(TriangleFilter.fractionBits)).clamped(
                            lowerBound: .zero, upperBound: .init(repeating: 255))
                        to[0] = UInt8(truncatingIfNeeded: bytes[0])
                        to[1] = UInt8(truncatingIfNeeded: bytes[1])
                        to[2] = UInt8(truncatingIfNeeded: bytes[2])
                        to += 3
                    }
                }
            }
        }
    }

    private func mixRows(_ source: UnsafePointer<UInt8>, stride: Int, width: Int, into out: UnsafeMutablePointer<UInt8>) {
        let bytes = width * 3
        let filter = rows
        filter.withTaps { starts, counts, weights in
            for y in 0..<filter.count {
                let first = source + starts[y] * stride
                let taps = weights + y * filter.reach
                let to = out + y * bytes
                var x = 0
                while x + 16 <= bytes {
                    var sum = SIMD16<Int32>(repeating: PillowResize.rounding)
                    for tap in 0..<counts[y] {
                        let pixels = UnsafeRawPointer(first + tap * stride + x).loadUnaligned(as: SIMD16<UInt8>.self)
                        sum &+= SIMD16<Int32>(truncatingIfNeeded: pixels) &* taps[tap]
                    }
                    let clipped = (sum &>> Int32(TriangleFilter.fractionBits)).clamped(
                        lowerBound: .zero, upperBound: .init(repeating: 255))
                    UnsafeMutableRawPointer(to + x).storeBytes(
                        of: SIMD16<UInt8>(truncatingIfNeeded: clipped), as: SIMD16<UInt8>.self)
                    x += 16
                }
                while x < bytes {
                    var sum = PillowResize.rounding
                    for tap in 0..<counts[y] { sum &+= Int32(first[tap * stride + x]) &* taps[tap] }
                    to[x] = UInt8(truncatingIfNeeded: min(max(sum &>> Int32(TriangleFilter.fractionBits), 0), 255))
                    x += 1
                }
            }
        }
    }
}

extension DecodedImage {
    /// The picture, or a part of it, in a different size, as Pillow's `crop` and `resize(size, Image.BILINEAR)` give it.
    package func resized(width: Int, height: Int, box: PixelBox? = nil) throws(FacesError) -> DecodedImage {
        var resizer = PillowResize()
        return try resizer.resize(self, box: box, width: width, height: height)
    }
}
