import Files
import IR
import PthReader
import Tensors

/// A slim file: only what inference needs, no network need be known, every key and tensor of the state dict as it was.
public struct SlimFile: Sendable {
    /// What stays, as a checkpoint's values.
    public let root: CheckpointValue
    /// The state dict as named tensors; nil where it holds tensors that are no plain strided views.
    public let weights: Weights
    /// State-dict entries that only a `.pth` can hold, with the reason.
    public let onlyInPth: [(name: String, what: String)]
    /// Top-level entries that went.
    public let dropped: [(key: String, group: CheckpointGroup)]
    /// Values that were changed or left out inside what stays.
    public let changes: [SlimPlan.Change]

    /// Plans the slim file. Throws where the file has no state dict.
    public init(_ opened: OpenedFile, rules: SlimPlan.Rules) throws {
        if let failure = opened.stateDictError { throw failure }
        guard let weights = opened.weights else { throw SlimError.nothingLeft(file: opened.file.path, path: "") }
        let plan: SlimPlan
        if let checkpoint = opened.checkpoint, let selection = opened.selection {
            plan = try SlimPlan(checkpoint, selection: selection, rules: rules)
        } else {
            let checkpoint = SlimFile.checkpointValue(of: weights)
            let selection = try StateDictSelection(in: checkpoint, file: opened.file.path)
            plan = try SlimPlan(checkpoint, file: opened.file.path, selection: selection, rules: rules)
        }
        root = plan.root
        dropped = plan.dropped
        changes = plan.changes
        var entries: [Weights.Entry] = []
        var onlyInPth: [(String, String)] = []
        for entry in plan.stateDict.entries {
            guard case .string(let name) = entry.key else { continue }
            switch entry.value {
            case .tensor(let tensor) where tensor.isConjugated: onlyInPth.append((name, "a lazily conjugated tensor"))
            case .tensor(let tensor) where tensor.isNegated: onlyInPth.append((name, "a lazily negated tensor"))
            case .tensor(let tensor): entries.append(Weights.Entry(name: name, tensor: tensor.tensor))
            case .quantizedTensor: onlyInPth.append((name, "a quantised tensor"))
            case .sparseTensor(let tensor): onlyInPth.append((name, "a \(tensor.layout) tensor"))
            default: onlyInPth.append((name, "a \(entry.value.kindName)"))
            }
        }
        self.onlyInPth = onlyInPth
        let unfolded = entries.reduce(0) { $0.addingReportingOverflow($1.tensor.byteCount).partialValue }
        guard unfolded <= max(1 << 30, opened.file.bytes.count.multipliedReportingOverflow(by: 64).partialValue) else {
            throw TensorError.expandsTooFar(
                storage: opened.file.path, shape: [entries.count], byteCount: unfolded, available: opened.file.bytes.count)
        }
        self.weights = Weights(entries: entries, metadata: PthMetadata.scalars(of: plan.root), provenance: weights.provenance)
    }

    /// The dictionary that a `.pth` made from another format holds: the scalars, then the state dict where it stood.
    private static func checkpointValue(of weights: Weights) -> CheckpointValue {
        let state = CheckpointDictionary(
            kind: .orderedDict,
            entries: weights.entries.map { .init(key: .string($0.name), value: .tensor(TorchTensor($0.tensor, location: "cpu"))) })
        let path = weights.provenance.stateDictPath
        if path.isEmpty && weights.metadata.members.isEmpty { return .dictionary(state) }
        var entries = weights.metadata.members.map { member -> CheckpointDictionary.Entry in
            let value: CheckpointValue =
                switch member.value {
                case .boolean(let flag): .boolean(flag)
                case .integer(let number): .integer(number)
                case .number(let number): .float(number)
                case .string(let text): .string(text)
                case .unsigned(let number):
                    .bigInteger("\(number)", twosComplement: withUnsafeBytes(of: number.littleEndian) { Array($0) } + [0])
                default: .none
                }
            return .init(key: .string(member.key), value: value)
        }
        var nested = CheckpointValue.dictionary(state)
        let components = path.isEmpty ? ["state_dict"] : path.split(separator: ".").map(String.init)
        for name in components.dropFirst().reversed() {
            nested = .dictionary(CheckpointDictionary(entries: [.init(key: .string(name), value: nested)]))
        }
        entries.append(.init(key: .string(components[0]), value: nested))
        return .dictionary(CheckpointDictionary(entries: entries))
    }

    /// Writes the file in the format that the output's name asks for. The caller flushes, reads back and commits.
    public func write(to output: OutputFile, as format: any ReadableFormat.Type) throws {
        if format == SafetensorsFormat.self {
            if let first = onlyInPth.first { throw SlimError.lazyTensor(name: first.name, what: first.what) }
            try SafetensorsWriter.write(weights, to: output)
        } else {
            try PthWriter.write(root, to: output)
        }
    }
}
