import ConvertFiles
import Glibc

/// Two labeled axes with round tick marks around the area in which data are drawn.
struct PlotAxes {
    let title: String
    let xLabel: String
    let yLabel: String
    let xRange: ClosedRange<Double>
    let yRange: ClosedRange<Double>
    /// Size of the whole drawing in points.
    let width: Double
    let height: Double

    private static let left = 64.0
    private static let right = 20.0
    private static let top = 40.0
    private static let bottom = 52.0

    var fieldWidth: Double { width - PlotAxes.left - PlotAxes.right }
    var fieldHeight: Double { height - PlotAxes.top - PlotAxes.bottom }
    var fieldRight: Double { width - PlotAxes.right }
    var fieldTop: Double { PlotAxes.top }
    var fieldBottom: Double { height - PlotAxes.bottom }

    func x(_ value: Double) -> Double {
        PlotAxes.left + (value - xRange.lowerBound) / max(xRange.upperBound - xRange.lowerBound, .leastNonzeroMagnitude) * fieldWidth
    }

    func y(_ value: Double) -> Double {
        fieldBottom - (value - yRange.lowerBound) / max(yRange.upperBound - yRange.lowerBound, .leastNonzeroMagnitude) * fieldHeight
    }

    func draw(on canvas: PlotCanvas) {
        canvas.text(title, x: width / 2, y: 24, size: 14, anchor: .middle)
        for (value, label) in PlotAxes.ticks(xRange) {
            canvas.line([(x(value), fieldTop), (x(value), fieldBottom)], .faint)
            canvas.text(label, x: x(value), y: fieldBottom + 17, size: 10.5, anchor: .middle)
        }
        for (value, label) in PlotAxes.ticks(yRange) {
            canvas.line([(PlotAxes.left, y(value)), (fieldRight, y(value))], .faint)
            canvas.text(label, x: PlotAxes.left - 7, y: y(value) + 4, size: 10.5, anchor: .end)
        }
        canvas.outline(x: PlotAxes.left, y: fieldTop, width: fieldWidth, height: fieldHeight, .gray)
        canvas.text(xLabel, x: PlotAxes.left + fieldWidth / 2, y: height - 14, size: 12, anchor: .middle)
        canvas.text(yLabel, x: 18, y: fieldTop + fieldHeight / 2, size: 12, anchor: .middle, isUpright: false)
    }

    /// Four to nine multiples of 1, 2 or 5 times a power of ten within a range.
    static func ticks(_ range: ClosedRange<Double>) -> [(value: Double, label: String)] {
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
