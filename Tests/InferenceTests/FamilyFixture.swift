import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertJSON
import ConvertTensors
import Exporters
import Foundation
import TestSupport
import Testing

/// A checkpoint of a family as `fixtures/make_families.py` describes it: keys, shapes, metadata, contract, and torch's outputs.
struct FamilyFixture {
    let name: String
    let weights: Weights
    /// The project's own contract, as a JSON object.
    let contract: JSONObject
    /// Outputs of the first two images in float64, of unit length.
    let outputs: [[Double]]
    let input: Batch

    static let names = names(in: "families")
    /// Networks whose weights here magnify rounding so much that only recognition and contract are compared.
    static let contractNames = names(in: "contracts")

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: Fixtures.path(folder))) ?? []).filter { $0.hasSuffix(".json") }
            .map { String($0.dropLast(5)) }.sorted()
    }

    /// - Parameter folder: `families`, `contracts` for those in `contractNames`, or `described` for those that only the documentation has.
    init(_ name: String, in folder: String = "families") throws {
        self.name = name
        let root = try #require(try JSONParser.parse(try Fixtures.bytes(Fixtures.path("\(folder)/\(name).json"))).object)
        contract = try #require(root["contract"]?.object)
        let shapes = try #require(root["tensors"]?.object)
        let counter = try #require(root["counter"]?.integer)
        let prefix = try #require(root["prefix"]?.string)
        var entries: [Weights.Entry] = []
        for member in shapes.members {
            let shape = try #require(member.value.array).compactMap(\.integer)
            entries.append(.init(name: member.key, tensor: try FamilyFixture.tensor(member.key, shape)))
            if member.key.hasSuffix("running_var"), try #require(root["counters"]?.integer) > 0 {
                let key = String(member.key.dropLast("running_var".count)) + "num_batches_tracked"
                let bytes = withUnsafeBytes(of: Int64(counter).littleEndian) { Array($0) }
                let tensor = try Tensor(dtype: .int64, shape: [], storage: Storage(name: key, bytes: .init(copying: bytes, name: key)))
                entries.append(.init(name: key, tensor: tensor))
            }
        }
        #expect(entries.contains { $0.name.hasPrefix(prefix) })
        weights = Weights(
            entries: entries, metadata: root["metadata"]?.object ?? Metadata(),
            provenance: Provenance(source: "\(name).pth", format: "pth", stateDictPath: ""))
        outputs = try #require(root["outputs"]?.array).map { row in (row.array ?? []).compactMap(\.double) }
        let size = try #require(contract["size"]?.array).compactMap(\.integer)
        let channels = contract["channels"]?.string == "gray" ? 1 : 3
        let shape = [outputs.count] + [channels] + size
        input = try Batch(shape: shape, values: FamilyFixture.numbers("input", shape.reduce(1, *)).map { ($0 - 0.5) * 2 })
    }

    /// The largest difference between a network's outputs, brought to unit length, and torch's.
    func largestDifference(_ found: Batch) -> Double {
        let count = found.shape[0]
        guard count > 0, count <= outputs.count, found.values.count == count * outputs[0].count else { return .infinity }
        let length = outputs[0].count
        var largest = 0.0
        for image in 0..<count {
            let row = found.values[image * length..<(image + 1) * length].map(Double.init)
            let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for (number, wanted) in zip(row, outputs[image]) { largest = max(largest, abs(number / norm - wanted)) }
        }
        return largest.isNaN ? .infinity : largest
    }

    /// Numbers from 0 to 1 that follow from a key: FNV-1a of it, then SplitMix64 for each index; 24 bits of each.
    static func numbers(_ key: String, _ count: Int) -> [Float] {
        var seed: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key.utf8 { seed = (seed ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return (0..<count).map { index in
            var x = seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
            x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
            x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
            x ^= x >> 31
            return Float(x >> 40) / Float(1 << 24)
        }
    }

    /// A tensor by its key and shape; every step is exact in float32.
    private static func tensor(_ key: String, _ shape: [Int]) throws -> Tensor {
        let count = shape.reduce(1, *)
        var values = numbers(key, count)
        if key.hasSuffix("running_var") {
            values = values.map { $0 * 0.5 + 0.25 }
            for index in stride(from: 3, to: count, by: 10) { values[index] = 1 / 16 }
        } else if key.hasSuffix("running_mean") || key.hasSuffix("bias") {
            values = values.map { ($0 - 0.5) * 0.25 }
        } else if shape.count < 2 {
            values = values.map { $0 * 0.25 + 0.5 }
        } else {
            let inputs = max(count / max(shape[0], 1), 1)
            let exponent = Int.bitWidth - 1 - inputs.leadingZeroBitCount
            let scale = Float(sign: .plus, exponent: 2 - (exponent + 1) / 2, significand: 1)
            values = values.map { ($0 - 0.5) * scale }
        }
        let bytes = values.withUnsafeBytes { Array($0) }
        return try Tensor(dtype: .float32, shape: shape, storage: Storage(name: key, bytes: .init(copying: bytes, name: key)))
    }
}
