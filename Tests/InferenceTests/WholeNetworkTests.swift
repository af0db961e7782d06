import Architectures
import ConvertFiles
import ConvertIR
import ConvertInference
import Exporters
import TestSupport
import Testing

/// Whole networks against what torch gives in float64, in every form that they can be written in.
@Suite struct WholeNetworkTests {
    @Test("Both executors give torch's outputs", arguments: ["ir_small", "branches"])
    func bothExecutorsGiveTorchsOutputs(_ name: String) throws {
        let model = try Networks.source(name)
        let expected = try Networks.array("\(name)_output.npy").doubles
        let input = try Networks.inputOfFixture(name)
        // Two images are enough for the slow one; all three hold the fast one.
        let few = input.images(0..<(name == "ir_small" ? 1 : 3))
        let plain = try #require(try Networks.plain(model, few).values.first)
        let largest = expected.map(abs).max() ?? 0
        #expect(largest > 0.1 && expected.count == 3 * plain.shape[1])
        for (one, other) in zip(plain.values, expected) { #expect(abs(one - other) <= 1e-12 * largest) }
        var distances: [Double] = []
        for isExact in [false, true] {
            var options = FastExecutor.Options()
            options.isExact = isExact
            let found = try #require(try FastExecutor(model, options: options).run(input).first).batch
            #expect(found.shape == [3, plain.shape[1]])
            distances.append(Networks.relativeDistance(found.values, expected))
        }
        // With so few channels both are as near as float32 comes: neither may be worse than the rounding of the output itself.
        #expect(distances.allSatisfy { $0 < 3e-7 }, "\(distances)")
    }

    /// Files that keep training's operators compute shapes in ways that are refused by name; see `VerifyCommandTests`.
    static let foreign = ["ir_small", "branches"].flatMap { name in
        ["dynamo", "dynamo_external", "onnxsim", "torchscript"].map { (name, "\(name)_\($0).onnx") }
    }

    @Test("Files from other exporters give the checkpoint's outputs", arguments: foreign)
    func otherExportersFilesGiveTheCheckpointsOutputs(_ name: String, _ file: String) throws {
        let found = try #require(try FastExecutor(try Networks.fixture(file)).run(try Networks.inputOfFixture(name)).first)
        #expect(Networks.relativeDistance(found.batch.values, try Networks.array("\(name)_output.npy").doubles) < 1e-5)
    }

    /// One way to export, and how far rounding may take it.
    struct Way: Sendable, CustomTestStringConvertible {
        var ending: String
        var plan = ExportPlan()
        var opset = 17
        var external = false
        var tolerance = 1e-5
        var testDescription: String {
            "\(ending) \(opset)\(external ? " external" : "")\(plan.foldsBatchNorm ? " folded" : "")"
                + "\(plan.precision.map { " \($0.rawValue)" } ?? "")\(plan.embeddedPixels.map { " \($0.rawValue)" } ?? "")"
                + (plan.normalizes ? " normalized" : "")
        }
    }

    static let ways: [Way] = {
        var ways: [Way] = []
        for ending in ["onnx", "safetensors", "h5", "flat", "pth"] {
            ways.append(Way(ending: ending))
            for (precision, tolerance) in [(WeightPrecision.float16, 5e-3), (.bfloat16, 4e-2)] {
                var way = Way(ending: ending, tolerance: tolerance)
                way.plan.precision = precision
                ways.append(way)
            }
            var whole = Way(ending: ending)
            whole.plan.normalizes = true
            ways.append(whole)
            for elements in [ElementType.float32, .uint8] {
                var way = Way(ending: ending)
                way.plan.embeddedPixels = elements
                ways.append(way)
            }
            if ["onnx", "h5", "flat"].contains(ending) {
                var folded = Way(ending: ending)
                folded.plan.foldsBatchNorm = true
                ways.append(folded)
            }
        }
        for opset in [11, 22] { ways.append(Way(ending: "onnx", opset: opset)) }
        ways.append(Way(ending: "onnx", external: true))
        return ways
    }()

    @Test("Every export gives the checkpoint's outputs", arguments: ["ir_small", "branches"], ways)
    func everyExportGivesTheCheckpointsOutputs(_ name: String, _ way: Way) throws {
        let flat = try OutputFile(target: "\(Fixtures.temporaryFolder())/source.flat", replacing: false, inputs: [])
        _ = try FlatFormat.write(.model(try Networks.source(name)), to: flat, options: ExportOptions())
        try flat.commit()
        let source = try OpenedModel(try FormatRegistry.open(flat.target))
        let format = try #require(FormatRegistry.format(forOutput: "x.\(way.ending)"))
        let content = try way.plan.apply(to: source, for: format).content
        let output = try OutputFile(target: "\(Fixtures.temporaryFolder())/x.\(way.ending)", replacing: false, inputs: [])
        var options = ExportOptions()
        (options.opset, options.usesExternalData) = (way.opset, way.external)
        for file in try format.write(content, to: output, options: options) + [output] { try file.commit() }
        let model = try Networks.open(output.target)
        // One image is enough, and a debug build is slow.
        var pixels = try Networks.inputOfFixture(name).images(0..<1)
        let all = try Networks.array("\(name)_output.npy").doubles
        var expected = Array(all[0..<all.count / 3])
        let contract = try #require(source.content.model).contract
        if way.plan.embeddedPixels != nil {
            // What the network would be given, as raw pixels.
            for index in pixels.values.indices {
                pixels.values[index] =
                    pixels.values[index] * Float(contract.standardDeviation?.single ?? 1) + Float(contract.mean?.single ?? 0)
            }
        }
        if way.plan.normalizes {
            let norm = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for index in expected.indices { expected[index] /= norm }
        }
        let found = try #require(try FastExecutor(model).run(pixels).first)
        let far = Networks.relativeDistance(found.batch.values, expected)
        #expect(far < way.tolerance)
        // Rounded weights must be rounded ones.
        #expect(way.plan.precision == nil || far > 1e-6)
    }

    @Test("Both executors agree on the detection networks at any input size", arguments: ["pnet.pt", "rnet.pt", "onet.pt"])
    func detectionNetworksAgreeInAnySize(_ name: String) throws {
        let model = try Networks.open("\(Fixtures.mtcnn)/\(name)")
        let executor = try FastExecutor(model)
        let sizes = name == "pnet.pt" ? [[2, 3, 12, 12], [1, 3, 37, 24], [3, 3, 15, 41], [2, 3, 12, 12]] : [[2, 3, 24, 24]]
        for shape in name == "onet.pt" ? [[1, 3, 48, 48]] : sizes {
            let input = try Networks.input(shape, seed: shape[2])
            let plain = try Networks.plain(model, input)
            for output in try executor.run(input) {
                let tensor = try #require(plain[output.name])
                #expect(output.batch.shape == tensor.shape)
                #expect(Networks.relativeDistance(output.batch.values, tensor.values) < 2e-6, "\(shape) \(output.name)")
            }
        }
    }
}
