import ConvertFiles
import ConvertJSON
import ConvertTensors
import TestSupport
import Testing

@testable import PthReader

/// Checkpoints that torch wrote, against torch's state dicts: names and their order, dtypes, shapes and every bit.
@Suite struct StateDictFixtureTests {
    static let cases: [(file: String, path: String)] = {
        guard let bytes = try? Fixtures.bytes(Fixtures.path("state_dicts/expected.json")),
            let files = (try? JSONParser.parse(bytes))?.object
        else { return [] }
        return files.members.flatMap { file in (file.value.object?.members ?? []).map { (file.key, $0.key) } }
    }()

    private func expected(_ file: String, _ path: String) throws -> [JSONObject] {
        let root = try #require(try JSONParser.parse(try Fixtures.bytes(Fixtures.path("state_dicts/expected.json"))).object)
        return try #require(root[file]?.object?[path]?.array).compactMap(\.object)
    }

    @Test("There are eight cases")
    func thereAreCases() { #expect(StateDictFixtureTests.cases.count == 8) }

    @Test("A state dict is torch's, bit for bit", arguments: cases)
    func aStateDictIsThatOfTorchBitForBit(_ file: String, _ path: String) throws {
        let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path("state_dicts/\(file)")))
        var found = try StateDictSelection(in: checkpoint.root, file: file, path: path == "root" ? "." : path)
        if ["quantized.pth", "packed.pth", "packed_layers.pth"].contains(file) { found = try found.dequantized() }
        let expected = try expected(file, path)
        let entries = found.dictionary.entries.filter(\.value.isTensor)
        let names = expected.compactMap { $0["name"]?.string }
        #expect(file.hasPrefix("packed") ? Set(entries.map(\.key.pathComponent)) == Set(names) : entries.map(\.key.pathComponent) == names)
        for facts in expected {
            let name = try #require(facts["name"]?.string)
            guard case .tensor(let tensor)? = found.dictionary[name] else {
                Issue.record("\(name) is missing")
                continue
            }
            #expect(tensor.tensor.dtype.rawValue == facts["dtype"]?.string, "\(name)")
            #expect(tensor.tensor.shape == facts["shape"]?.array?.compactMap(\.integer), "\(name)")
            let bytes = try tensor.tensor.cOrderBytes().array
            let hex = bytes.map { String($0 / 16, radix: 16) + String($0 % 16, radix: 16) }.joined()
            #expect(hex == facts["hex"]?.string, "\(name)")
            #expect(!tensor.isParameter && !tensor.requiresGrad, "\(name)")
        }
    }

    @Test("Entries without data are listed, and the others are kept")
    func entriesWithoutDataAreNamedAndTheOthersKept() throws {
        let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path("state_dicts/mixed.pth")))
        let found = try StateDictSelection(in: checkpoint.root, file: "mixed.pth")
        #expect(found.nonTensors.map(\.name) == ["epoch", "arch", "empty", "hollow", "hollow_parameter"])
        #expect(found.nonTensors.suffix(2).allSatisfy { $0.kind.contains("holds no data") })
        #expect(found.dictionary.entries.filter(\.value.isTensor).count == 16)
        let packed = try StateDictSelection(
            in: try Checkpoint(try MappedFile(path: Fixtures.path("state_dicts/packed.pth"))).root, file: "packed.pth")
        #expect(packed.nonTensors.contains { $0.name == "_packed_params._packed_params" && $0.kind == "packed quantized parameters" })
    }

    @Test("Packed parameters become weight and bias, and what only a quantized layer has goes")
    func packedParameters() throws {
        let root = try Checkpoint(try MappedFile(path: Fixtures.path("state_dicts/packed_layers.pth"))).root
        let found = try StateDictSelection(in: root, file: "packed_layers.pth")
        let packed = found.dictionary.entries.filter(\.isQuantized).map(\.key.pathComponent)
        #expect(packed == ["a.rows._packed_params._packed_params", "half._packed_params._packed_params"])
        let plain = try found.dequantized()
        #expect(plain.dictionary.names == ["norm.weight", "a.rows.weight", "half.weight", "half.bias"])
        #expect(plain.dequantizedNames == ["a.rows.weight", "half.weight"])
        #expect(
            plain.surplusNames == [
                "a.rows.scale", "a.rows.zero_point", "a.rows._packed_params.dtype", "half.scale", "half.zero_point",
                "half._packed_params.dtype",
            ])
        #expect(plain.dictionary.entries.allSatisfy { !$0.isQuantized })
        // A weight of the same name would be replaced.
        let twice = CheckpointDictionary(
            entries: found.dictionary.entries + [.init(key: .string("half.bias"), value: .integer(1))])
        let error = #expect(throws: PthError.self) {
            try StateDictSelection(in: .dictionary(twice), file: "twice").dequantized()
        }
        #expect(error == .packedTwice(name: "half.bias", entry: "half._packed_params._packed_params"))
    }

    @Test("Newer element types keep their names")
    func newerElementTypesKeepTheirNames() throws {
        let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path("state_dicts/newer_dtypes.pth")))
        let found = try StateDictSelection(in: checkpoint.root, file: "newer_dtypes.pth")
        for entry in found.dictionary.entries {
            guard case .tensor(let tensor) = entry.value else { continue }
            #expect(tensor.tensor.dtype.rawValue == entry.key.pathComponent)
            #expect(try tensor.tensor.cOrderBytes().array == Array(1...16), "\(entry.key.pathComponent)")
            #expect(try TensorStatistics(of: tensor.tensor) == nil)
        }
        #expect(found.dictionary.entries.count == 6 && found.nonTensors.isEmpty)
    }
}
