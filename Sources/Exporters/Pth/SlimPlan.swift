import ConvertFiles
import ConvertIR
import ConvertTensors
import PthReader

/// Decides what of a checkpoint stays when only inference matters, and what becomes of values that torch's safe loader refuses.
///
/// The state dict stays as it is unless `precision` or `stripPrefix` say otherwise. The rest is judged by top-level key alone, unless `keep` or `drop` say otherwise.
public struct SlimPlan: Sendable {
    /// One value that was changed or left out.
    package struct Change: Sendable, Equatable {
        /// Dotted path.
        package let path: String
        /// What became of it, as a clause without a subject.
        package let what: String
    }

    /// Which values stay or go beyond the defaults: shell patterns over dotted paths, and over names in the state dict. `*` also matches
    /// dots.
    public struct Rules: Sendable {
        /// Patterns of values that stay although only training needs them.
        public var keep: [String] = []
        /// Patterns of values that are dropped in any case.
        public var drop: [String] = []
        /// A prefix to remove from the state dict's names, such as `module.`.
        public var stripPrefix: String?
        /// The precision that floating-point tensors of the state dict are rounded to; nil to keep theirs.
        public var precision: WeightPrecision?
        /// Whether the state dict is written alone, so that `load_state_dict` takes what `torch.load` gives.
        public var isBare = false

        /// No rules.
        public init() {}
    }

    /// The remaining values, all of which `torch.load(weights_only=True)` accepts.
    package let root: CheckpointValue
    /// The state dict as it will be written.
    package let stateDict: CheckpointDictionary
    /// Top-level entries that are dropped, with their group.
    package let dropped: [(key: String, group: CheckpointGroup)]
    /// Values changed or left out inside the remaining ones.
    package let changes: [Change]

    /// Plans for a checkpoint whose state dict was chosen. Throws `SlimError`.
    package init(_ checkpoint: Checkpoint, selection: StateDictSelection, rules: Rules) throws {
        try self.init(checkpoint.root, file: checkpoint.file.path, selection: selection, rules: rules)
    }

    /// Plans for values that may come from any format.
    init(_ root: CheckpointValue, file: String, selection: StateDictSelection, rules: Rules) throws {
        var builder = Builder(rules: rules, selection: selection)
        try builder.checkRules(in: root)
        // A state dict inside an object of some class is written by itself, since the object cannot be.
        let isAlone = selection.entersObject || rules.isBare
        let source = isAlone ? CheckpointValue.dictionary(selection.dictionary) : root
        if isAlone { builder.statePath = [] }
        if selection.entersObject, !rules.isBare {
            builder.note(selection.components, "written by itself, because the object around it cannot be")
        }
        if rules.isBare, !selection.components.isEmpty, case .dictionary(let dictionary) = root {
            for entry in dictionary.entries {
                let key = entry.key.pathComponent
                if key == selection.components.first { continue }
                builder.dropped.append((key, CheckpointGroup.of(key: key, value: entry.value, stateDictPath: selection.path)))
            }
        }
        if case .dictionary(let dictionary) = source, !builder.statePath.isEmpty {
            var entries = SlimEntries(path: [])
            for entry in dictionary.entries {
                let key = entry.key.pathComponent
                let group = CheckpointGroup.of(key: key, value: entry.value, stateDictPath: selection.path)
                if group.isTrainingOnly, !builder.keepsSomething(of: entry.value, at: [key]) {
                    builder.dropped.append((key, group))
                    continue
                }
                let isPartial = group.isTrainingOnly && !builder.matches(rules.keep, [key])
                guard let cleaned = try builder.clean(entry.value, at: [key], onlyKept: isPartial) else {
                    if builder.matches(rules.drop, [key]) { builder.dropped.append((key, group)) }
                    continue
                }
                if isPartial { builder.note([key], "only the values to keep stay") }
                try entries.append(key: builder.plainKey(entry.key, at: []), from: entry.key, value: cleaned)
            }
            let kind: CheckpointDictionary.Kind = dictionary.kind == .orderedDict ? .orderedDict : .dict
            self.root = .dictionary(CheckpointDictionary(kind: kind, entries: entries.entries))
        } else {
            self.root = try builder.clean(source, at: [], onlyKept: false) ?? .none
        }
        guard let stateDict = builder.stateDict, stateDict.entries.contains(where: { $0.value.isTensor }) else {
            throw SlimError.nothingLeft(file: file, path: selection.path)
        }
        self.stateDict = stateDict
        dropped = builder.dropped
        changes = builder.changes
    }

    private struct Builder {
        let rules: Rules
        let selection: StateDictSelection
        var dropped: [(key: String, group: CheckpointGroup)] = []
        var changes: [Change] = []
        var stateDict: CheckpointDictionary?
        /// Bounds the number of values that shared containers may expand to.
        var left = 2_000_000
        var moduleEntriesLeft = 1_000_000

        /// Path of the state dict in what is written.
        var statePath: [String]

        init(rules: Rules, selection: StateDictSelection) {
            self.rules = rules
            self.selection = selection
            statePath = selection.components
        }

        func matches(_ patterns: [String], _ path: [String]) -> Bool { SlimPatterns(stateDict: statePath).matches(patterns, path) }

        /// Throws if a rule matches nothing.
        func checkRules(in root: CheckpointValue) throws(SlimError) {
            let names = selection.dictionary.entries.map(\.key.pathComponent)
            let examples = Array((selection.path.isEmpty ? names : [selection.path] + names).prefix(2))
            let patterns = SlimPatterns(stateDict: selection.components)
            for (rule, given) in [(SlimError.Rule.keep, rules.keep), (.drop, rules.drop)] {
                guard let pattern = patterns.firstUnmatched(given, in: root, selection: selection) else { continue }
                throw .nothingMatches(rule, pattern: pattern, examples: examples)
            }
            if let prefix = rules.stripPrefix, !names.contains(where: { $0.hasPrefix(prefix) }) {
                throw .nothingMatches(.stripPrefix, pattern: prefix, examples: Array(names.prefix(2)))
            }
        }

        func keepsSomething(of value: CheckpointValue, at path: [String]) -> Bool {
            guard !rules.keep.isEmpty else { return false }
            if matches(rules.keep, path) { return true }
            var found = false
            value.walk { inner, _ in
                if !found, !inner.isEmpty { found = matches(rules.keep, path + inner) }
            }
            return found
        }

        mutating func note(_ path: [String], _ what: String) {
            changes.append(Change(path: path.isEmpty ? "(the root)" : path.joined(separator: "."), what: what))
        }

        private func stays(_ onlyKept: Bool, _ path: [String]) -> Bool { onlyKept && !matches(rules.keep, path) }

        /// The value as the safe loader accepts it; nil if it is dropped.
        mutating func clean(_ value: CheckpointValue, at path: [String], onlyKept: Bool) throws -> CheckpointValue? {
            left -= 1
            guard left > 0 else { throw SlimError.tooManyValues }
            if matches(rules.drop, path) {
                if path.count > 1 || path.count > statePath.count { note(path, "dropped on request") }
                return nil
            }
            if path == statePath, !selection.dequantizedNames.isEmpty || value.namesObject {
                if value.namesObject { note(path, "\(value.nonTensorKind) written as its state dict") }
                for name in selection.dequantizedNames { note(path + [name], "quantized tensor written as float32") }
                return try clean(selection.dictionary, at: path, onlyKept: stays(onlyKept, path))
            }
            if onlyKept, !value.isBranch, !matches(rules.keep, path) { return nil }
            let stays = stays(onlyKept, path)
            switch value {
            case .none, .boolean, .integer, .bigInteger, .float, .complex, .string, .bytes, .byteArray, .torchDType, .size, .device,
                .storage, .quantizedTensor, .sparseTensor:
                return value
            case .tensor(var tensor):
                if let name = tensor.className {
                    note(path, "\(name) written as a plain tensor")
                    tensor.className = nil
                }
                return .tensor(tensor)
            case .list(let items): return .list(try clean(items, at: path, onlyKept: stays))
            case .tuple(let items): return .tuple(try clean(items, at: path, onlyKept: stays))
            case .set(let items): return .set(try clean(items, at: path, onlyKept: stays))
            case .frozenSet(let items):
                note(path, "frozenset written as set")
                return .set(try clean(items, at: path, onlyKept: stays))
            case .dictionary(let dictionary): return try clean(dictionary, at: path, onlyKept: stays)
            case .numpyScalar(let scalar):
                note(path, "numpy scalar \(scalar.dtype) written as \(scalar.value.kindName)")
                return scalar.value
            case .numpyArray(let array):
                guard let tensor = array.tensor else {
                    note(path, "numpy array of \(array.dtype) dropped: no torch dtype matches")
                    return nil
                }
                note(path, "numpy array written as tensor")
                return .tensor(TorchTensor(tensor, location: "cpu"))
            case .numpyDType(let text):
                note(path, "numpy dtype written as text")
                return .string(text)
            case .path(let text):
                note(path, "path written as text")
                return .string(text)
            case .date(let text):
                note(path, "date or time written as text")
                return .string(text)
            case .global(let name):
                note(path, "the class or function \(name) dropped")
                return nil
            case .placeholder:
                if let module = value.wholeModule(budget: &moduleEntriesLeft) {
                    note(path, "\(value.nonTensorKind) written as its state dict")
                    return try clean(module, at: path, onlyKept: stays)
                }
                note(path, "\(value.nonTensorKind) dropped")
                return nil
            case .cycle:
                note(path, "a container inside itself dropped")
                return nil
            }
        }

        private mutating func clean(_ items: [CheckpointValue], at path: [String], onlyKept: Bool) throws -> [CheckpointValue] {
            var cleaned: [CheckpointValue] = []
            for (index, item) in items.enumerated() {
                if let item = try clean(item, at: path + ["\(index)"], onlyKept: onlyKept) { cleaned.append(item) }
            }
            return cleaned
        }

        private mutating func clean(_ dictionary: CheckpointDictionary, at path: [String], onlyKept: Bool) throws -> CheckpointValue {
            let isStateDict = path == statePath
            var entries = SlimEntries(path: path)
            var names: Set<ExactText> = []
            for entry in dictionary.entries {
                let place = path + [entry.key.pathComponent]
                // load_state_dict takes no other keys than those of parameters, buffers and extra state.
                if isStateDict, rules.isBare, !entry.value.isTensor, !entry.key.pathComponent.hasSuffix("_extra_state") {
                    note(place, "left out, because it is not a tensor")
                    continue
                }
                guard let value = try clean(entry.value, at: place, onlyKept: onlyKept) else { continue }
                var key = try plainKey(entry.key, at: path)
                if isStateDict, let prefix = rules.stripPrefix, case .string(let name) = key, name.hasPrefix(prefix) {
                    key = .string(String(name.dropFirst(prefix.count)))
                }
                if isStateDict, case .string(let name) = key, !names.insert(ExactText(name)).inserted {
                    throw SlimError.nameCollision(name: name, prefix: rules.stripPrefix ?? "")
                }
                try entries.append(key: key, from: entry.key, value: value)
            }
            if isStateDict, let precision = rules.precision { entries.entries = try rounded(entries.entries, to: precision, at: path) }
            var kind = dictionary.kind
            if kind == .defaultDict || kind == .namespace {
                note(path, "\(kind.rawValue) written as dict")
                kind = .dict
            }
            var attributes: CheckpointValue?
            // torch itself sets `_metadata` on a state dict; the versions in it affect load_state_dict.
            if kind == .orderedDict, let given = dictionary.attributes, rules.stripPrefix == nil || !isStateDict {
                attributes = try clean(given, at: path + ["(attributes)"], onlyKept: false)
            } else if dictionary.attributes != nil, kind != .orderedDict || isStateDict {
                note(path, "attributes of the dictionary dropped")
            }
            let cleaned = CheckpointDictionary(kind: kind, entries: entries.entries, attributes: attributes)
            if isStateDict { stateDict = cleaned }
            return .dictionary(cleaned)
        }

        /// The entries with their floating-point tensors rounded; names of one tensor stay names of one tensor.
        private mutating func rounded(
            _ entries: [CheckpointDictionary.Entry], to precision: WeightPrecision, at path: [String]
        ) throws -> [CheckpointDictionary.Entry] {
            let tensors = entries.compactMap { entry -> Weights.Entry? in
                guard case .string(let name) = entry.key, case .tensor(let tensor) = entry.value else { return nil }
                return tensor.isConjugated || tensor.isNegated ? nil : Weights.Entry(name: name, tensor: tensor.tensor)
            }
            let weights = Weights(entries: tensors, provenance: Provenance(source: "", format: "", stateDictPath: ""))
            let rounded = try weights.roundedInRange(to: precision).weights
            return entries.map { entry in
                guard case .string(let name) = entry.key, case .tensor(let tensor) = entry.value, let made = rounded[name],
                    made.dtype != tensor.tensor.dtype
                else { return entry }
                note(path + [name], "\(tensor.tensor.dtype.rawValue) written as \(precision.rawValue)")
                return .init(key: entry.key, value: .tensor(TorchTensor(made, location: tensor.location)))
            }
        }

        /// The key as the safe loader accepts it, with a note if it had to change.
        mutating func plainKey(_ key: CheckpointValue, at path: [String]) throws -> CheckpointValue {
            var isChanged = false
            let plain = try plainKey(key, isChanged: &isChanged)
            if isChanged { note(path, "the key \(key.keyDescription) written as \(plain.keyDescription)") }
            return plain
        }

        private mutating func plainKey(_ key: CheckpointValue, isChanged: inout Bool) throws -> CheckpointValue {
            left -= 1
            guard left > 0 else { throw SlimError.tooManyValues }
            if case .tuple(let items) = key { return .tuple(try items.map { try plainKey($0, isChanged: &isChanged) }) }
            guard let plain = key.plainKey else { return key }
            isChanged = true
            return plain
        }
    }
}

extension CheckpointValue {
    /// Whether this contains values that paths can name.
    var isBranch: Bool {
        switch self {
        case .list, .tuple, .set, .frozenSet, .dictionary: true
        default: isModule
        }
    }

    /// Whether this is an object of a class.
    fileprivate var namesObject: Bool { if case .placeholder = self { true } else { false } }
}
