import Architectures
import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import PthReader
import TestSupport
import Testing
import Verifier

/// Which parts of a state dict reach an output, and which are refused by name.
@Suite struct StateDictExportTests {
    private func tensor(_ dtype: DType, _ shape: [Int], _ bytes: [UInt8]) throws -> Tensor {
        try Tensor(dtype: dtype, shape: shape, storage: Storage(name: "t", bytes: ByteView(copying: bytes, name: "t")))
    }

    private func write(_ entries: [Weights.Entry], to path: String) throws {
        let format = try #require(FormatRegistry.format(forOutput: path))
        let output = try OutputFile(target: path, replacing: true, inputs: [])
        _ = try format.write(
            .weights(Weights(entries: entries, provenance: Provenance(source: "", format: "", stateDictPath: ""))), to: output,
            options: ExportOptions())
        try output.commit()
    }

    private func header(_ header: String, data: [UInt8]) throws -> String {
        let path = "\(Fixtures.temporaryFolder())/t.safetensors"
        Fixtures.write(ArchiveBytes.little(UInt64(header.utf8.count)) + Array(header.utf8) + data, to: path)
        return path
    }

    // MARK: Element types

    @Test(
        "Narrow types of safetensors read back byte for byte",
        arguments: [("F4", 4, [2, 16]), ("F6_E2M3", 6, [2, 8]), ("F6_E3M2", 6, [2, 8]), ("F8_E8M0", 8, [2, 4])])
    func narrowTypesOfSafetensorsComeBackByteForByte(_ name: String, _ bits: Int, _ shape: [Int]) throws {
        let data = (0..<shape.reduce(1, *) * bits / 8).map { UInt8($0 * 7 % 251) }
        let path = try header(
            "{\"w\":{\"dtype\":\"\(name)\",\"shape\":\(shape),\"data_offsets\":[0,\(data.count)]}}", data: data)
        let opened = try FormatRegistry.open(path)
        let found = try #require(opened.weights?["w"])
        #expect(try found.cOrderBytes().array == data)
        let copy = "\(Fixtures.temporaryFolder())/c.safetensors"
        try write([.init(name: "w", tensor: found)], to: copy)
        let bytes = try Fixtures.bytes(copy)
        let text = String(decoding: bytes.prefix(400), as: UTF8.self)
        #expect(bytes.suffix(data.count).elementsEqual(data))
        #expect(text.contains("\"dtype\":\"\(name)\"") && text.contains("\"shape\":[\(shape[0]),\(shape[1])]"), "\(text)")
    }

    @Test("A narrow type whose rows end inside a byte is not called damaged")
    func aNarrowTypeWhoseRowsEndInsideAByteIsNotCalledDamaged() throws {
        let path = try header("{\"w\":{\"dtype\":\"F4\",\"shape\":[2,3],\"data_offsets\":[0,3]}}", data: [1, 2, 3])
        let error = #expect(throws: SafetensorsError.self) { try FormatRegistry.open(path) }
        #expect(error.map { "\($0)" }?.contains("F4") == true && error?.remedy.contains("damaged") == false)
        let unknown = try header("{\"w\":{\"dtype\":\"Q9\",\"shape\":[1],\"data_offsets\":[0,1]}}", data: [1])
        #expect(throws: SafetensorsError.unknownDType(file: unknown, name: "w", dtype: "Q9")) { try FormatRegistry.open(unknown) }
    }

    @Test("Null metadata is no metadata") func metadataOfNullIsNoMetadata() throws {
        let path = try header(
            "{\"__metadata__\":null,\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", data: [0, 0, 0x80, 0x3F])
        let opened = try FormatRegistry.open(path)
        #expect(try opened.weights?["w"]?.doubles() == [1] && opened.weights?.metadata.members.isEmpty == true)
    }

    @Test("Unsupported types are refused by name") func typesWithoutAPlaceAreRefusedByName() throws {
        let four = Weights.Entry(name: "w", tensor: try tensor(.float4E2M1FNx2, [4], [1, 2, 3, 4]))
        let six = Weights.Entry(name: "v", tensor: try tensor(.float6E2M3, [3], [1, 2, 3]))
        let bits = Weights.Entry(name: "b", tensor: try tensor(.bits16, [2], [1, 2, 3, 4]))
        let folder = Fixtures.temporaryFolder()
        for (entry, ending) in [(four, "h5"), (four, "flat"), (six, "pth"), (six, "h5"), (six, "flat"), (bits, "safetensors")] {
            let error = #expect(throws: (any Error).self, "\(ending)") { try write([entry], to: "\(folder)/x.\(ending)") }
            #expect(error.map { "\($0)" }?.contains(entry.tensor.dtype.rawValue) == true, "\(String(describing: error))")
        }
        try write([four, bits], to: "\(folder)/x.pth")
        let back = try #require(try FormatRegistry.open("\(folder)/x.pth").weights)
        #expect(back["w"]?.dtype == .float4E2M1FNx2 && back["b"]?.dtype == .bits16)
        #expect(try back["w"]?.cOrderBytes().array == [1, 2, 3, 4] && back["b"]?.cOrderBytes().array == [1, 2, 3, 4])
    }

    // MARK: Keys of compiled parts

    @Test("A compiled part is recognized and keeps its keys") func aCompiledPartIsRecognizedAndKeepsItsKeys() throws {
        let plain = try OpenedModel(try FormatRegistry.open(Fixtures.path("models/ir_small.pth")))
        let model = try #require(plain.content.model)
        func renamed(_ name: String) -> String {
            name.replacing("body.0.", with: "body.0._orig_mod.", maxReplacements: 1)
                .replacing("output_layer.3.", with: "output_layer.3._orig_mod.", maxReplacements: 1)
        }
        let path = "\(Fixtures.temporaryFolder())/compiled.pth"
        try write(model.weights.entries.map { .init(name: renamed($0.name), tensor: $0.tensor) }, to: path)
        let found = try #require(try OpenedModel(try FormatRegistry.open(path)).content.model)
        #expect(found.architecture.name == model.architecture.name)
        #expect(found.weights.entries.map(\.name) == model.weights.entries.map { renamed($0.name) })
        #expect(found.weights.entries.contains { $0.name.hasPrefix("body.0._orig_mod.0.") })
        #expect(found.graph.weightKeys == model.graph.weightKeys.map(renamed))
        #expect(found.graph.nodes.map(\.name) == model.graph.nodes.map(\.name))
        for key in model.graph.weightKeys {
            let (left, right) = (try #require(found.weights[renamed(key)]), try #require(model.weights[key]))
            #expect(try left.cOrderBytes().array == right.cOrderBytes().array)
        }
    }

    @Test("Two keys that would become one are left unchanged") func twoKeysThatWouldBecomeOneAreLeftAsTheyAre() throws {
        let path = "\(Fixtures.temporaryFolder())/both.pth"
        let one = try tensor(.float32, [1], [0, 0, 0, 0])
        try write(
            [.init(name: "a.b.w", tensor: one), .init(name: "a._orig_mod.b.w", tensor: one), .init(name: "c", tensor: one)], to: path)
        let found = try OpenedModel(try FormatRegistry.open(path))
        #expect(found.content.weights.entries.map(\.name) == ["a.b.w", "a._orig_mod.b.w", "c"] && found.bareReason != nil)
    }

    // MARK: Damage

    @Test("A wrong checksum names the affected tensor") func aWrongChecksumNamesTheTensorThatLiesThere() throws {
        let source = Fixtures.path("models/ir_small.pth")
        let opened = try FormatRegistry.open(source)
        let selection = try #require(opened.selection)
        let victim = try #require(
            opened.weights?.entries.first { $0.name.hasSuffix("conv.weight") || $0.name.hasSuffix("residual.1.weight") })
        var bytes = try Fixtures.bytes(source)
        bytes[try victim.tensor.storage.bytes().start] ^= 1
        let path = "\(Fixtures.temporaryFolder())/damaged.pth"
        Fixtures.write(bytes, to: path)
        let damaged = try FormatRegistry.open(path)
        var messages: [String] = []
        for check in damaged.checksums { do { try check.run() } catch { messages.append("\(error)") } }
        #expect(messages.count == 1 && messages[0].contains("the tensor \(victim.name) lies there"), "\(messages)")
        let output = try OutputFile(target: "\(Fixtures.temporaryFolder())/x.safetensors", replacing: false, inputs: [])
        let weights = try #require(damaged.weights)
        let error = #expect(throws: DamagedTensors.self) {
            try damaged.namingDamage { try SafetensorsFormat.write(.weights(weights), to: output, options: ExportOptions()) }
        }
        #expect(error?.problem.contains("the tensor \(victim.name) lies there") == true && selection.nonTensors.isEmpty)
    }
}
