import ConvertFiles
import ConvertIR
import ConvertTensors

/// Hands out the keys of a state dict to the layers that own them, and accounts for every one.
struct KeyLedger {
    private(set) var weights: Weights
    /// The prefix that all keys of the network share, such as `module.`.
    let prefix: String
    private(set) var taken: Set<ExactText> = []
    private(set) var missing: [String] = []
    private(set) var misshaped: [String] = []
    /// Whether the layers of a line have an optional weight.
    private var optionals: [String: Bool] = [:]
    /// Keys, without their prefix, that are not part of the network.
    private var leftOut: [NamePattern] = []
    private var leftOutExactly: Set<ExactText> = []
    /// The first line at which the weights are not those of the description, and why.
    private(set) var departure: (line: Int, reason: String)?

    init(_ weights: Weights, prefix: String) {
        self.weights = weights
        self.prefix = prefix
    }

    /// The shape of a tensor; nil if it is absent.
    func shape(_ key: String) -> [Int]? { weights[prefix + key]?.shape }

    /// Claims a tensor and returns its full key; one that is not there is recorded.
    mutating func take(_ key: String, line: Int) -> String {
        let whole = prefix + key
        if taken.insert(ExactText(whole)).inserted, weights[whole] == nil {
            missing.append(whole)
            depart("\(whole) is missing", line: line)
        }
        return whole
    }

    /// Whether a line has a weight that it may be without: all layers that it stands for have it, or none.
    mutating func takesOptional(_ key: String, role: String, line: Int) -> Bool {
        let place = "\(line) \(role)"
        let isUsual = optionals[place] ?? (shape(key) != nil)
        optionals[place] = isUsual
        // A weight that only some have is missing in the others, or has no place.
        return isUsual
    }

    /// Claims a tensor that may be absent and that no layer reads, such as `num_batches_tracked`, by its full key.
    mutating func allow(whole key: String) { taken.insert(ExactText(key)) }

    /// Adds a tensor that no file holds.
    mutating func add(_ key: String, _ tensor: Tensor) {
        weights = Weights(
            entries: weights.entries + [Weights.Entry(name: prefix + key, tensor: tensor)], metadata: weights.metadata,
            provenance: weights.provenance, epsilons: weights.epsilons)
    }

    /// Lets keys be unclaimed; `*` stands for any part.
    mutating func leaveOut(_ pattern: String) {
        if pattern.contains("*") { leftOut.append(NamePattern(pattern)) } else { leftOutExactly.insert(ExactText(pattern)) }
    }

    /// Patterns with `*` so far; each is compared with every key that no layer claims.
    var patternCount: Int { leftOut.count }

    /// Records a tensor of another shape; `key` is its full key.
    mutating func misshape(_ key: String, found: [Int], expected: String, line: Int) {
        let words = "\(key) is \(found), not \(expected)"
        misshaped.append(words)
        depart(words, line: line)
    }

    /// Records why this is another network, unless an earlier reason is known.
    mutating func depart(_ reason: String, line: Int) { if departure == nil { departure = (line, reason) } }

    /// Keys that no layer claims: those that may be left out, and those that make it another network.
    func unclaimed() -> (extra: [String], leftOut: [String], unexpected: [String]) {
        var (extra, leftOut, unexpected): ([String], [String], [String]) = ([], [], [])
        for key in weights.entries.map(\.name) where !taken.contains(ExactText(key)) {
            let isLeftOut = key.hasPrefix(prefix) && isLeftOut(String(key.dropFirst(prefix.count)))
            if isLeftOut { leftOut.append(key) }
            if isLeftOut || TrainingHead.owns(key, besideNetworkUnder: prefix) { extra.append(key) } else { unexpected.append(key) }
        }
        return (extra, leftOut, unexpected)
    }

    private func isLeftOut(_ key: String) -> Bool { leftOutExactly.contains(ExactText(key)) || leftOut.contains { $0.fits(key) } }
}
