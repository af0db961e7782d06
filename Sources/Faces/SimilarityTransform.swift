/// A rotation, a scale and a shift, without reflection: x' = a·x − b·y + shift.x, y' = b·x + a·y + shift.y.
package struct SimilarityTransform: Sendable, Equatable {
    /// Scale times the cosine of the rotation.
    package let a: Double
    /// Scale times the sine of the rotation.
    package let b: Double
    /// Pixels added at the end.
    package let shift: SIMD2<Double>

    /// The least-squares transform of `source` onto `target` (Umeyama 1991, without reflection; scikit-image's
    /// `SimilarityTransform.estimate`), in double precision. Nil if the source's points coincide, if the best scale is 0, or if a number is
    /// not finite or overflows.
    package init?(from source: [SIMD2<Double>], to target: [SIMD2<Double>]) {
        guard source.count == target.count, !source.isEmpty else { return nil }
        let count = Double(source.count)
        let from = source.reduce(.zero, +) / count
        let to = target.reduce(.zero, +) / count
        var (along, across, square) = (0.0, 0.0, 0.0)
        for (s, d) in zip(source, target) {
            let (s, d) = (s - from, d - to)
            along += s.x * d.x + s.y * d.y
            across += s.x * d.y - s.y * d.x
            square += s.x * s.x + s.y * s.y
        }
        let (a, b) = (along / square, across / square)
        let shift = SIMD2(to.x - a * from.x + b * from.y, to.y - b * from.x - a * from.y)
        guard square > 0, a != 0 || b != 0, [a, b, shift.x, shift.y].allSatisfy(\.isFinite) else { return nil }
        (self.a, self.b, self.shift) = (a, b, shift)
    }

    /// The same as a matrix.
    package var matrix: AffineMatrix { AffineMatrix(xx: a, xy: -b, x: shift.x, yx: b, yy: a, y: shift.y) }
}
