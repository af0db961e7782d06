import ConvertInference
import Testing

@testable import Verifier

/// The images that networks are compared on.
@Suite struct SeededImagesTests {
    @Test("They are the same every time, and valid pixels") func theyAreTheSameEveryTimeAndPixels() throws {
        let one = try SeededImages.batch(shape: [SeededImages.wholeSet, 3, 20, 16])
        #expect(one == (try SeededImages.batch(shape: [SeededImages.wholeSet, 3, 20, 16])))
        #expect(one.values.allSatisfy { (0...255).contains($0) })
        #expect(one != (try SeededImages.batch(shape: [SeededImages.wholeSet, 3, 20, 16], seed: 1)))
    }

    /// Four of noise, twelve of blurred noise, eight of skin, told apart by how much neighbors differ and which channel dominates.
    @Test("A full set has every kind") func aWholeSetHasEveryKind() throws {
        let batch = try SeededImages.batch(shape: [SeededImages.wholeSet, 3, 112, 112])
        var (noise, skin, blurred) = (0, 0, 0)
        for image in 0..<batch.imageCount {
            let values = batch.images(image..<image + 1).values
            let plane = 112 * 112
            let steps = (1..<112).map { abs(values[$0] - values[$0 - 1]) }.reduce(0, +) / 111
            func mean(_ channel: Int) -> Float { values[channel * plane..<(channel + 1) * plane].reduce(0, +) / Float(plane) }
            let skinLike = mean(0) > mean(1) + 15 && mean(1) > mean(2) + 5
            if steps > 50 { noise += 1 } else if skinLike { skin += 1 } else { blurred += 1 }
        }
        #expect(noise == 4 && skin >= 8 && skin + blurred == 20, "\(noise) \(skin) \(blurred)")
    }

    @Test(
        "Impossible image sizes are refused", arguments: [[24, 3, 1 << 40, 2], [24, 3, 1 << 20, 1 << 20], [24, 0, 4, 4], [1 << 62, 4]])
    func sizesThatNoImageHasAreRefused(
        _ shape: [Int]
    ) {
        #expect(throws: InferenceError.self) { try SeededImages.batch(shape: shape) }
    }

    @Test(
        "Bounds are rounded up",
        arguments: [
            (0, "0"), (2.1e-7, "2.1e-7"), (2.11e-7, "2.2e-7"), (3e-6, "3.0e-6"), (1, "1.0e0"), (9.99e-5, "1.0e-4"), (0.32, "3.2e-1"),
        ]) func boundsAreRoundedUp(_ value: Double, _ text: String)
    {
        #expect(ScientificText.of(value) == text)
    }

    @Test("Cosines are rounded down") func cosinesAreRoundedDown() {
        #expect(ScientificText.cosine(1) == "1.0000000" && ScientificText.cosine(0.99999999) == "0.9999999")
        #expect(ScientificText.cosine(-0.5) == "-0.5000000" && ScientificText.cosine(0.0000123) == "0.0000123")
    }
}
