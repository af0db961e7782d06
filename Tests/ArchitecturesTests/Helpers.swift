import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors
import Exporters
import TestSupport
import Testing

/// Networks from fixtures, and weights assembled by hand.
enum Networks {
    /// The weights of a fixture.
    static func weights(_ name: String) throws -> Weights { try #require(try FormatRegistry.open(Fixtures.path(name)).weights) }

    /// InceptionResnetV1 or MobileFaceNet with all weights zero.
    static func zeros(_ network: String, metadata: Metadata = Metadata()) throws -> Weights {
        let root = try JSONParser.parse(try Fixtures.bytes(Fixtures.path("models/keys.json"))).object
        let entries = try #require(root?[network]?.object).members.map { member in
            let row = try #require(member.value.array)
            let dtype = try #require(row.first?.string.flatMap(DType.init(rawValue:)))
            return Weights.Entry(name: member.key, tensor: try zero(dtype, try #require(row.last?.array).compactMap(\.integer)))
        }
        return Weights(
            entries: entries, metadata: metadata, provenance: Provenance(source: "zeros.pth", format: "pth", stateDictPath: ""))
    }

    /// Zeros that take no memory until they are read.
    static func zero(_ dtype: DType, _ shape: [Int]) throws -> Tensor {
        let count = shape.reduce(dtype.byteCount, *)
        return try Tensor(
            dtype: dtype, shape: shape,
            storage: Storage(name: "zeros", byteCount: count) { ByteView.filled(count: count, name: "zeros") { _ in } })
    }
}

extension FactOrigins {
    /// Expects these facts to be stated and all others to be assumed.
    static func stated(_ facts: NetworkFact...) -> FactOrigins {
        var origins = FactOrigins()
        for fact in facts { origins[fact] = .stated }
        return origins
    }
}

extension Weights {
    /// The same tensors under different names; nil leaves one out.
    func renamed(_ rename: (String) -> String?) -> Weights {
        Weights(
            entries: entries.compactMap { entry in rename(entry.name).map { Entry(name: $0, tensor: entry.tensor) } }, metadata: metadata,
            provenance: provenance)
    }

    /// The same weights with different metadata.
    func with(_ metadata: Metadata) -> Weights { Weights(entries: entries, metadata: metadata, provenance: provenance) }

    /// The same weights with one tensor replaced or added.
    func with(_ name: String, _ tensor: Tensor) -> Weights {
        let kept = entries.map { Entry(name: $0.name, tensor: $0.name == name ? tensor : $0.tensor) }
        return Weights(
            entries: self[name] == nil ? kept + [Entry(name: name, tensor: tensor)] : kept, metadata: metadata, provenance: provenance)
    }

    /// The reference layout's keys under insightface's names.
    func asInsightface() -> Weights {
        let residual = ["bn1", "conv1", "bn2", "prelu", "conv2", "bn3"]
        let heads = [
            "input_layer.0": "conv1", "input_layer.1": "bn1", "input_layer.2": "prelu", "output_layer.0": "bn2", "output_layer.3": "fc",
            "output_layer.4": "features",
        ]
        return renamed { name in
            let parts = name.split(separator: ".").map(String.init)
            if parts[0] == "body", parts.count == 6, let stage = Int(parts[1]), let place = Int(parts[4]) {
                let layer = parts[3] == "residual" ? residual[place] : "downsample.\(place)"
                return "layer\(stage + 1).\(parts[2]).\(layer).\(parts[5])"
            }
            return heads[parts[0] + "." + parts[1]].map { "\($0).\(parts[2])" }
        }
    }
}
