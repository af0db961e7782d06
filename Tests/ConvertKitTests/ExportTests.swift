import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertKit
import Exporters
import TestSupport
import Testing
import Verifier

/// Exports, comparisons and runs as a user of the library writes them.
@Suite struct ExportTests {
    let folder = Fixtures.temporaryFolder()
    let small = Fixtures.path("models/ir_small.pth")

    @Test(
        "An export in every format is the same network, by its own check and by a comparison afterwards",
        arguments: [
            "onnx", "h5", "flat", "safetensors", "pth",
        ])
    func everyFormat(_ ending: String) throws {
        let target = "\(folder)/out.\(ending)"
        let report = try Export(ExportRequest(ModelSource(small), to: target)).run()
        #expect(report.isWritten && report.verification?.verdict == .same)
        #expect(report.byteCount == FileIdentity(path: target)?.size)
        let comparison = try Comparison(export: ModelSource(target), source: ModelSource(small))
        #expect(comparison.canRun)
        #expect(try comparison.run().verdict == .same)
    }

    @Test("Nothing is written before the export runs, and its target is checked when it is made") func nothingIsWrittenEarly() throws {
        let target = "\(folder)/out.onnx"
        _ = try Export(ExportRequest(ModelSource(small), to: target))
        #expect(FileIdentity(path: target) == nil)
        Fixtures.write([1], to: target)
        #expect(throws: FileError.outputExists(path: target)) { try Export(ExportRequest(ModelSource(small), to: target)) }
        #expect(throws: ExportError.unwritableExtension(path: "x.xyz")) { try ExportRequest(ModelSource(small), to: "x.xyz") }
    }

    @Test("A slim file holds what the source holds of the state dict, bit for bit") func slim() throws {
        let source = Fixtures.path("training/small_epoch_003.pth")
        let slim = try Slim(SlimRequest(source, to: "\(folder)/slim.pth"))
        #expect(slim.byteCount < slim.opened.byteCount)
        let weights = try #require(try ModelSource("\(folder)/slim.pth").openFile().weights)
        let original = try #require(try ModelSource(source).openFile().weights)
        #expect(weights.entries.map(\.name) == original.entries.map(\.name))
        for (one, other) in zip(weights.entries, original.entries) { #expect(try one.tensor.doubles() == other.tensor.doubles()) }
    }

    @Test("A file of bare weights gives no network, and says why") func bareWeights() throws {
        let loaded = try ModelSource(Fixtures.path("models/branches.pth")).load()
        #expect(loaded.content.model == nil)
        #expect(loaded.found.bareReason != nil)
        #expect(throws: (any Error).self) { try loaded.network() }
    }

    @Test("An array gives what PyTorch gave for it") func arrays() throws {
        let model = try ModelSource(small).load().network()
        let result = try ArrayRun(model, ArrayRunRequest(Fixtures.path("models/ir_small_input.npy"))).run()
        let expected = try NumpyArray(try MappedFile(path: Fixtures.path("models/ir_small_output.npy")))
        #expect([result.table.count] + result.table.shape == expected.shape)
        let values = (0..<result.table.count).flatMap(result.table.doubles)
        for (value, wanted) in zip(values, expected.doubles) { #expect(abs(value - wanted) < 2e-5) }
    }
}

/// The input contract meets pixels in two forms, for a pixel and for a batch, which have to agree to the bit.
@Suite struct PixelPreparationTests {
    @Test("One pixel at a time gives the bits of a whole batch, in every channel order", arguments: InputContract.ChannelOrder.allCases)
    func pixelsAgreeWithBatches(_ order: InputContract.ChannelOrder) throws {
        var contract = try #require(try ModelSource(Fixtures.path("models/ir_small.pth")).load().content.model).contract
        contract.channelOrder = order
        contract.mean = ChannelNumbers([123.675, 116.28, 103.53])
        contract.standardDeviation = ChannelNumbers([58.395, 57.12, 57.375])
        let pixels: [[UInt8]] = (0..<64).map {
            [UInt8(truncatingIfNeeded: $0 * 37), UInt8(truncatingIfNeeded: $0 * 91 + 5), UInt8($0 * 3)]
        }
        let planes = (0..<3).flatMap { channel in pixels.map { Float($0[channel]) } }
        let batch = try contract.standardize(try Batch(shape: [1, 3, 8, 8], values: planes))
        let preparation = PixelPreparation(contract)
        #expect(batch.shape[1] == preparation.channelCount)
        for (index, pixel) in pixels.enumerated() {
            let lanes = preparation.lanes(pixel[0], pixel[1], pixel[2])
            for channel in 0..<preparation.channelCount {
                #expect(lanes[channel].bitPattern == batch.values[channel * 64 + index].bitPattern, "\(order) \(pixel)")
            }
        }
    }
}
