import ConvertIR

/// The counters that torch stores beside running statistics; they show whether torch trained a network.
enum NormalizationCounters {
    /// Whether there are counters and all of them are 0.
    static func areAllZero(in weights: Weights) -> Bool {
        let counters = weights.entries.filter { $0.name.hasSuffix(".num_batches_tracked") && $0.tensor.elementCount == 1 }
        return !counters.isEmpty && counters.allSatisfy { (try? $0.tensor.doubles())?.first == 0 }
    }
}
