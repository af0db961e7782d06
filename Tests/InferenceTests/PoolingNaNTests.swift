import ConvertIR
import ConvertInference
import ConvertTensors
import Testing

/// A NaN in a window is its maximum, as in torch.
@Suite struct PoolingNaNTests {
    /// Where the NaN stands in the window, for channels that fill a register and some that do not.
    @Test("Max pooling propagates NaN", arguments: [3, 8, 19], [0, 4, 8])
    func maximumPoolingPassesNaNOn(_ channels: Int, _ place: Int) throws {
        let model = try Networks.model(
            input: [.batch, .fixed(channels), .fixed(6), .fixed(6)],
            [("pool", .maxPool(Pooling(kernel: Size2D(3), stride: Size2D(3))), ["input"])], outputs: ["pool"])
        var values = Networks.noise(channels * 36, seed: 5)
        // The first window of every channel but the first.
        for channel in 1..<channels { values[channel * 36 + place / 3 * 6 + place % 3] = .nan }
        let expected = (0..<channels * 4).map { $0 >= 4 && $0 % 4 == 0 }
        let plain = try PlainExecutor(model).run(PlainTensor(shape: [1, channels, 6, 6], values: values.map(Double.init)))[0].tensor
        #expect(plain.values.map(\.isNaN) == expected)
        for loops in Loops.available {
            var options = FastExecutor.Options()
            options.loops = loops
            options.allowsNotFinite = true
            let fast = try FastExecutor(model, options: options).run(try Batch(shape: [1, channels, 6, 6], values: values))[0].batch
            #expect(fast.values.map(\.isNaN) == expected, "\(loops)")
            for (one, other) in zip(fast.values, plain.values) where !one.isNaN { #expect(one == Float(other)) }
        }
    }
}
