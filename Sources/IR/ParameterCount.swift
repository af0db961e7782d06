import ConvertTensors

extension Weights {
    /// Numbers that training adjusts: those of floating-point tensors, each tensor once, without the running statistics of batch
    /// normalization, which torch keeps as buffers.
    package var parameterCount: Int {
        let twins = Set(aliases.map(\.name))
        return entries.reduce(0) { sum, entry in
            guard entry.tensor.dtype.isFloatingPoint, !twins.contains(entry.name), !Weights.isStatistic(entry.name) else { return sum }
            return sum.addingReportingOverflow(entry.tensor.elementCount).partialValue
        }
    }

    /// How many tensors have each dtype, the most frequent first.
    package var dtypeCounts: [(dtype: DType, count: Int)] {
        var order: [DType] = []
        var counts: [DType: Int] = [:]
        for entry in entries {
            if counts[entry.tensor.dtype] == nil { order.append(entry.tensor.dtype) }
            counts[entry.tensor.dtype, default: 0] += 1
        }
        // A stable order: the first to occur, among equals.
        return order.enumerated().sorted { (counts[$0.element] ?? 0, -$0.offset) > (counts[$1.element] ?? 0, -$1.offset) }
            .map { ($0.element, counts[$0.element] ?? 0) }
    }

    private static func isStatistic(_ name: String) -> Bool {
        let last = name.split(separator: ".").last
        return last == "running_mean" || last == "running_var"
    }
}
