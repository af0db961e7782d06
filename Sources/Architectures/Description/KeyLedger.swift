import ConvertFiles
import ConvertIR
import ConvertTensors

/// Hands out the keys of a state dict to the layers that own them, and accounts for every one.
struct KeyLedger {
    /// The file's weights, and those that the network computes.
    private(set) var weights: Weights
    /// Shapes that tensors would have if the description were right, for following it past one that is missing or has another shape.
    private var supposed: Weights?
    private var supposedCount = 0
    /// Keys that are taken to be there although they are not.
    private let supposedKeys: Set<String>
    /// The prefix that all keys of the network share, such as `module.`.
    let prefix: String
    private(set) var taken: Set<ExactText> = []
    private(set) var missing: [String] = []
    private(set) var misshaped: [String] = []
    /// Whether the layers of a line have an optional weight, and the first one's key.
    private var optionals: [String: (isUsual: Bool, key: String)] = [:]
    /// Keys, without their prefix, that are not part of the network.
    private var leftOut: [NamePattern] = []
    private var leftOutExactly: Set<ExactText> = []
    /// The first line at which the weights are not those of the description, and why.
    private(set) var departure: (line: Int, reason: String)?

    /// - Parameter supposedKeys: keys, without their prefix, that are taken to be there although they are not.
    init(_ weights: Weights, prefix: String, supposedKeys: Set<String> = []) {
        self.weights = weights
        self.prefix = prefix
        self.supposedKeys = supposedKeys
    }

    /// The shape of a tensor; nil if it is absent.
    func shape(_ key: String) -> [Int]? { weights[prefix + key]?.shape }

    /// Whether the file has a key.
    func has(_ key: String) -> Bool { shape(key) != nil || supposedKeys.contains(key) }

    /// The weights as far as they are there and of the right shape, and otherwise what they would be.
    var shapes: Weights { supposed ?? weights }

    private static let mostSuppositions = 16

    /// Lets a tensor have a shape, from here on and for shapes alone; `key` is its full key.
    mutating func suppose(_ key: String, _ shape: [Int]) {
        guard supposedCount < KeyLedger.mostSuppositions,
            let tensor = try? Tensor(
                dtype: .float32, shape: shape, strides: shape.map { _ in 0 }, offset: 0,
                storage: Storage(name: key, bytes: .init(copying: [0, 0, 0, 0], name: key)))
        else { return }
        supposedCount += 1
        supposed = Weights(
            entries: shapes.entries.filter { $0.name != key } + [Weights.Entry(name: key, tensor: tensor)], provenance: weights.provenance)
    }

    /// Numbers in the first tensor with one axis that no layer has claimed and that lies after these keys in the file: what a normalization
    /// or a bias after them has, and with it the layer between.
    func channels(after keys: [String]) -> Int? {
        let names = Set(keys.map(ExactText.init))
        let start = weights.entries.lastIndex { names.contains(ExactText($0.name)) }.map { $0 + 1 } ?? 0
        return weights.entries[start...].first { $0.tensor.shape.count == 1 && !taken.contains(ExactText($0.name)) }?.tensor.shape[0]
    }

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
        let isThere = shape(key) != nil
        guard let first = optionals[place] else {
            optionals[place] = (isThere, key)
            return isThere
        }
        // A weight that only some have is missing in the others.
        if isThere, !first.isUsual {
            missing.append(prefix + first.key)
            depart("\(prefix)\(first.key) is missing, while \(prefix)\(key) is there", line: line)
            optionals[place] = (true, first.key)
        }
        return first.isUsual || isThere
    }

    /// Claims a tensor that may be absent and that no layer reads, such as `num_batches_tracked`, by its full key.
    mutating func allow(whole key: String) { taken.insert(ExactText(key)) }

    /// Adds a tensor that no file holds.
    mutating func add(_ key: String, _ tensor: Tensor) {
        supposed = nil
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
        // A weight that several layers share is one tensor.
        guard !misshaped.contains(where: { $0.hasPrefix("\(key) is ") }) else { return }
        let words = "\(key) is \(found), not \(expected)"
        misshaped.append(words)
        depart(words, line: line)
    }

    /// Records why this is another network, unless an earlier reason is known.
    mutating func depart(_ reason: String, line: Int) { if departure == nil { departure = (line, reason) } }

    /// Records keys that must be there, because others of their modules are, as the first ones that are missing.
    mutating func miss(_ absences: [FamilyAbsences.Absence]) {
        for absence in absences where !missing.contains(prefix + absence.key) { missing.append(prefix + absence.key) }
        if let first = absences.first { departure = (first.line, "\(prefix)\(first.key) is missing") }
    }

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
