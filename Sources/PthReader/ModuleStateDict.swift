/// The state dict of a whole pickled `nn.Module`, read from the attributes that `BUILD` would have set; nothing is called.
///
/// The order is that of `Module.state_dict()` (torch/nn/modules/module.py): a module's own parameters, its own buffers except those in
/// `_non_persistent_buffers_set`, then its children in order, with names joined by dots. What a class adds in an overridden `state_dict`
/// or in hooks is code and remains unknown.
struct ModuleStateDict {
    private var entries: [CheckpointDictionary.Entry] = []
    private var epsilons: [String: Double] = [:]
    /// Limits the size to which shared modules may expand.
    private var left: Int
    private static let deepest = 256
    private static let most = 200_000

    private init(left: Int) { self.left = left }

    /// Nil if `value` is not a module, or if it expands to more than 200,000 entries and modules.
    static func of(_ value: CheckpointValue) -> CheckpointDictionary? {
        var budget = most
        return of(value, budget: &budget)
    }

    /// The same within a remaining budget of entries and modules; a module that expands too far uses it up.
    static func of(_ value: CheckpointValue, budget: inout Int) -> CheckpointDictionary? {
        guard attributes(of: value) != nil else { return nil }
        let given = min(budget, most)
        var reader = ModuleStateDict(left: given)
        guard reader.collect(value, prefix: "", depth: 0) else {
            budget = 0
            return nil
        }
        budget -= given - reader.left
        var dictionary = CheckpointDictionary(kind: .orderedDict, entries: reader.entries)
        dictionary.epsilons = reader.epsilons
        return dictionary
    }

    /// The instance dictionary of a pickled module; nil if `value` is not a module.
    static func attributes(of value: CheckpointValue) -> CheckpointDictionary? {
        guard let state = value.instanceDictionary, case .dictionary? = state["_modules"], case .dictionary? = state["_parameters"] else {
            return nil
        }
        return state
    }

    private mutating func collect(_ module: CheckpointValue, prefix: String, depth: Int) -> Bool {
        guard depth < ModuleStateDict.deepest, let attributes = ModuleStateDict.attributes(of: module) else { return false }
        var hidden: Set<String> = []
        switch attributes["_non_persistent_buffers_set"] {
        case .set(let names)?, .frozenSet(let names)?, .list(let names)?: hidden = Set(names.compactMap(\.text))
        default: break
        }
        for (member, isBuffer) in [("_parameters", false), ("_buffers", true)] {
            guard case .dictionary(let values)? = attributes[member] else { continue }
            for entry in values.entries {
                guard case .string(let name) = entry.key else { continue }
                if case .none = entry.value { continue }
                if isBuffer, hidden.contains(name) { continue }
                left -= 1
                guard left > 0 else { return false }
                entries.append(.init(key: .string(prefix + name), value: entry.value.detached))
            }
        }
        // torch's normalization layers store the ε with which they were created.
        if case .float(let epsilon)? = attributes["eps"], epsilon.isFinite, epsilon >= 0 { epsilons[String(prefix.dropLast())] = epsilon }
        guard case .dictionary(let children)? = attributes["_modules"] else { return true }
        for child in children.entries {
            guard case .string(let name) = child.key else { continue }
            if case .none = child.value { continue }
            left -= 1
            guard left > 0 else { return false }
            if ModuleStateDict.attributes(of: child.value) == nil {
                // A child that is not an ordinary module (compiled, a script) is reported with the other entries that are not tensors.
                entries.append(.init(key: .string(prefix + name), value: child.value))
            } else if !collect(child.value, prefix: "\(prefix)\(name).", depth: depth + 1) {
                return false
            }
        }
        return true
    }
}

extension CheckpointValue {
    /// The attributes that `BUILD` sets on an object of an unknown class; with `__slots__`, the first half of the pair.
    var instanceDictionary: CheckpointDictionary? {
        // A second state would change what the first one set.
        guard case .placeholder(let object) = self, let state = object.states.first, object.states.count == 1 else { return nil }
        switch state {
        case .dictionary(let dictionary): return dictionary
        case .tuple(let parts):
            if case .dictionary(let dictionary)? = parts.first { return dictionary }
            return nil
        default: return nil
        }
    }

    /// The value as `state_dict()` returns it: a tensor that is not a parameter.
    fileprivate var detached: CheckpointValue {
        guard case .tensor(var tensor) = self else { return self }
        tensor.isParameter = false
        tensor.requiresGrad = false
        return .tensor(tensor)
    }
}
