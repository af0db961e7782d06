import ConvertFiles
import ConvertIR
import ConvertTensors
import PthReader

/// A value of a checkpoint in a line.
enum ValueText {
    static func line(_ value: CheckpointValue) -> String {
        switch value {
        case .none: "None"
        case .boolean(let flag): flag ? "True" : "False"
        case .integer(let number): "\(number)"
        case .bigInteger(let text, _): text
        case .float(let number): "\(number)"
        case .complex(let real, let imaginary): "\(real)\(imaginary < 0 ? "" : "+")\(imaginary)j"
        case .string(let text): text.count > 100 ? "\"\(text.prefix(100))…\"" : "\"\(text)\""
        case .bytes(let view), .byteArray(let view): "\(value.kindName) of \(view.count)"
        case .list(let items), .tuple(let items), .set(let items), .frozenSet(let items): sequence(value.kindName, items)
        case .dictionary(let dictionary): self.dictionary(dictionary)
        case .tensor(let tensor): "\(value.kindName) \(tensor.tensor.dtype.rawValue)\(tensor.tensor.shape)"
        case .quantizedTensor(let tensor):
            "quantized \(tensor.integers.tensor.dtype.rawValue)\(tensor.integers.tensor.shape), \(tensor.schemeName)"
        case .sparseTensor(let tensor): "\(tensor.layout) \(tensor.shape)"
        case .storage(let storage): "storage of \(storage.storage.byteCount) bytes (\(storage.dtype.rawValue))"
        case .numpyArray(let array): "numpy array \(array.dtype)\(array.shape)"
        case .numpyScalar(let scalar): "\(line(scalar.value)) (numpy \(scalar.dtype))"
        case .torchDType(let name): "torch.\(name)"
        case .numpyDType(let name): "numpy dtype \(name)"
        case .size(let sizes): "torch.Size\(sizes)"
        case .device(let name): "device \(name)"
        case .path(let text): "path \(text)"
        case .date(let text): text
        case .global(let name): "class or function \(name)"
        case .placeholder(let object): placeholder(object)
        case .cycle: "(itself)"
        }
    }

    private static func sequence(_ kind: String, _ items: [CheckpointValue]) -> String {
        let isShort = items.count <= 8 && items.allSatisfy { !$0.isLarge }
        return isShort ? "\(kind) (\(items.map(line).joined(separator: ", ")))" : "\(kind) of \(items.count)"
    }

    private static func dictionary(_ dictionary: CheckpointDictionary) -> String {
        let keys = dictionary.entries.map(\.key.pathComponent)
        let shown = keys.prefix(4).joined(separator: ", ")
        return "\(dictionary.kind.rawValue) of \(keys.count): \(shown)\(keys.count > 4 ? ", …" : "")"
    }

    private static func placeholder(_ object: Placeholder) -> String {
        var parts: [String] = []
        if !object.arguments.isEmpty { parts.append(NumberText.counted(object.arguments.count, "argument")) }
        if !object.states.isEmpty {
            parts.append("state \(object.states.map { $0.isLarge ? $0.kindName : line($0) }.joined(separator: ", "))")
        }
        if !object.items.isEmpty { parts.append(NumberText.counted(object.items.count, "item")) }
        if !object.entries.entries.isEmpty { parts.append(NumberText.counted(object.entries.entries.count, "entry", "entries")) }
        return "object of \(object.className)" + (parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))")
    }
}

extension CheckpointValue {
    /// Whether a line would not hold it inside another value.
    fileprivate var isLarge: Bool {
        switch self {
        case .list, .tuple, .set, .frozenSet, .dictionary, .placeholder: true
        default: false
        }
    }
}
