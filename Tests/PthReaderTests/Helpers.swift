import ConvertFiles
import ConvertTensors
import PthReader

func dictionary(_ entries: KeyValuePairs<String, CheckpointValue>) -> CheckpointValue {
    .dictionary(CheckpointDictionary(entries: entries.map { .init(key: .string($0.key), value: $0.value) }))
}

/// A tensor of zeros.
func tensor(_ shape: [Int] = [1], _ dtype: DType = .float32) throws -> CheckpointValue {
    let count = shape.reduce(1, *) * dtype.byteCount
    let storage = Storage(name: "s", bytes: ByteView(copying: [UInt8](repeating: 0, count: count), name: "s"))
    return .tensor(TorchTensor(try Tensor(dtype: dtype, shape: shape, storage: storage), location: "cpu"))
}

func select(_ root: CheckpointValue, path: String? = nil) throws -> StateDictSelection {
    try StateDictSelection(in: root, file: "test.pth", path: path)
}
