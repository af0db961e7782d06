import ConvertFiles
import ConvertIR
import ConvertTensors

/// A few weights of a small network, with which the fuzzed descriptions are followed.
enum FamilyWeights {
    private static let shapes: [(String, [Int])] = [
        ("conv1.weight", [4, 3, 3, 3]), ("conv1.bias", [4]), ("bn1.weight", [4]), ("bn1.bias", [4]), ("bn1.running_mean", [4]),
        ("bn1.running_var", [4]), ("bn1.num_batches_tracked", []), ("layer.0.weight", [4, 1, 3, 3]), ("layer.1.weight", [4, 1, 3, 3]),
        ("fc.weight", [2, 4]), ("fc.bias", [2]), ("head.weight", [10, 2]), ("empty.weight", [0, 4]),
    ]

    static var all: Weights {
        get throws {
            Weights(
                entries: try shapes.map { name, shape in
                    let count = shape.reduce(4, *)
                    let storage = Storage(name: name, byteCount: count) { ByteView.filled(count: count, name: name) { _ in } }
                    return Weights.Entry(name: name, tensor: try Tensor(dtype: .float32, shape: shape, storage: storage))
                },
                metadata: Metadata(["depth": .integer(2), "image_size": .integer(8)]),
                provenance: Provenance(source: "fuzz.pth", format: "pth", stateDictPath: ""))
        }
    }
}
