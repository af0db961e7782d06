import ConvertFiles
import PthReader

/// Entries of a dictionary whose keys may have changed. Two keys that become one are an error, because the later value would replace the
/// earlier.
struct SlimEntries {
    var entries: [CheckpointDictionary.Entry] = []
    private let path: [String]
    private var sources: [ExactText: CheckpointValue] = [:]

    init(path: [String]) { self.path = path }

    mutating func append(key: CheckpointValue, from source: CheckpointValue, value: CheckpointValue) throws(SlimError) {
        if let text = key.keyText, let first = sources.updateValue(source, forKey: ExactText(text)) {
            throw .keyCollision(
                path: path.isEmpty ? "the root" : path.joined(separator: "."), first: first.keyDescription, second: source.keyDescription,
                key: key.keyDescription)
        }
        entries.append(.init(key: key, value: value))
    }
}

extension CheckpointValue {
    /// The key that is written in place of this one; nil if the safe loader accepts it as is. Tuples are checked element by element.
    var plainKey: CheckpointValue? {
        switch self {
        case .numpyScalar(let scalar): scalar.value.plainKey ?? scalar.value
        case .path(let text), .date(let text), .numpyDType(let text): .string(text)
        case .global(let name): .string(name)
        case .placeholder(let object): .string(object.className)
        case .frozenSet, .cycle: .string(keyDescription)
        default: nil
        }
    }

    /// A description of the key, with its type if the text alone would be ambiguous.
    var keyDescription: String { keyDescription(depth: 1) }

    /// Containers are shown one level deep, because shared ones could expand without end.
    private func keyDescription(depth: Int) -> String {
        func parts(_ items: [CheckpointValue]) -> [String] { items.map { $0.keyDescription(depth: depth - 1) } }
        return switch self {
        case .string(let text): "\"\(text)\""
        case .path(let text), .date(let text), .numpyDType(let text): "\(kindName) \(text)"
        case .global(let name): "class or function \(name)"
        case .placeholder(let object): "object of \(object.className)"
        case .numpyScalar(let scalar): "numpy \(scalar.dtype) \(scalar.value.keyDescription(depth: 0))"
        case .tuple(let items) where depth > 0: "(" + parts(items).joined(separator: ", ") + ")"
        // Sorted, because a set has no order of its own.
        case .frozenSet(let items) where depth > 0: "frozenset {" + parts(items).sorted().joined(separator: ", ") + "}"
        case .integer, .boolean, .float, .none: pathComponent
        default: kindName
        }
    }
}
