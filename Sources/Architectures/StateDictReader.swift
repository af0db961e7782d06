import ConvertIR

/// Hands out the keys of a state dict to the layers that own them, and accounts for every one.
struct StateDictReader {
    let weights: Weights
    /// The prefix that all keys of the network share, such as `module.`.
    let prefix: String
    private var taken: Set<String> = []
    private var missing: [String] = []
    private var misshaped: [String] = []

    init(_ weights: Weights, prefix: String) {
        self.weights = weights
        self.prefix = prefix
    }

    /// The shape of a tensor; nil if it is absent.
    func shape(_ key: String) -> [Int]? { weights[prefix + key]?.shape }

    /// Claims a tensor of this shape and returns its full key; mismatches are recorded for `check`.
    mutating func take(_ key: String, _ shape: [Int]) -> String {
        let whole = prefix + key
        taken.insert(whole)
        if let tensor = weights[whole] {
            if tensor.shape != shape { misshaped.append("\(whole) is \(tensor.shape), not \(shape)") }
        } else {
            missing.append(whole)
        }
        return whole
    }

    /// Claims a tensor that may be absent and that no layer reads, such as `num_batches_tracked`.
    mutating func allow(_ key: String) { taken.insert(prefix + key) }

    /// Throws unless every key was claimed and every claim was met. Returns the keys of a training head, which may be left out.
    func check(name: String) throws(ArchitectureError) -> [String] {
        let left = weights.entries.map(\.name).filter { !taken.contains($0) }
        let extra = left.filter { TrainingHead.owns($0, besideNetworkUnder: prefix) }
        let unexpected = left.filter { !extra.contains($0) }
        guard missing.isEmpty, unexpected.isEmpty, misshaped.isEmpty else {
            throw .keysDoNotMatch(
                source: weights.provenance.source, name: name, missing: missing, unexpected: unexpected, misshaped: misshaped)
        }
        return extra
    }

    /// The text before `suffix` in the shortest key that ends in it; nil if no key does.
    static func prefix(before suffix: String, in weights: Weights) -> String? {
        weights.entries.map(\.name).filter { $0 == suffix || $0.hasSuffix("." + suffix) }.map { String($0.dropLast(suffix.count)) }
            .min { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    }
}
