import ConvertTensors

extension CheckpointValue {
    /// This value as a dictionary of names, or nil: a dictionary, an object that was filled like one, or a whole module as its state
    /// dict.
    var namedEntries: CheckpointDictionary? {
        var budget = 1_000_000
        return namedEntries(budget: &budget)
    }

    /// The same within a remaining budget of entries.
    func namedEntries(budget: inout Int) -> CheckpointDictionary? {
        switch self {
        case .dictionary(let dictionary): return dictionary
        case .placeholder(let object):
            if let module = ModuleStateDict.of(self, budget: &budget) { return module }
            // What a class does with arguments is unknown; one that was only filled is a dictionary by another name.
            guard object.arguments.isEmpty, object.items.isEmpty, !object.entries.entries.isEmpty else { return nil }
            return CheckpointDictionary(kind: .orderedDict, entries: object.entries.entries)
        default: return nil
        }
    }

    /// The state dict of a whole pickled module, read as data within a remaining budget of entries; nil for all other values.
    public func wholeModule(budget: inout Int) -> CheckpointDictionary? { ModuleStateDict.of(self, budget: &budget) }

    /// Whether this is a whole pickled module.
    public var isModule: Bool { ModuleStateDict.attributes(of: self) != nil }

    /// Whether an entry of a state dict is a tensor, or a NumPy array that can become one.
    var isTensorEntry: Bool {
        if case .numpyArray(let array) = self { return array.tensor != nil }
        return isTensor
    }

    /// A NumPy array as the tensor that it can become; all other values unchanged.
    var asTensorEntry: CheckpointValue {
        guard case .numpyArray(let array) = self, let tensor = array.tensor else { return self }
        return .tensor(TorchTensor(tensor, location: "cpu"))
    }

    /// What an entry of a state dict is if it is not a tensor, and if it looks like one, why it holds no numbers.
    public var nonTensorKind: String { nonTensorKind(depth: 3) }

    private func nonTensorKind(depth: Int) -> String {
        switch self {
        case .placeholder(let object):
            let name = object.className
            if name.hasSuffix("._rebuild_meta_tensor_no_storage") { return "a meta tensor, which holds no data" }
            if name == "torch._utils._rebuild_from_type_v2", object.arguments.count > 1, case .global(let type) = object.arguments[1] {
                let isShare = type.hasSuffix(".DTensor") || type.hasSuffix(".ShardedTensor")
                return isShare ? "a DTensor, one process's share of a tensor (\(type))" : "a tensor of the class \(type)"
            }
            if name.hasPrefix("torch."), name.contains("arameter"), let inner = object.arguments.first, depth > 0 {
                return inner.nonTensorKind(depth: depth - 1)
            }
            return "an object of \(name)"
        case .tuple(let items) where items.contains(where: { if case .quantizedTensor = $0 { true } else { false } }):
            return "packed quantized parameters"
        case .numpyArray(let array): return "a NumPy array of \(array.dtype), which no torch dtype matches"
        default: return kindName
        }
    }
}

extension CheckpointDictionary {
    /// How many of the entries are tensors, and what the others are.
    struct Tally {
        /// Number of tensors of any kind, and of NumPy arrays that can become one.
        var tensors = 0
        /// Number of tensors that look like weights: real numbers in at least one dimension.
        var weights = 0
        /// Number of entries of other kinds, except `_extra_state` and tensors without data.
        var others = 0

        /// Whether mapping names to tensors is the purpose of the dictionary.
        var isMostlyWeights: Bool { weights > 0 && tensors >= others }
        /// Whether there is nothing but tensors.
        var isPure: Bool { tensors > 0 && others == 0 }
    }

    var tally: Tally {
        var tally = Tally()
        for entry in entries {
            guard case .string(let name) = entry.key else {
                // A state dict names its tensors: chosen as one, this dictionary would lose those with numbers as keys.
                if entry.value.isTensorEntry { return Tally(others: entries.count) }
                tally.others += 1
                continue
            }
            if PackedParameters(entry) != nil {
                tally.tensors += 1
                tally.weights += 1
                continue
            }
            switch entry.value.asTensorEntry {
            case .tensor(let tensor):
                tally.tensors += 1
                let dtype = tensor.tensor.dtype
                if !tensor.tensor.shape.isEmpty, dtype.isFloatingPoint || dtype.isComplex || dtype.isQuantized { tally.weights += 1 }
            case .quantizedTensor, .sparseTensor:
                tally.tensors += 1
                tally.weights += 1
            case .placeholder(let object) where object.className.hasPrefix("torch."): continue
            default: if !name.hasSuffix("_extra_state") { tally.others += 1 }
            }
        }
        return tally
    }
}
