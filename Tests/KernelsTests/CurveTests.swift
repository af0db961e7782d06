import Glibc
import Kernels
import Testing

@testable import ConvertInference

/// The vectorized curves of every compilation against float64.
@Suite struct CurveTests {
    /// What a kernel makes of these numbers, eight in each pixel.
    private func apply(_ curve: Curve, _ table: KernelTable, _ numbers: [Float]) throws -> [Float] {
        let count = (numbers.count + laneCount - 1) / laneCount
        let (input, output) = (
            try #require(FloatMemory(zeros: count * laneCount)), try #require(FloatMemory(zeros: count * laneCount))
        )
        for (index, number) in numbers.enumerated() { input.base[index] = number }
        func view(_ memory: FloatMemory) -> ImageView {
            ImageView(
                base: memory.base, height: 1, width: count, channels: laneCount, pixelStride: laneCount, rowStride: count * laneCount,
                imageStride: count * laneCount, border: 0)
        }
        var job = PixelJob(input: view(input), output: view(output), images: 1)
        job.curve = curve
        table.pixels(job, 0..<1)
        return numbers.indices.map { output.base[$0] }
    }

    private func exact(_ curve: Curve, _ x: Double) -> Double {
        switch curve {
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: tanh(x)
        case .gelu: x * erfc(-x * 0.5.squareRoot()) / 2
        case .geluTanh: x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        }
    }

    private static let numbers: [Float] = {
        let far = (-3000...3000).map { Float($0) * 0.0291 }
        let near = (-4000...4000).map { Float($0) * 0.00173 }
        return far + near + (0..<60).flatMap { [pow(0.5, Float($0)), -pow(0.5, Float($0))] }
    }()

    /// In units in the last place of the result; on the left, where a GELU goes to zero, in halves of those of its argument.
    @Test("Curves are right to two units in the last place", arguments: [Curve.sigmoid, .tanh, .gelu, .geluTanh])
    func accuracy(_ curve: Curve) throws {
        for table in tables {
            var worst = (0.0, Float(0))
            for (x, found) in zip(CurveTests.numbers, try apply(curve, table, CurveTests.numbers)) {
                let expected = exact(curve, Double(x))
                var unit = Double(max(abs(Float(expected)), Float.leastNormalMagnitude).ulp)
                if curve == .gelu || curve == .geluTanh, x < 0 { unit = max(unit, Double(x.ulp) / 2) }
                let error = abs(Double(found) - expected) / unit
                if !(error <= worst.0) { worst = (error, x) }
            }
            #expect(worst.0 <= 2, "\(table.name): \(worst.0) units at \(worst.1)")
        }
    }

    @Test("Infinities and NaN give what torch gives", arguments: [Curve.sigmoid, .tanh, .gelu, .geluTanh])
    func notFinite(_ curve: Curve) throws {
        let expected: [Float] =
            switch curve {
            case .sigmoid: [1, 0, .nan, 0.5]
            case .tanh: [1, -1, .nan, 0]
            // −∞ · 0, as in torch.
            case .gelu, .geluTanh: [.infinity, .nan, .nan, 0]
            }
        for table in tables {
            for (found, expected) in zip(try apply(curve, table, [.infinity, -.infinity, .nan, -0.0]), expected) {
                #expect(found == expected || found.isNaN && expected.isNaN, "\(table.name): \(found)")
            }
        }
    }
}
