/// The part of training that a top-level entry belongs to, judged by its key and by whether it holds more than a number or a string.
public enum CheckpointGroup: String, Sendable, CaseIterable {
    case backbone, head, optimizer, scheduler, scaler, history, other

    /// Whether inference does not need it.
    public var isTrainingOnly: Bool {
        switch self {
        case .backbone, .other: false
        case .head, .optimizer, .scheduler, .scaler, .history: true
        }
    }

    /// The group of the entry `key`; `stateDictPath` is the path of the chosen state dict, whose top-level entry is the backbone whatever
    /// its name; nil if none was chosen.
    public static func of(key: String, value: CheckpointValue, stateDictPath: String?) -> CheckpointGroup {
        if let stateDictPath, stateDictPath == key || stateDictPath.hasPrefix(key + ".") { return .backbone }
        // A dotted name with a tensor is a parameter, whatever its words: `backbone.head.weight` is not a head.
        guard value.isContainer, !(value.isTensor && key.contains(".")) else { return .other }
        let words = KeyWords.split(key)
        func holds(_ names: String...) -> Bool { words.contains { word in names.contains(word) } }
        func begins(_ prefixes: String...) -> Bool { words.contains { word in prefixes.contains { word.hasPrefix($0) } } }

        if begins("optimizer", "optimiser") || holds("optim", "optims") || value.isOptimizerState { return .optimizer }
        // The scheduler of a diffusion network is part of its inference.
        if begins("scheduler", "lrsched") || holds("sched") && holds("lr") { return holds("noise", "diffusion") ? .other : .scheduler }
        if begins("gradscaler") || holds("amp") || value.isGradScalerState { return .scaler }
        // A scaler of inputs or features belongs to the network; one whose name only has words about training does not.
        if holds("scaler", "scalers"), words.allSatisfy({ KeyWords.ofGradScalers.contains($0) || $0.count == 1 }) { return .scaler }
        if holds("history", "histories") { return .history }
        if holds("arcface", "cosface", "sphereface", "head", "heads", "margin", "metric", "criterion", "softmax"), value.holdsTensors {
            return .head
        }
        return .other
    }
}

/// Splits a key into lower-case words: `lr_scheduler`, `lrScheduler` and `optimizerG2` alike.
private enum KeyWords {
    static let ofGradScalers: Set<String> = [
        "scaler", "scalers", "grad", "gradient", "loss", "native", "mixed", "precision", "fp", "state", "dict", "states", "torch", "cuda",
    ]

    /// Words end at anything that is not a letter, before a capital that follows a lower-case letter, and before the last of several
    /// capitals if a lower-case letter follows it (`LRScheduler`).
    static func split(_ key: String) -> [String] {
        let characters = Array(key)
        var words: [String] = []
        var word = ""
        for (index, character) in characters.enumerated() {
            let follows = index + 1 < characters.count && characters[index + 1].isLowercase
            let isBoundary = index > 0 && character.isUppercase && (characters[index - 1].isLowercase || follows)
            if !word.isEmpty, isBoundary || !character.isLetter {
                words.append(word.lowercased())
                word = ""
            }
            if character.isLetter { word.append(character) }
        }
        if !word.isEmpty { words.append(word.lowercased()) }
        return words
    }
}

extension CheckpointValue {
    /// Whether this is more than a scalar: a container under `optimizer` is its state, a string would be its name.
    var isContainer: Bool {
        switch self {
        case .list, .tuple, .set, .frozenSet, .dictionary, .placeholder, .tensor, .quantizedTensor, .sparseTensor, .numpyArray, .storage:
            true
        default: false
        }
    }

    /// Whether this is what `torch.optim.Optimizer.state_dict` returns, or a container of such dictionaries, whatever its key.
    fileprivate var isOptimizerState: Bool { isState(of: ["state", "param_groups"]) }

    /// Whether this is what `GradScaler.state_dict` returns, or a container of such dictionaries.
    fileprivate var isGradScalerState: Bool { isState(of: ["scale", "growth_factor"]) }

    private func isState(of names: [String], depth: Int = 1) -> Bool {
        switch self {
        case .dictionary(let dictionary):
            if names.allSatisfy({ dictionary[$0] != nil }) { return true }
            return depth > 0 && !dictionary.entries.isEmpty
                && dictionary.entries.allSatisfy { $0.value.isState(of: names, depth: depth - 1) }
        case .list(let items), .tuple(let items):
            return depth > 0 && !items.isEmpty && items.allSatisfy { $0.isState(of: names, depth: depth - 1) }
        default: return false
        }
    }

    /// Whether there is a tensor inside, searched four levels deep and among the first 100,000 values.
    var holdsTensors: Bool {
        var budget = 100_000
        return holdsTensors(depth: 4, budget: &budget)
    }

    private func holdsTensors(depth: Int, budget: inout Int) -> Bool {
        budget -= 1
        guard budget > 0 else { return false }
        switch self {
        case .tensor, .quantizedTensor, .sparseTensor: return true
        case .dictionary(let dictionary) where depth > 0:
            for entry in dictionary.entries where entry.value.holdsTensors(depth: depth - 1, budget: &budget) { return true }
            return false
        case .list(let items) where depth > 0, .tuple(let items) where depth > 0:
            for item in items where item.holdsTensors(depth: depth - 1, budget: &budget) { return true }
            return false
        case .placeholder: return depth > 0
        default: return false
        }
    }
}
