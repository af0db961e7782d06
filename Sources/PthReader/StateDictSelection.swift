/// Which dictionary of a checkpoint is the state dict, and why.
public struct StateDictSelection: Sendable {
    /// Where it stands, keys joined by dots; empty for the root.
    public let path: String
    /// The dictionary.
    public let dictionary: CheckpointDictionary
    /// Why this one, as a clause for people.
    public let reason: String
    /// All dictionaries that could have been it; those of optimizers and losses only where one of them was asked for or nothing else is there.
    public let candidates: [String]

    /// Names under which training programs keep their weights, most telling first.
    public static let knownNames = ["backbone_state_dict", "model_state_dict", "state_dict", "net_state_dict", "model", "net"]

    /// Deepest dictionary looked at, counted in keys from the root.
    static let deepest = 3

    private struct Candidate {
        let path: [String]
        let dictionary: CheckpointDictionary
        let isTrainingOnly: Bool
    }

    /// Chooses the state dict. Throws `PthError` where there is none, where several are equal, or where `path` names none.
    public init(in root: CheckpointValue, file: String, path wanted: String? = nil) throws(PthError) {
        var all: [Candidate] = []
        StateDictSelection.collect(root, path: [], isTrainingOnly: false, into: &all)
        // What an optimizer or a loss keeps counts only where it was asked for or nothing else is there.
        let serving = all.filter { !$0.isTrainingOnly }
        let found = wanted != nil || serving.isEmpty ? all : serving
        let names = found.map { $0.path.isEmpty ? "(the root)" : $0.path.joined(separator: ".") }
        func select(_ index: Int, _ reason: String) -> (String, CheckpointDictionary, String) {
            (found[index].path.joined(separator: "."), found[index].dictionary, reason)
        }
        let chosen: (String, CheckpointDictionary, String)
        if let wanted {
            let isRoot = wanted.isEmpty || wanted == "." || wanted == "(the root)"
            if let index = found.firstIndex(where: { isRoot ? $0.path.isEmpty : $0.path.joined(separator: ".") == wanted }) {
                chosen = select(index, "chosen with --state-dict")
            } else {
                throw .noSuchStateDict(file: file, path: wanted, candidates: names)
            }
        } else if let index = StateDictSelection.byName(found) {
            chosen = select(index, "the name \(found[index].path.last ?? "") comes first among the known ones")
        } else if let index = found.firstIndex(where: { $0.path.isEmpty }) {
            chosen = select(index, "the root itself is a dictionary of tensors")
        } else if found.count == 1 {
            chosen = select(0, "it is the only dictionary of tensors")
        } else if found.isEmpty {
            throw .noStateDict(file: file, seen: StateDictSelection.seen(root))
        } else {
            throw .severalStateDicts(file: file, paths: names)
        }
        (path, dictionary, reason) = chosen
        candidates = names
    }

    /// The best known name; of two with the same name the one nearer the root. Nil where none is known.
    private static func byName(_ found: [Candidate]) -> Int? {
        for name in knownNames {
            let matching = found.indices.filter { found[$0].path.last == name }
            if let nearest = matching.min(by: { found[$0].path.count < found[$1].path.count }) { return nearest }
        }
        return nil
    }

    private static func collect(
        _ value: CheckpointValue, path: [String], isTrainingOnly: Bool, into found: inout [Candidate]
    ) {
        guard case .dictionary(let dictionary) = value else { return }
        if isStateDict(dictionary) {
            found.append(Candidate(path: path, dictionary: dictionary, isTrainingOnly: isTrainingOnly))
            return
        }
        guard path.count < deepest else { return }
        for entry in dictionary.entries {
            // Optimizers keep their tensors under numbers: those are no state dicts.
            guard case .string(let name) = entry.key else { continue }
            let group = CheckpointGroup.of(key: name, value: entry.value, stateDictPath: "\u{0}")
            collect(entry.value, path: path + [name], isTrainingOnly: isTrainingOnly || group.isTrainingOnly, into: &found)
        }
    }

    /// Names to tensors and nothing else, except what torch keeps under `_extra_state`.
    private static func isStateDict(_ dictionary: CheckpointDictionary) -> Bool {
        var tensors = 0
        for entry in dictionary.entries {
            guard case .string(let name) = entry.key else { return false }
            if entry.value.isTensor { tensors += 1 } else if !name.hasSuffix("_extra_state") { return false }
        }
        return tensors > 0
    }

    private static func seen(_ root: CheckpointValue) -> [String] {
        switch root {
        case .dictionary(let dictionary): dictionary.entries.map(\.key.pathComponent)
        case .placeholder(let object): ["(the root is an object of \(object.className))"]
        default: ["(the root is \(root.kindName))"]
        }
    }
}

extension CheckpointValue {
    /// The Python type, for people.
    public var kindName: String {
        switch self {
        case .none: "None"
        case .boolean: "bool"
        case .integer, .bigInteger: "int"
        case .float: "float"
        case .complex: "complex"
        case .string: "str"
        case .bytes: "bytes"
        case .byteArray: "bytearray"
        case .list: "list"
        case .tuple: "tuple"
        case .set: "set"
        case .frozenSet: "frozenset"
        case .dictionary(let dictionary): dictionary.kind.rawValue
        case .tensor(let tensor): tensor.isParameter ? "Parameter" : "Tensor"
        case .quantizedTensor: "quantised tensor"
        case .sparseTensor: "sparse tensor"
        case .storage: "storage"
        case .numpyArray: "numpy array"
        case .numpyScalar: "numpy scalar"
        case .torchDType: "torch dtype"
        case .numpyDType: "numpy dtype"
        case .size: "torch.Size"
        case .device: "torch.device"
        case .path: "path"
        case .date: "date or time"
        case .global: "class or function"
        case .placeholder(let object): object.className
        case .cycle: "itself"
        }
    }
}
