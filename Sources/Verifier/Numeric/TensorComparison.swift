import ConvertFiles
import ConvertIR
import ConvertTensors

/// The first part of a verification: compares every tensor of an export with its source, bit by bit. The source is rounded if the export's
/// type differs, and folded if the export is folded.
package struct TensorComparison: Sendable {
    /// One tensor that is not as expected.
    package struct Difference: Sendable, Equatable {
        /// The tensor.
        package let name: String
        /// What is wrong with it, as a clause without a subject.
        package let what: String
    }

    /// How the source's tensors were made comparable.
    package enum Relation: Sendable, Equatable {
        /// Unchanged.
        case same
        /// Rounded to a narrower or wider type.
        case rounded(WeightPrecision)
        /// The export's tensors were rounded, because the source has the narrower type.
        case sourceRounded(WeightPrecision)
    }

    /// How tensors of the two sides were matched.
    package enum Matching: String, Sendable {
        /// By name.
        case names
        /// By the nodes that read them.
        case graph
    }

    /// Number of tensors compared.
    package let compared: Int
    /// How they were matched.
    package let matching: Matching
    /// Whether batch normalization was folded into the source's tensors first.
    package let isFolded: Bool
    /// How the types relate.
    package let relation: Relation
    /// Number of tensors that differ only by the rounding of arithmetic on weights, such as folding.
    package let nearlySame: Int
    /// What differs.
    package let differences: [Difference]
    /// Why nothing could be compared: the export's tensors have other names.
    package let unmatchedReason: String?

    /// Whether every compared tensor has exactly the source's bits, rounded if a type is narrower.
    package var isExact: Bool { unmatchedReason == nil && differences.isEmpty && nearlySame == 0 }

    /// Compares by names. Differences are recorded, not thrown; damaged bytes throw.
    /// - Parameters:
    /// - ignoresUnitAxes: Whether trailing axes of size 1 may differ in number: slopes still have them if a graph was not understood.
    /// - mayLack: Names of tensors that the export may lack.
    package init(
        export: Weights, source: Weights, foldedSource: (() throws -> Weights)?, ignoresUnitAxes: Bool = false, mayLack: Set<String> = []
    ) throws {
        func matches(_ weights: Weights) -> Int { export.entries.filter { weights[$0.name] != nil }.count }
        var reference = source
        var isFolded = false
        if let foldedSource, export.entries.contains(where: { source[$0.name] == nil }) || export.entries.count < source.entries.count {
            // A folded export has fewer tensors, and biases that the source lacks.
            let folded = try foldedSource()
            if matches(folded) == export.entries.count, folded.entries.count == export.entries.count {
                reference = folded
                isFolded = true
            }
        }
        self.isFolded = isFolded
        matching = .names
        nearlySame = 0
        let common = matches(reference)
        guard common * 2 > max(export.entries.count, reference.entries.count) else {
            compared = 0
            relation = .same
            differences = []
            unmatchedReason =
                "\(common) of \(export.entries.count) tensors have a name of the source's, which has \(reference.entries.count)"
            return
        }
        var judge = Judge()
        for entry in reference.entries {
            guard let tensor = export[entry.name] else {
                if !mayLack.contains(entry.name) { judge.differences.append(Difference(name: entry.name, what: "is missing")) }
                continue
            }
            let shown = ignoresUnitAxes ? try tensor.withoutTrailingUnits(like: entry.tensor) : tensor
            try judge.compare(shown, entry.tensor, name: entry.name)
        }
        for entry in export.entries where reference[entry.name] == nil {
            judge.differences.append(Difference(name: entry.name, what: "is not in the source"))
        }
        compared = common
        relation = judge.relation
        differences = judge.differences
        unmatchedReason = nil
    }

    /// Records that nothing could be matched.
    init(unmatched reason: String) {
        (compared, matching, isFolded, relation, nearlySame, differences) = (0, .names, false, .same, 0, [])
        unmatchedReason = reason
    }

    /// Compares tensors that matched nodes read, whatever their names.
    /// - Parameters:
    /// - tolerance: The relative difference that arithmetic on weights explains; 0 if the bits must be the same.
    /// - isFolded: Whether the source was folded first.
    init(_ pairs: [WeightPair], tolerance: Double, isFolded: Bool) throws {
        var judge = Judge(tolerance: tolerance, raisesSmallNumbers: true)
        for pair in pairs {
            switch (pair.export, pair.source) {
            case (let export?, let source?):
                try judge.compare(try export.spread(like: source), try source.spread(like: export), name: pair.name, scale: pair.scale)
            case (let only?, nil), (nil, let only?):
                // A bias of zeros is equivalent to none.
                let largest = try only.doubles().reduce(0) { max($0, abs($1)) }
                if largest > tolerance * (pair.scale ?? 0) {
                    judge.differences.append(
                        Difference(name: pair.name, what: pair.export == nil ? "is missing" : "is not in the source"))
                }
            case (nil, nil): break
            }
        }
        compared = pairs.count
        matching = .graph
        self.isFolded = isFolded
        relation = judge.relation
        nearlySame = judge.nearlySame
        differences = judge.differences
        unmatchedReason = nil
    }
}

/// Compares tensors one by one, and records how they relate.
private struct Judge {
    let tolerance: Double
    let raisesSmallNumbers: Bool
    var relation = TensorComparison.Relation.same
    var nearlySame = 0
    var differences: [TensorComparison.Difference] = []

    init(tolerance: Double = 0, raisesSmallNumbers: Bool = false) {
        self.tolerance = tolerance
        self.raisesSmallNumbers = raisesSmallNumbers
    }

    mutating func compare(_ found: Tensor, _ expected: Tensor, name: String, scale: Double? = nil) throws {
        var (export, source) = (found, expected)
        var step = 0.0
        if export.dtype != source.dtype, export.dtype.isFloatingPoint, source.dtype.isFloatingPoint {
            let isNarrower = export.dtype.byteCount <= source.dtype.byteCount
            if let precision = WeightPrecision.allCases.first(where: { $0.dtype == export.dtype }) {
                let rounded = try source.rounded(to: precision)
                if !isNarrower, let narrow = WeightPrecision.allCases.first(where: { $0.dtype == source.dtype }),
                    try difference(export, rounded) != nil
                {
                    // The numbers from before the source was rounded.
                    export = try export.rounded(to: narrow)
                    relation = .sourceRounded(narrow)
                } else {
                    source = rounded
                    if isNarrower || relation == .same { relation = .rounded(precision) }
                    step = precision == .float16 ? 0x1p-10 : precision == .bfloat16 ? 0x1p-7 : 0
                }
            }
        }
        guard let what = try difference(export, source) else { return }
        if try isNear(export, source, scale: scale, step: step) {
            nearlySame += 1
        } else {
            differences.append(TensorComparison.Difference(name: name, what: what))
        }
    }

    /// Whether arithmetic on weights explains every difference.
    private func isNear(_ export: Tensor, _ source: Tensor, scale: Double?, step: Double) throws -> Bool {
        guard export.shape == source.shape, export.dtype == source.dtype, export.dtype.isFloatingPoint else { return false }
        // Programs that round to float16 raise numbers too small for it instead of flushing them to zero.
        let smallest = raisesSmallNumbers && export.dtype == .float16 ? 0x1p-23 : 0
        guard tolerance > 0 || smallest > 0 else { return false }
        let (left, right) = (try export.doubles(), try source.doubles())
        let inner = max(1, source.shape.count > 1 ? right.count / max(source.shape[0], 1) : right.count)
        var start = 0
        while start < right.count {
            let end = min(start + inner, right.count)
            var largest = scale ?? 0
            if scale == nil { for index in start..<end { largest = max(largest, abs(right[index])) } }
            let allowed = tolerance > 0 ? tolerance * largest : 0
            for index in start..<end {
                let far = abs(left[index] - right[index])
                guard far <= max(allowed, tolerance > 0 ? step * abs(right[index]) : 0, smallest) else { return false }
            }
            start = end
        }
        return true
    }

    /// What is wrong, as a clause without a subject; nil if the bits are the same.
    private func difference(_ tensor: Tensor, _ expected: Tensor) throws -> String? {
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
    /// The same numbers in the other's shape, if only trailing axes of size 1 differ.
    fileprivate func withoutTrailingUnits(like other: Tensor) throws -> Tensor {
        func trimmed(_ shape: [Int]) -> [Int] { Array(shape.reversed().drop { $0 == 1 }.reversed()) }
        guard shape != other.shape, isContiguous, trimmed(shape) == trimmed(other.shape) else { return self }
        return try Tensor(
            dtype: dtype, shape: other.shape, strides: Tensor.contiguousStrides(other.shape), offset: offset, storage: storage)
    }

    /// A single number for all channels, repeated to the other's length.
    fileprivate func spread(like other: Tensor) throws -> Tensor {
        guard elementCount == 1, shape.count == 1, other.shape.count == 1, other.elementCount > 1 else { return self }
        return try Tensor(dtype: dtype, shape: other.shape, strides: [0], offset: offset, storage: storage)
    }
}
