import Files
import IR
import Tensors

/// The first part of a verification: every tensor of an export against its source, bit for bit, rounded likewise where the export's type
/// is another, folded likewise where the export is folded.
public struct TensorComparison: Sendable {
    /// One tensor that is not as it should be.
    public struct Difference: Sendable, Equatable {
        /// The tensor.
        public let name: String
        /// What is wrong with it, as a clause.
        public let what: String
    }

    /// How the source's tensors were made comparable.
    public enum Relation: Sendable, Equatable {
        /// As they are.
        case same
        /// Rounded to a narrower or wider type.
        case rounded(WeightPrecision)
    }

    /// Tensors that were compared.
    public let compared: Int
    /// Whether batch normalisation was folded into the source's tensors first.
    public let isFolded: Bool
    /// How types relate.
    public let relation: Relation
    /// What differs.
    public let differences: [Difference]
    /// Why nothing could be compared: the export's tensors bear other names.
    public let unmatchedReason: String?

    /// Compares; never throws for a difference. Damaged bytes throw.
    /// - Parameters:
    ///   - ignoresUnitAxes: whether axes of size 1 may be more or fewer: where a graph was not understood, slopes still have them.
    ///   - mayLack: tensors that the export need not have.
    public init(
        export: Weights, source: Weights, foldedSource: (() throws -> Weights)?, ignoresUnitAxes: Bool = false, mayLack: Set<String> = []
    ) throws {
        func matches(_ weights: Weights) -> Int { export.entries.filter { weights[$0.name] != nil }.count }
        var reference = source
        var isFolded = false
        if let foldedSource, export.entries.contains(where: { source[$0.name] == nil }) || export.entries.count < source.entries.count {
            // A folded export has fewer tensors, and biases that the source has not.
            let folded = try foldedSource()
            if matches(folded) == export.entries.count, folded.entries.count == export.entries.count {
                reference = folded
                isFolded = true
            }
        }
        self.isFolded = isFolded
        let common = matches(reference)
        // Other programs fold what they export and keep the names of what is left: those are no longer the same tensors.
        guard common * 2 > max(export.entries.count, reference.entries.count) else {
            compared = 0
            relation = .same
            differences = []
            unmatchedReason =
                "\(common) of \(export.entries.count) tensors bear a name of the source's, which has \(reference.entries.count)"
            return
        }
        var relation = Relation.same
        var found: [Difference] = []
        for entry in reference.entries {
            guard let tensor = export[entry.name] else {
                if !mayLack.contains(entry.name) { found.append(Difference(name: entry.name, what: "is missing")) }
                continue
            }
            var expected = entry.tensor
            if tensor.dtype != expected.dtype, tensor.dtype.isFloatingPoint, expected.dtype.isFloatingPoint,
                let precision = WeightPrecision.allCases.first(where: { $0.dtype == tensor.dtype })
            {
                expected = try expected.rounded(to: precision)
                relation = .rounded(precision)
            }
            let shown = ignoresUnitAxes ? try tensor.withoutTrailingUnits(like: expected) : tensor
            if let what = try TensorComparison.difference(shown, expected) { found.append(Difference(name: entry.name, what: what)) }
        }
        for entry in export.entries where reference[entry.name] == nil {
            found.append(Difference(name: entry.name, what: "is not in the source"))
        }
        compared = common
        self.relation = relation
        differences = found
        unmatchedReason = nil
    }

    /// What is wrong, as a clause; nil for the same bits.
    private static func difference(_ tensor: Tensor, _ expected: Tensor) throws -> String? {
        guard tensor.dtype == expected.dtype, tensor.shape == expected.shape else {
            return "is \(tensor.dtype.rawValue) \(tensor.shape), not \(expected.dtype.rawValue) \(expected.shape)"
        }
        do {
            try BitwiseComparison.check(tensor, against: expected, name: "", file: "")
            return nil
        } catch is BitwiseDifference {
            guard !tensor.dtype.isComplex, !tensor.dtype.isQuantized else { return "differs" }
            let (left, right) = (try tensor.doubles(), try expected.doubles())
            var count = 0
            var largest = 0.0
            var first: Int?
            for index in left.indices where left[index].bitPattern != right[index].bitPattern {
                count += 1
                first = first ?? index
                largest = max(largest, abs(left[index] - right[index]))
            }
            return "differs in \(count) of \(left.count) numbers, first at \(first ?? 0), by at most \(Float(largest))"
        }
    }
}

extension Tensor {
    /// The same numbers in the other's shape, where only axes of size 1 differ.
    fileprivate func withoutTrailingUnits(like other: Tensor) throws -> Tensor {
        guard shape != other.shape, isContiguous, shape.filter({ $0 != 1 }) == other.shape.filter({ $0 != 1 }) else { return self }
        return try Tensor(
            dtype: dtype, shape: other.shape, strides: Tensor.contiguousStrides(other.shape), offset: offset, storage: storage)
    }
}
