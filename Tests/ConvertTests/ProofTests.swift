import ConvertFiles
import ConvertInference
import TestSupport
import Testing

@testable import Exporters

/// `export --proof`: the data that another engine is compared with.
@Suite struct ProofTests {
    let folder = Fixtures.temporaryFolder()
    let source = Fixtures.path("models/ir_small.pth")

    private func tensor(_ path: String) throws -> (shape: [Int], values: [Double], dtype: String) {
        let tensor = try ONNXProof.tensor(try Fixtures.bytes(path), name: path)
        return (tensor.shape, try tensor.doubles(), tensor.dtype.rawValue)
    }

    @Test("The proof's output is what the export computes from its input") func theOutputIsWhatTheExportGivesForTheInput() throws {
        let (model, proof) = ("\(folder)/m.onnx", "\(folder)/proof")
        let run = try CommandRun(["export", source, "-o", model, "--proof", proof])
        #expect(run.status == 0, "\(run.errors)")
        let (input, output) = (try tensor("\(proof)/test_data_set_0/input_0.pb"), try tensor("\(proof)/test_data_set_0/output_0.pb"))
        #expect(input.shape == [2, 3, 112, 112] && output.shape == [2, 16])
        #expect(input.dtype == "float32" && output.dtype == "float32")
        // Standardized pixels: (x − 127.5) / 128.
        #expect(input.values.allSatisfy { (($0 * 128 + 127.5) - ($0 * 128 + 127.5).rounded()).magnitude < 1e-4 && abs($0) < 1 })
        let network = try #require(try OpenedModel(try FormatRegistry.open(model)).content.model)
        let found = try FastExecutor(network).run(try Batch(shape: input.shape, values: input.values.map { Float($0) }))[0].batch.values
        let largest = output.values.map(abs).max() ?? 0
        #expect(largest > 0.1)
        for (one, other) in zip(found, output.values) { #expect(abs(Double(one) - other) < ONNXProof.tolerance * largest) }
        let readme = String(decoding: try Fixtures.bytes("\(proof)/README.md"), as: UTF8.self)
        #expect(readme.contains("m.onnx") && readme.contains("1e-05") && !readme.contains(folder))
    }

    @Test("The bytes are the same every time, and only --force replaces them")
    func theBytesAreTheSameEachTimeAndOnlyForceReplacesThem() throws {
        let proof = "\(folder)/proof"
        func export(_ name: String, _ options: [String] = []) throws -> CommandRun {
            try CommandRun(["export", source, "-o", "\(folder)/\(name)", "--proof", proof, "--verify", "none"] + options)
        }
        #expect(try export("a.onnx").status == 0)
        let files = ["README.md", "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb"]
        let before = try files.map { try Fixtures.bytes("\(proof)/\($0)") }
        let again = try export("b.onnx")
        #expect(again.status == 2 && again.errors.contains("exists already"), "\(again.errors)")
        #expect(FileIdentity(path: "\(folder)/b.onnx") == nil, "an export without its proof must not appear")
        #expect(try export("a.onnx", ["--force"]).status == 0)
        #expect(try files.map { try Fixtures.bytes("\(proof)/\($0)") } == before)
    }

    @Test("An input of whole numbers stays whole numbers") func wholeNumbersGoInAsWholeNumbers() throws {
        let proof = "\(folder)/proof"
        let run = try CommandRun([
            "export", source, "-o", "\(folder)/m.onnx", "--proof", proof, "--embed-preprocess=uint8", "--verify", "none",
        ])
        #expect(run.status == 0, "\(run.errors)")
        let input = try tensor("\(proof)/test_data_set_0/input_0.pb")
        #expect(input.dtype == "uint8" && Set(input.values).count == 256)
    }

    @Test("Only ONNX has a proof, and a failure leaves nothing") func onlyONNXHasAProofAndAFailureLeavesNothing() throws {
        let other = try CommandRun(["export", source, "-o", "\(folder)/m.flat", "--proof", "\(folder)/proof"])
        #expect(other.status == 64 && other.errors.contains("--proof") && other.errors.contains("flat"), "\(other.errors)")
        let deep = try CommandRun(["export", source, "-o", "\(folder)/m.onnx", "--proof", "\(folder)/no/such", "--verify", "none"])
        #expect(deep.status == 2, "\(deep.output)")
        Fixtures.write([1], to: "\(folder)/file")
        let file = try CommandRun(["export", source, "-o", "\(folder)/m.onnx", "--proof", "\(folder)/file", "--verify", "none"])
        #expect(file.status == 2, "\(file.output)")
        for path in ["m.onnx", "m.flat", "proof", "no"] { #expect(FileIdentity(path: "\(folder)/\(path)") == nil, "\(path)") }
    }
}
