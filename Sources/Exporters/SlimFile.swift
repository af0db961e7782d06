import ConvertFiles
import ConvertIR
import ConvertTensors
import PthReader

/// A file reduced to what inference needs: the network need not be known, and every key and tensor of the state dict stays unchanged.
package struct SlimFile: Sendable {
    /// The remaining values, as a checkpoint.
    package let root: CheckpointValue
    /// The state dict as named tensors, without those that are not plain strided views.
    package let weights: Weights
    /// Dotted path of the state dict in `root`.
    let stateDictPath: String
    /// Components of that path.
    package let stateDictComponents: [String]
    /// Tensors that only a `.pth` can hold, with the reason.
    package let onlyInPth: [(name: String, what: String)]
    /// Entries of the state dict that are not tensors, with their kinds.
    package let nonTensors: [(name: String, kind: String)]
    /// Top-level entries that were dropped.
    package let dropped: [(key: String, group: CheckpointGroup)]
    /// Values that were changed or left out inside the remaining ones.
    package let changes: [SlimPlan.Change]
    /// Whether the state dict's tensors were rounded.
    let isRounded: Bool

    private static let quantized = "a quantized tensor"

    /// Plans the slim file. Throws if the file has no state dict, or if a rule matches nothing.
    package init(_ opened: OpenedFile, rules: SlimPlan.Rules) throws {
        if let failure = opened.stateDictError { throw failure }
        guard let weights = opened.weights else { throw SlimError.nothingLeft(file: opened.file.path, path: "") }
        isRounded = rules.precision != nil
        let plan: SlimPlan
        if let checkpoint = opened.checkpoint, let selection = opened.selection {
            plan = try SlimPlan(checkpoint, selection: selection, rules: rules)
            stateDictComponents = selection.entersObject || rules.isBare ? [] : selection.components
        } else {
            let checkpoint = ExportedCheckpoint.root(of: .weights(weights))
            let selection = try StateDictSelection(in: checkpoint, file: opened.file.path)
            plan = try SlimPlan(checkpoint, file: opened.file.path, selection: selection, rules: rules)
            stateDictComponents = rules.isBare ? [] : selection.components
        }
        stateDictPath = stateDictComponents.joined(separator: ".")
        root = plan.root
        dropped = plan.dropped
        changes = plan.changes
        var entries: [Weights.Entry] = []
        var onlyInPth: [(String, String)] = []
        var nonTensors: [(String, String)] = []
        for entry in plan.stateDict.entries {
            guard case .string(let name) = entry.key else { continue }
            switch entry.value {
            case _ where entry.isQuantized: onlyInPth.append((name, SlimFile.quantized))
            case .tensor(let tensor) where tensor.isConjugated: onlyInPth.append((name, "a lazily conjugated tensor"))
            case .tensor(let tensor) where tensor.isNegated: onlyInPth.append((name, "a lazily negated tensor"))
            case .tensor(let tensor): entries.append(Weights.Entry(name: name, tensor: tensor.tensor))
            case .sparseTensor(let tensor): onlyInPth.append((name, "a \(tensor.layout) tensor"))
            case .none where name.hasSuffix("_extra_state"): continue
            default: nonTensors.append((name, entry.value.nonTensorKind))
            }
        }
        self.onlyInPth = onlyInPth
        self.nonTensors = nonTensors
        let unfolded = entries.reduce(0) { $0.addingReportingOverflow($1.tensor.byteCount).partialValue }
        guard unfolded <= max(1 << 30, opened.byteCount.multipliedReportingOverflow(by: 64).partialValue) else {
            throw TensorError.expandsTooFar(
                storage: opened.file.path, shape: [entries.count], byteCount: unfolded, available: opened.byteCount)
        }
        self.weights = Weights(entries: entries, metadata: PthMetadata.scalars(of: plan.root), provenance: weights.provenance)
    }

    /// Writes the file in the given format. The caller flushes, reads back and commits. Throws `SlimError.lazyTensor` for a tensor that the
    /// format cannot hold.
    package func write(to output: OutputFile, as format: any FileFormat.Type) throws {
        if format.capabilities.holdsAnyValue { return try PthWriter.write(root, to: output) }
        if let first = onlyInPth.first {
            throw SlimError.lazyTensor(name: first.name, what: first.what, isQuantized: first.what == SlimFile.quantized)
        }
        _ = try format.write(.weights(weights), to: output, options: ExportOptions())
    }
}
