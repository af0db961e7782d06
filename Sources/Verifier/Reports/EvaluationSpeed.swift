import ConvertFiles

/// How long an evaluation took. It differs from run to run, so files have it only where it is asked for.
package struct EvaluationSpeed: Sendable, Equatable {
    /// Seconds from the first picture to the last embedding, as on a clock.
    package let elapsed: Double
    /// Images that were worked on.
    package let images: Int
    /// Those whose embeddings were computed and not cached by earlier runs.
    package let computed: Int
    /// What the network took of them, in seconds of processor time of all threads together.
    package let networkSeconds: Double

    /// Creates a record of a run.
    package init(elapsed: Double, images: Int, computed: Int, networkSeconds: Double) {
        (self.elapsed, self.images, self.computed, self.networkSeconds) = (elapsed, images, computed, networkSeconds)
    }

    /// Images a second that go through the network on one core, mirror images not counted; nil if all was cached.
    package var imagesPerSecond: Double? { computed > 0 && networkSeconds > 0 ? Double(computed) / networkSeconds : nil }

    /// All of it in a sentence.
    package var text: String {
        let rate = elapsed > 0 ? ", \(NumberText.short(Double(images) / elapsed)) images/s" : ""
        let network =
            imagesPerSecond.map { "; the network alone: \(NumberText.short($0)) images/s on one core" }
            ?? "; its embeddings were cached"
        return "\(NumberText.grouped(images)) images in \(NumberText.fixed(elapsed, 1)) s\(rate)\(network)"
    }
}
