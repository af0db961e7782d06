import ConvertIR

/// The counters that torch stores beside running statistics; they show whether torch trained a network.
enum NormalizationCounters {
    /// What a user should know about a network whose counters are all 0.
    static let remark =
        "num_batches_tracked is 0 everywhere, as in weights converted from another framework; their ε is often 2e-5, not 1e-5"

    /// Whether there are counters and all of them are 0.
    static func areAllZero(in weights: Weights) -> Bool {
        let counters = weights.entries.filter { $0.name.hasSuffix(".num_batches_tracked") && $0.tensor.elementCount == 1 }
        return !counters.isEmpty && counters.allSatisfy { (try? $0.tensor.doubles())?.first == 0 }
    }
}
