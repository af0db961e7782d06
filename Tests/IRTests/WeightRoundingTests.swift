import ConvertIR
import ConvertTensors
import Testing

/// `--dtype`: floating-point tensors only, once to nearest even, and what does not fit is told.
@Suite struct WeightRoundingTests {
    @Test("Only floating-point tensors are rounded, and only once") func onlyFloatingPointTensorsAreRounded() throws {
        let weights = Sample.weights([
            ("a", try Sample.tensor([1 + 0x1p-11, -3, 0x1.8p-24], [3])), ("n", try Sample.integers([7], [])),
            ("d", try Sample.tensor(doubles: [1 + 0x1p-11 + 0x1p-40], [1])),
        ])
        let half = try weights.rounded(to: .float16)
        #expect(half.entries.map(\.tensor.dtype) == [.float16, .int64, .float16])
        #expect(half.entries.map(\.name) == ["a", "n", "d"] && half.provenance == weights.provenance)
        #expect(try half["a"]?.doubles() == [1, -3, 0x1p-23])
        // By way of float32 this would become 1: it must be rounded once.
        #expect(try half["d"]?.doubles() == [1 + 0x1p-10])
        #expect(try half["n"]?.doubles() == [7])
        #expect(half["n"]?.isSameView(as: try #require(weights["n"])) == true)
        let wide = try half.rounded(to: .float32)
        #expect(wide["a"]?.dtype == .float32)
        #expect(try wide["a"]?.doubles() == [1, -3, 0x1p-23])
    }

    @Test("A tensor that already has the requested type is not copied") func aTensorOfTheTypeAskedForStaysTheVeryTensor() throws {
        let weights = try Sample.weights(["a": [4]])
        #expect(try weights.rounded(to: .float32)["a"]?.isSameView(as: try #require(weights["a"])) == true)
    }

    @Test("A tensor of many windows is rounded element by element") func manyWindowsAreRoundedElementByElement() throws {
        let values = (0..<40000).map { Float($0) + 0.3 }
        let weights = Sample.weights([("a", try Sample.tensor(values, [200, 200]))])
        #expect(
            try weights.rounded(to: .bfloat16)["a"]?.doubles()
                == values.map { Double(NarrowFloat.bfloat16(NarrowFloat.bfloat16(rounding: Double($0)))) })
    }

    /// A list of every earlier view would be gone through 200 million times here.
    @Test("Aliases among many views of one storage are found in linear time", .timeLimit(.minutes(1)))
    func namesOfOneStorageAreFoundInLinearTime() throws {
        let count = 20_000
        let base = try Sample.tensor([Float](repeating: 1, count: count), [count])
        func view(_ place: Int) throws -> Tensor {
            try Tensor(dtype: .float32, shape: [1], strides: [1], offset: place, storage: base.storage)
        }
        let weights = Sample.weights(
            try (0..<count).map { ("a\($0)", try view($0)) } + (0..<count).map { ("b\($0)", try view(count - 1 - $0)) })
        let aliases = weights.aliases
        #expect(aliases.count == count && aliases.first?.name == "b0" && aliases.first?.of == "a\(count - 1)")
        #expect(weights.byteCount == 4 * count)
        #expect(try weights.rounded(to: .float16).aliases.count == count)
    }

    @Test("A transposed view is rounded in the order of its elements") func viewsAreRoundedInTheOrderOfTheirElements() throws {
        let base = try Sample.tensor([1, 2, 3, 4, 5, 6], [2, 3])
        let turned = try Tensor(dtype: .float32, shape: [3, 2], strides: [1, 3], offset: 0, storage: base.storage)
        #expect(try Sample.weights([("t", turned)]).rounded(to: .float16)["t"]?.doubles() == [1, 4, 2, 5, 3, 6])
    }

    @Test("Names that share a tensor still share it after rounding") func namesOfOneTensorStayNamesOfOneTensor() throws {
        let shared = try Sample.tensor([1, 2], [2])
        let rounded = try Sample.weights([("a", shared), ("b", try Sample.tensor([1, 2], [2])), ("c", shared)]).rounded(to: .float16)
        #expect(rounded.aliases.map(\.name) == ["c"] && rounded.aliases.map(\.of) == ["a"])
    }

    @Test("Overflow is reported per tensor with the count and the largest value")
    func overflowIsReportedByTensorWithCountAndLargest() throws {
        let weights = Sample.weights([
            ("fits", try Sample.tensor([65504, 65519.99], [2])), ("not", try Sample.tensor([65520, -70000, 1, .infinity, .nan], [5])),
            ("integers", try Sample.integers([1 << 40], [1])), ("wide", try Sample.tensor(doubles: [1e39, 0x1.ffp127], [2])),
        ])
        #expect(
            try weights.roundingLosses(at: .float16).overflows.map { "\($0.name) \($0.count) \($0.largest)" } == [
                "not 2 70000.0", "wide 2 1e+39",
            ])
        #expect(try weights.roundingLosses(at: .bfloat16).overflows.map { "\($0.name) \($0.count)" } == ["wide 2"])
        #expect(try weights.roundingLosses(at: .float32).overflows.map { "\($0.name) \($0.count)" } == ["wide 1"])
    }

    @Test("Numbers that become zero are counted") func numbersThatBecomeZeroAreCounted() throws {
        // Half of the smallest float16 is 2^-25: it and what is below becomes 0, zeros stay what they were.
        let weights = Sample.weights([
            ("t", try Sample.tensor(doubles: [0, 0x1p-25, -0x1p-26, 0x1.8p-25, 1], [5])), ("integers", try Sample.integers([0], [1])),
        ])
        #expect(try weights.roundingLosses(at: .float16).zeros == 2)
        #expect(try weights.rounded(to: .float16)["t"]?.doubles().map { $0 == 0 } == [true, true, true, false, false])
        #expect(try weights.roundingLosses(at: .bfloat16).zeros == 0)
        #expect(try Sample.weights([("t", try Sample.tensor(doubles: [1e-50], [1]))]).roundingLosses(at: .float32).zeros == 1)
    }
}
