import ConvertFiles
import Glibc

/// Plots the DET curve, FNMR against FMR, on axes of normal deviates, on which the errors of two normal distributions of scores make a
/// straight line.
struct TradeoffPlot: Plot {
    let curve: ROCCurve
    let title: String
    let width = 520.0
    let height = 460.0

    private static let (left, right, top, bottom) = (64.0, 20.0, 40.0, 52.0)
    /// Rates at which the axes are marked, and how they are written in percent.
    private static let ticks: [(rate: Double, label: String)] = [
        (1e-6, "0.0001"), (1e-5, "0.001"), (1e-4, "0.01"), (1e-3, "0.1"), (5e-3, "0.5"), (1e-2, "1"), (2e-2, "2"), (5e-2, "5"), (0.1, "10"),
        (0.2, "20"), (0.4, "40"),
    ]
    /// Where the axes end on the side of many errors.
    private static let greatest = 0.5

    /// The smallest rate on an axis: a decade below what the number of pairs can show.
    private static func least(_ count: Int) -> Double {
        let smallest = 1 / Double(max(count, 10))
        return ticks.last { $0.rate <= smallest }?.rate ?? 1e-6
    }

    /// The standard normal distribution's quantile of a share, by halving an interval of its cumulative function.
    static func deviate(_ share: Double) -> Double {
        var (low, high) = (-9.0, 9.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if erfc(-middle / 2.0.squareRoot()) / 2 < share { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    func draw(on canvas: PlotCanvas) {
        let (lowX, lowY) = (TradeoffPlot.least(curve.differentCount), TradeoffPlot.least(curve.sameCount))
        let fieldWidth = width - TradeoffPlot.left - TradeoffPlot.right
        let fieldHeight = height - TradeoffPlot.top - TradeoffPlot.bottom
        let end = TradeoffPlot.deviate(TradeoffPlot.greatest)
        func place(_ rate: Double, _ low: Double) -> Double {
            let start = TradeoffPlot.deviate(low)
            return (TradeoffPlot.deviate(min(max(rate, low), TradeoffPlot.greatest)) - start) / (end - start)
        }
        func x(_ rate: Double) -> Double { TradeoffPlot.left + place(rate, lowX) * fieldWidth }
        func y(_ rate: Double) -> Double { height - TradeoffPlot.bottom - place(rate, lowY) * fieldHeight }
        canvas.text(title, x: width / 2, y: 24, size: 14, anchor: .middle)
        for (tick, label) in TradeoffPlot.ticks {
            if tick >= lowX {
                canvas.line([(x(tick), TradeoffPlot.top), (x(tick), height - TradeoffPlot.bottom)], .faint)
                canvas.text(label, x: x(tick), y: height - TradeoffPlot.bottom + 17, size: 10.5, anchor: .middle)
            }
            if tick >= lowY {
                canvas.line([(TradeoffPlot.left, y(tick)), (width - TradeoffPlot.right, y(tick))], .faint)
                canvas.text(label, x: TradeoffPlot.left - 7, y: y(tick) + 4, size: 10.5, anchor: .end)
            }
        }
        canvas.outline(x: TradeoffPlot.left, y: TradeoffPlot.top, width: fieldWidth, height: fieldHeight, .gray)
        canvas.text("False match rate, %", x: TradeoffPlot.left + fieldWidth / 2, y: height - 14, size: 12, anchor: .middle)
        canvas.text("False non-match rate, %", x: 18, y: TradeoffPlot.top + fieldHeight / 2, size: 12, anchor: .middle, isUpright: false)
        let points = curve.corners.filter {
            max(curve.falseAcceptRate($0), 1 - curve.trueAcceptRate($0)) <= TradeoffPlot.greatest
        }.map { (x(curve.falseAcceptRate($0)), y(1 - curve.trueAcceptRate($0))) }
        canvas.line(points, .same, thickness: 2)
        let rate = curve.equalErrorRate
        canvas.dot(x: x(rate), y: y(rate), radius: 4, .different)
        PlotLegend(entries: [
            .init(text: "FNMR against FMR", color: .same),
            .init(text: "EER = \(NumberText.percent(rate, 2)) %", color: .different, mark: .dot),
        ]).draw(on: canvas, right: width - TradeoffPlot.right - 12, edge: TradeoffPlot.top + 12, growsUp: false)
    }
}
