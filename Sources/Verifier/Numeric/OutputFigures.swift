/// How far apart two outputs are.
package struct OutputFigures: Sendable, Equatable {
    /// The output's name in the source.
    package let name: String
    /// Largest absolute difference.
    package let maxAbsolute: Double
    /// Largest difference relative to the larger of the two magnitudes, among numbers of at least a thousandth of the source's largest.
    package let maxRelative: Double
    /// Root mean square of the differences, relative to that of the source.
    package let relativeRMS: Double
    /// Smallest cosine between the two vectors of an image.
    package let minCosine: Double
    /// Largest absolute difference after each image's vector was normalized to unit length. Outputs that are not embeddings are divided by
    /// the source's largest magnitude instead.
    package let maxNormalized: Double
    /// Whether any number is NaN or infinite in one and not in the other.
    package let hasNonFinite: Bool
    /// The smallest absolute tolerance with which everything would pass, given the relative tolerance.
    package let leastAbsoluteTolerance: Double

    /// Compares `found` with `expected`, with `vectorLength` numbers per image.
    /// - Parameters:
    /// - isEmbedding: Whether outputs are vectors whose direction matters.
    /// - relativeTolerance: Subtracted from each difference for `leastAbsoluteTolerance`.
    package init(
        name: String, found: [Float], expected: [Float], vectorLength: Int, isEmbedding: Bool, relativeTolerance: Double = 0
    ) {
        var (largest, relative, least, nonFinite) = (0.0, 0.0, 0.0, found.count != expected.count)
        var (differences, squares, magnitude) = (0.0, 0.0, 0.0)
        for (one, other) in zip(found, expected) {
            let (a, b) = (Double(one), Double(other))
            guard a.isFinite, b.isFinite else {
                if !(a == b || (a.isNaN && b.isNaN)) { nonFinite = true }
                continue
            }
            let difference = abs(a - b)
            largest = max(largest, difference)
            least = max(least, difference - relativeTolerance * abs(b))
            differences += difference * difference
            squares += b * b
            magnitude = max(magnitude, abs(b))
        }
        // For a number near zero, the relative difference is meaningless.
        for (one, other) in zip(found, expected) where abs(Double(other)) >= 1e-3 * magnitude && magnitude > 0 {
            let (a, b) = (Double(one), Double(other))
            if a.isFinite, b.isFinite { relative = max(relative, abs(a - b) / max(abs(a), abs(b))) }
        }
        var (cosine, normalized) = (1.0, isEmbedding ? 0.0 : largest / max(magnitude, 1e-12))
        let length = max(vectorLength, 1)
        for start in stride(from: 0, to: min(found.count, expected.count) / length * length, by: length) where isEmbedding {
            let (a, b) = (found[start..<start + length].map(Double.init), expected[start..<start + length].map(Double.init))
            let (normA, normB) = (OutputFigures.norm(a), OutputFigures.norm(b))
            var dot = 0.0
            for index in a.indices {
                dot += a[index] / normA * (b[index] / normB)
                normalized = max(normalized, abs(a[index] / normA - b[index] / normB))
            }
            // Equal vectors have cosine 1, whatever rounding makes of it.
            cosine = min(cosine, a == b ? 1 : dot)
        }
        self.name = name
        maxAbsolute = largest
        maxRelative = relative
        relativeRMS = squares > 0 ? (differences / squares).squareRoot() : (differences > 0 ? .infinity : 0)
        minCosine = cosine
        maxNormalized = normalized
        hasNonFinite = nonFinite
        leastAbsoluteTolerance = least
    }

    private static func norm(_ vector: [Double]) -> Double { max(vector.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12) }
}
