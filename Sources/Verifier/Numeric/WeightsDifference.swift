import ConvertIR
import ConvertJSON
import ConvertTensors

/// How two sets of weights of one network differ, as two epochs of a training do: which tensors moved, and how far.
package struct WeightsDifference: Sendable {
    /// One tensor whose numbers differ.
    package struct Moved: Sendable, Equatable {
        /// Its name in the first set.
        package let name: String
        /// Its sizes.
        package let shape: [Int]
        /// How many numbers are not the same; two NaNs are.
        package let count: Int
        /// The largest difference of two finite numbers.
        package let largest: Double
        /// The length of the difference as a vector over that of the first tensor; infinite if that is zero, nil if a number is not finite or
        /// the lengths leave the range of double precision.
        package let relative: Double?
    }

    /// A tensor that is of another kind in the second set.
    package struct Changed: Sendable, Equatable {
        /// Its name in the first set.
        package let name: String
        /// dtype and sizes in the first set.
        package let first: String
        /// dtype and sizes in the second.
        package let second: String
    }

    /// Names whose tensors hold the same numbers.
    package private(set) var same: [String] = []
    /// Tensors whose numbers differ, the farthest first.
    package private(set) var moved: [Moved] = []
    /// Tensors whose sizes differ, or whose dtypes have no common numbers.
    package private(set) var changed: [Changed] = []
    /// Names whose dtypes differ although their numbers can be compared, with both dtypes.
    package private(set) var retyped: [Changed] = []
    /// Names that only the first set has.
    package private(set) var onlyFirst: [String] = []
    /// Names that only the second set has.
    package private(set) var onlySecond: [String] = []
    /// A prefix that was taken off one set's names, such as `module.`; nil if names are equal as they are.
    package private(set) var strippedPrefix: String?
    /// The length of all differences together as a vector, over that of the first set's tensors; nil as for one tensor.
    package private(set) var relative: Double? = 0

    /// What nn.DataParallel puts in front of every name.
    private static let wrapper = "module."

    /// Compares by names. Throws if bytes are damaged.
    package init(_ first: Weights, _ second: Weights) throws {
        func isWrapped(_ weights: Weights) -> Bool {
            !weights.entries.isEmpty && weights.entries.allSatisfy { $0.name.hasPrefix(Self.wrapper) }
        }
        let (firstIsWrapped, secondIsWrapped) = (isWrapped(first), isWrapped(second))
        if firstIsWrapped != secondIsWrapped { strippedPrefix = Self.wrapper }
        func counterpart(_ name: String, isWrapped: Bool) -> String {
            guard firstIsWrapped != secondIsWrapped else { return name }
            return isWrapped ? String(name.dropFirst(Self.wrapper.count)) : Self.wrapper + name
        }
        var (square, total) = (0.0, 0.0)
        for entry in first.entries {
            guard let other = second[counterpart(entry.name, isWrapped: firstIsWrapped)] else {
                onlyFirst.append(entry.name)
                continue
            }
            let one = entry.tensor
            let kinds = Changed(
                name: entry.name, first: "\(one.dtype.rawValue) \(one.shape)", second: "\(other.dtype.rawValue) \(other.shape)")
            guard one.shape == other.shape, one.dtype == other.dtype || (Self.hasNumbers(one) && Self.hasNumbers(other)) else {
                changed.append(kinds)
                continue
            }
            if one.dtype != other.dtype { retyped.append(kinds) }
            if one.dtype == other.dtype, try Self.areBitsEqual(one, other) {
                if Self.hasNumbers(one) { total += try Sums(one, nil).total }
                same.append(entry.name)
                continue
            }
            guard Self.hasNumbers(one) else {
                // Complex and quantized numbers have no order here.
                changed.append(kinds)
                continue
            }
            var sums = try Sums(one, other)
            // Integers of 64 bits may differ by less than double precision shows.
            if sums.count == 0, one.dtype == other.dtype, !one.dtype.isFloatingPoint { sums.count = 1 }
            square += sums.square
            total += sums.total
            guard sums.count > 0 else {
                same.append(entry.name)
                continue
            }
            moved.append(
                Moved(name: entry.name, shape: one.shape, count: sums.count, largest: sums.largest, relative: sums.relative))
        }
        for entry in second.entries where first[counterpart(entry.name, isWrapped: secondIsWrapped)] == nil {
            onlySecond.append(entry.name)
        }
        // Without a distance comes first: a number that is not finite has to be seen. What was zero comes last.
        func rank(_ tensor: Moved) -> Double { tensor.relative.map { $0 == .infinity ? -1 : $0 } ?? .infinity }
        moved.sort { rank($0) > rank($1) }
        relative = Self.ratio(square, total)
    }

    private static func hasNumbers(_ tensor: Tensor) -> Bool { !tensor.dtype.isComplex && !tensor.dtype.isQuantized }

    private static func areBitsEqual(_ one: Tensor, _ other: Tensor) throws -> Bool {
        do {
            try BitwiseComparison.check(one, against: other, name: "", file: "")
            return true
        } catch is BitwiseDifference { return false }
    }

    fileprivate static func ratio(_ square: Double, _ total: Double) -> Double? {
        guard square.isFinite, total.isFinite else { return nil }
        return square == 0 ? 0 : (square / total).squareRoot()
    }

    /// What is summed up over two tensors of one shape.
    private struct Sums {
        var count = 0
        var largest = 0.0
        var square = 0.0
        var total = 0.0
        var relative: Double? { WeightsDifference.ratio(square, total) }

        /// - Parameter second: nil to sum the first alone.
        init(_ first: Tensor, _ second: Tensor?) throws {
            let others = try second?.doubles()
            var at = 0
            try first.forEachDoubleWindow { window in
                for value in window {
                    total += value * value
                    guard let others else { continue }
                    let other = others[at]
                    at += 1
                    if value == other || (value.isNaN && other.isNaN) { continue }
                    count += 1
                    let far = abs(value - other)
                    square += far * far
                    if far.isFinite { largest = max(largest, far) }
                }
            }
        }
    }
}
