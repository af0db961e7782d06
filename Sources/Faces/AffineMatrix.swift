/// x' = xx·x + xy·y + x, y' = yx·x + yy·y + y, in pixels whose centers are whole numbers.
package struct AffineMatrix: Sendable, Equatable {
    package let xx: Double
    package let xy: Double
    package let x: Double
    package let yx: Double
    package let yy: Double
    package let y: Double

    /// A matrix from its two rows.
    package init(xx: Double, xy: Double, x: Double, yx: Double, yy: Double, y: Double) {
        (self.xx, self.xy, self.x, self.yx, self.yy, self.y) = (xx, xy, x, yx, yy, y)
    }

    /// Both rows, one after the other.
    package var numbers: [Double] { [xx, xy, x, yx, yy, y] }

    /// The inverse in the order of operations of OpenCV's `warpAffine`; all zeros in place of the inverse of a singular matrix.
    package var inverse: AffineMatrix {
        let determinant = xx * yy - xy * yx
        let scale = determinant == 0 ? 0 : 1 / determinant
        let (xx, xy, yx, yy) = (self.yy * scale, self.xy * -scale, self.yx * -scale, self.xx * scale)
        return AffineMatrix(xx: xx, xy: xy, x: -xx * x - xy * y, yx: yx, yy: yy, y: -yx * x - yy * y)
    }

    /// The point's image.
    package func moved(_ point: SIMD2<Double>) -> SIMD2<Double> {
        SIMD2(xx * point.x + xy * point.y + x, yx * point.x + yy * point.y + y)
    }
}
