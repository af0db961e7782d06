import ConvertFiles
import Glibc

/// How numbers are placed along an axis, and where it is marked.
struct PlotScale {
    /// Places marked on the axis.
    let ticks: [(value: Double, label: String)]
    private let range: ClosedRange<Double>
    /// Numbers that are evenly spaced on the axis.
    private let even: @Sendable (Double) -> Double

    private init(_ range: ClosedRange<Double>, ticks: [(value: Double, label: String)], even: @escaping @Sendable (Double) -> Double) {
        (self.range, self.ticks, self.even) = (range, ticks, even)
    }

    /// Numbers themselves.
    static func linear(_ range: ClosedRange<Double>) -> PlotScale { PlotScale(range, ticks: roundTicks(range)) { $0 } }

    /// Logarithms of rates, from a power of ten up to 1.
    /// - Parameter count: how many pairs the rates are shares of; the axis begins at the power of ten at or below the share of one pair, and
    ///   below 1 in any case.
    static func decades(pairs count: Int) -> PlotScale {
        let first = min(6, max(1, Int(log10(Double(max(count, 1))).rounded(.up))))
        let labels = ["1", "0.1", "0.01", "0.001", "1e-4", "1e-5", "1e-6"]
        return PlotScale(
            pow(10, -Double(first))...1, ticks: (0...first).reversed().map { (pow(10, -Double($0)), labels[$0]) }, even: { log10($0) })
    }

    /// Normal deviates of rates of errors up to one half, on which the errors of two normal distributions of scores make a straight line;
    /// marks are in percent.
    /// - Parameter count: how many pairs the rates are shares of; the axis begins at a mark at or below the share of one pair.
    static func deviates(pairs count: Int) -> PlotScale {
        let smallest = 1 / Double(max(count, 10))
        let least = rates.last { $0.value <= smallest }?.value ?? rates[0].value
        return PlotScale(least...0.5, ticks: rates.filter { $0.value >= least }, even: deviate)
    }

    /// Marks of rates, in percent.
    private static let rates: [(value: Double, label: String)] = [
        (1e-6, "0.0001"), (1e-5, "0.001"), (1e-4, "0.01"), (1e-3, "0.1"), (5e-3, "0.5"), (1e-2, "1"), (2e-2, "2"), (5e-2, "5"), (0.1, "10"),
        (0.2, "20"), (0.4, "40"),
    ]

    /// Where a number lies between the axis's ends, 0…1; what is beyond an end lies at it.
    func place(_ value: Double) -> Double {
        let (start, end) = (even(range.lowerBound), even(range.upperBound))
        return (even(min(max(value, range.lowerBound), range.upperBound)) - start) / max(end - start, .leastNonzeroMagnitude)
    }

    /// Whether a number is on the axis.
    func contains(_ value: Double) -> Bool { range.contains(value) }

    /// The standard normal distribution's quantile of a share, by halving an interval of its cumulative function.
    static func deviate(_ share: Double) -> Double {
        var (low, high) = (-9.0, 9.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if erfc(-middle / 2.0.squareRoot()) / 2 < share { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// Four to nine multiples of 1, 2 or 5 times a power of ten within a range.
    static func roundTicks(_ range: ClosedRange<Double>) -> [(value: Double, label: String)] {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite else { return [] }
        let power = pow(10, log10(span / 5).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= 8 } ?? span
        let decimals = max(0, Int(-log10(step).rounded(.down)))
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        return (0...20).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound + step * 1e-9 }
            .map { value in (value, NumberText.fixed(value == 0 ? 0 : value, decimals)) }
    }
}
