import ConvertFiles
import ConvertJSON
import ConvertTensors
import PthReader
import TestSupport
import Testing

/// Every fixture that PyTorch wrote, compared with what PyTorch reported about it.
@Suite struct ManifestTests {
    static let readable = ["containers", "dtypes", "views", "metadata", "training"].flatMap { Fixtures.names(in: $0) }.filter { name in
        let container = Fixtures.manifest[name]?["container"]?.string ?? ""
        return ["zip", "legacy", "tar", "pickle"].contains(container) && Fixtures.manifest[name]?["byteorder"]?.string != "big"
    }

    @Test("The manifest lists at least 40 readable fixtures")
    func theManifestListsFixtures() {
        #expect(ManifestTests.readable.count >= 40)
    }

    @Test("Every tensor has the recorded dtype, shape, strides and bits", arguments: readable)
    func everyTensorHasTheRecordedDTypeShapeStridesAndBits(_ name: String) throws {
        let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path(name)))
        let expected = try #require(Fixtures.manifest[name])
        #expect(checkpoint.container.rawValue == expected["container"]?.string)
        var found: [String: CheckpointValue] = [:]
        checkpoint.root.walk { path, value in found[path.joined(separator: ".")] = value }
        for member in try #require(expected["tensors"]?.object).members {
            let facts = try #require(member.value.object)
            let value = try #require(found[member.key], "\(member.key) is missing")
            let tensor: Tensor
            switch value {
            case .tensor(let strided):
                tensor = strided.tensor
                #expect(strided.isConjugated == (facts["conj"] == .boolean(true)), "\(member.key)")
                #expect(strided.isNegated == (facts["neg"] == .boolean(true)), "\(member.key)")
                if facts["parameter"] == .boolean(true) { #expect(strided.isParameter, "\(member.key)") }
                if let wants = facts["requires_grad"] { #expect(.boolean(strided.requiresGrad) == wants, "\(member.key)") }
                // For lazily conjugated or negated tensors, the manifest has the resolved bytes.
                if strided.isConjugated || strided.isNegated { continue }
            case .quantizedTensor(let quantized):
                #expect(facts["quantizer"]?.object?["scheme"]?.string?.hasSuffix(quantized.schemeName) == true)
                tensor = quantized.integers.tensor
            case .sparseTensor(let sparse):
                #expect(facts["layout"]?.string?.hasSuffix(sparse.layout) == true)
                #expect(facts["shape"]?.array?.compactMap(\.integer) == sparse.shape)
                continue
            case .storage(let storage):
                #expect(facts["crc32"]?.integer == Int(CRC32.checksum(of: try storage.storage.bytes())), "\(member.key)")
                continue
            default:
                Issue.record("\(member.key) is \(value.kindName)")
                continue
            }
            #expect(tensor.dtype.rawValue == facts["dtype"]?.string, "\(member.key)")
            #expect(tensor.shape == facts["shape"]?.array?.compactMap(\.integer), "\(member.key)")
            #expect(tensor.strides == facts["strides"]?.array?.compactMap(\.integer), "\(member.key)")
            #expect(tensor.offset == facts["offset"]?.integer, "\(member.key)")
            #expect(Int(CRC32.checksum(of: try tensor.cOrderBytes())) == facts["crc32"]?.integer, "\(member.key)")
            var windows: UInt32 = 0
            try tensor.forEachCOrderWindow(windowSize: 16) { windows = CRC32.update(windows, with: $0) }
            #expect(Int(windows) == facts["crc32"]?.integer, "\(member.key), window by window")
        }
    }

    @Test("A shared storage is a single object", arguments: readable)
    func sharedStoragesAreOneObject(_ name: String) throws {
        let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path(name)))
        var storages: [String: Storage] = [:]
        checkpoint.root.walk { path, value in
            if let storage = value.ownStorages.first { storages[path.joined(separator: ".")] = storage }
        }
        for pair in Fixtures.manifest[name]?["aliases"]?.array ?? [] {
            let names = pair.array?.compactMap(\.string) ?? []
            let first = try #require(storages[names[0]])
            let second = try #require(storages[names[1]])
            #expect(first === second, "\(names)")
        }
    }

    @Test("Keys keep their order", arguments: readable)
    func keysKeepTheirOrder(_ name: String) throws {
        let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path(name)))
        var order: [String] = []
        checkpoint.root.walk { path, value in if value.isTensor { order.append(path.joined(separator: ".")) } }
        let recorded = try #require(Fixtures.manifest[name]?["tensors"]?.object).members.map(\.key).filter(Set(order).contains)
        #expect(order.filter(Set(recorded).contains) == recorded)
    }
}
