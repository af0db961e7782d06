/// The dictionary of a checkpoint that is the state dict, and why.
public struct StateDictSelection: Sendable {
    /// Its path, with keys joined by dots; empty for the root.
    public let path: String
    /// The components of `path`; a component may itself contain dots.
    public let components: [String]
    /// The dictionary; NumPy arrays with a matching torch dtype appear as tensors, and a whole module as its state dict.
    public private(set) var dictionary: CheckpointDictionary
    /// Why this one, as a clause that follows its path: `because it was named`.
    public let reason: String
    /// The paths of all dictionaries that could have been chosen; those of optimizers and losses only if one of them was requested or
    /// there are no others.
    public let candidates: [String]
    /// Whether the path leads into an object of a class, whose attributes cannot be written as they were.
    public let entersObject: Bool
    /// Names of the quantized tensors that `dictionary` holds as float32; empty unless that was requested.
    public private(set) var dequantizedNames: [String] = []
    /// Entries of quantized layers that mean nothing beside weights in float32, and were left out with them.
    public private(set) var surplusNames: [String] = []

    /// Keys under which training programs store their weights, best choice first.
    public static let knownNames = [
        "backbone_state_dict", "state_dict_backbone", "model_state_dict", "state_dict", "net_state_dict", "model", "net",
    ]

    /// The other dictionaries that could be meant, as paths that `init(in:file:path:)` accepts.
    public var others: [String] { candidates.filter { $0 != (path.isEmpty ? CheckpointPath.root : path) }.map(StateDictSelection.typed) }

    /// Entries that are not tensors, with what they are; except an `_extra_state` of None, which torch itself adds.
    public var nonTensors: [(name: String, kind: String)] {
        dictionary.entries.compactMap { entry in
            if entry.value.isTensor, case .string = entry.key { return nil }
            let name = entry.key.pathComponent
            if case .none = entry.value, name.hasSuffix("_extra_state") { return nil }
            return (name, entry.value.nonTensorKind)
        }
    }

    /// Chooses the state dict. Throws `PthError` if there is none, if several are equally good, or if `path` does not name one.
    public init(in root: CheckpointValue, file: String, path wanted: String? = nil) throws(PthError) {
        let all = StateDictSearch(root).candidates
        let serving = all.filter { !$0.isTrainingOnly }
        let found = wanted != nil || serving.isEmpty ? all : serving
        let likely = found.filter(\.isMostlyWeights)
        let names = (likely.isEmpty || wanted != nil ? found : likely).map { StateDictSelection.text($0.path) }
        if let wanted {
            let paths = names.map(StateDictSelection.typed)
            guard let place = CheckpointPath(wanted, in: root) else {
                throw .noSuchStateDict(file: file, path: wanted, candidates: paths)
            }
            guard let dictionary = place.value.namedEntries, dictionary.tally.tensors > 0 else {
                throw .notAStateDict(file: file, path: wanted, found: place.value.nonTensorKind, candidates: paths)
            }
            self.init(
                path: place.components, dictionary: dictionary, entersObject: place.entersObject, reason: "because it was named",
                candidates: names)
            return
        }
        guard let (candidate, reason) = StateDictSelection.choose(likely.isEmpty ? found : likely) else {
            if found.isEmpty { throw .noStateDict(file: file, seen: StateDictSelection.seen(root)) }
            throw .severalStateDicts(file: file, paths: names.map(StateDictSelection.typed))
        }
        self.init(
            path: candidate.path, dictionary: candidate.dictionary, entersObject: candidate.entersObject, reason: reason, candidates: names)
    }

    private init(path: [String], dictionary: CheckpointDictionary, entersObject: Bool, reason: String, candidates: [String]) {
        components = path
        self.path = path.joined(separator: ".")
        var kept = CheckpointDictionary(
            kind: dictionary.kind, entries: dictionary.entries.map { .init(key: $0.key, value: $0.value.asTensorEntry) },
            attributes: dictionary.attributes)
        kept.epsilons = dictionary.epsilons
        self.dictionary = kept
        self.reason = reason
        self.candidates = candidates
        self.entersObject = entersObject
    }

    func replacing(_ dictionary: CheckpointDictionary, dequantizedNames: [String], surplusNames: [String]) -> StateDictSelection {
        var selection = self
        selection.dictionary = dictionary
        selection.dequantizedNames = dequantizedNames
        selection.surplusNames = surplusNames
        return selection
    }

    /// The candidate with the best known name, the one nearest the root if several have that name; else the root; else the only
    /// candidate.
    private static func choose(_ found: [StateDictSearch.Candidate]) -> (StateDictSearch.Candidate, reason: String)? {
        for name in knownNames {
            let matching = found.filter { $0.path.last == name }
            if let nearest = matching.min(by: { $0.path.count < $1.path.count }) {
                return (nearest, "the first known name that was found")
            }
        }
        if let root = found.first(where: { $0.path.isEmpty }) { return (root, "because it is itself a dictionary of tensors") }
        if found.count == 1, let only = found.first { return (only, "because it is the only dictionary of tensors") }
        return nil
    }

    private static func text(_ path: [String]) -> String { path.isEmpty ? CheckpointPath.root : path.joined(separator: ".") }

    /// A path as a user types it: a dot for the root.
    private static func typed(_ path: String) -> String { path == CheckpointPath.root ? "." : path }

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
        case .quantizedTensor: "quantized tensor"
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
