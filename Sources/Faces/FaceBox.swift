/// A rectangle in a picture's coordinates, in the single precision of the reference detector.
package struct FaceBox: Sendable, Equatable {
    /// Left edge, in pixels; may lie outside the picture.
    package var x1: Float
    /// Top edge.
    package var y1: Float
    /// Right edge.
    package var x2: Float
    /// Bottom edge.
    package var y2: Float

    /// Creates a box from its edges.
    package init(x1: Float, y1: Float, x2: Float, y2: Float) {
        self.x1 = x1
        self.y1 = y1
        self.x2 = x2
        self.y2 = y2
    }

    /// Width times height.
    package var area: Float { (x2 - x1) * (y2 - y1) }

    /// Moves the box by a regression whose unit is the box's size plus `extra` pixels: 0 for the proposal network, 1 for the two after it.
    func regressed(by shift: SIMD4<Float>, extra: Float) -> FaceBox {
        let (width, height) = (x2 - x1 + extra, y2 - y1 + extra)
        return FaceBox(x1: x1 + shift.x * width, y1: y1 + shift.y * height, x2: x2 + shift.z * width, y2: y2 + shift.w * height)
    }

    /// The square with the same center and the longer side; in the reference's order of operations.
    var squared: FaceBox {
        let (width, height) = (x2 - x1, y2 - y1)
        let side = max(width, height)
        let left = x1 + width * 0.5 - side * 0.5
        let top = y1 + height * 0.5 - side * 0.5
        return FaceBox(x1: left, y1: top, x2: left + side, y2: top + side)
    }

    /// The pixels to cut out for the next network: edges truncated to whole numbers, one-based as in the reference, and clipped to the
    /// picture. Nil if nothing is left.
    func pixels(in image: DecodedImage) -> PixelBox? {
        let left = max(FaceBox.whole(x1), 1) - 1
        let top = max(FaceBox.whole(y1), 1) - 1
        let right = min(FaceBox.whole(x2), image.width)
        let bottom = min(FaceBox.whole(y2), image.height)
        return right > left && bottom > top ? PixelBox(left: left, top: top, right: right, bottom: bottom) : nil
    }

    /// Truncates toward zero. NaN and out-of-range values come from weights that detect nothing; they give an empty box.
    private static func whole(_ edge: Float) -> Int {
        abs(edge) < 1e7 ? Int(edge) : 0
    }
}
