/// What part of training a top-level entry belongs to, judged by its key and whether it holds more than a number or a text.
public enum CheckpointGroup: String, Sendable, CaseIterable {
    case backbone, head, optimizer, scheduler, scaler, history, other

    /// Whether inference can do without it.
    public var isTrainingOnly: Bool {
        switch self {
        case .backbone, .other: false
        case .head, .optimizer, .scheduler, .scaler, .history: true
        }
    }

    /// The group of the entry `key`; `stateDictPath` is the path of the chosen state dict, whose top-level entry is the backbone whatever
    /// its name.
    public static func of(key: String, value: CheckpointValue, stateDictPath: String) -> CheckpointGroup {
        if stateDictPath == key || stateDictPath.hasPrefix(key + ".") { return .backbone }
        guard value.isContainer else { return .other }
        let words = Set(key.lowercased().split { !$0.isLetter }.map(String.init))
        func holds(_ names: String...) -> Bool { names.contains { words.contains($0) } }
        if holds("optimizer", "optimizers", "optim", "optimiser") { return .optimizer }
        if holds("scheduler", "schedulers", "scheduler_state", "lrscheduler") { return .scheduler }
        if holds("scaler", "scalers", "gradscaler", "amp") { return .scaler }
        if holds("history", "histories") { return .history }
        if holds("arcface", "cosface", "sphereface", "head", "heads", "margin", "metric", "criterion"), value.holdsTensors { return .head }
        return .other
    }
}

extension CheckpointValue {
    /// Whether this is more than a scalar: such an entry under `optimizer` is its state, where a text would be its name.
    var isContainer: Bool {
        switch self {
        case .list, .tuple, .set, .frozenSet, .dictionary, .placeholder, .tensor, .quantizedTensor, .sparseTensor, .numpyArray, .storage:
            true
        default: false
        }
    }

    /// Whether a tensor lies anywhere inside, looked for four levels deep.
    var holdsTensors: Bool { holdsTensors(depth: 4) }

    private func holdsTensors(depth: Int) -> Bool {
        switch self {
        case .tensor, .quantizedTensor, .sparseTensor: true
        case .dictionary(let dictionary): depth > 0 && dictionary.entries.contains { $0.value.holdsTensors(depth: depth - 1) }
        case .list(let items), .tuple(let items): depth > 0 && items.contains { $0.holdsTensors(depth: depth - 1) }
        case .placeholder: depth > 0
        default: false
        }
    }
}
