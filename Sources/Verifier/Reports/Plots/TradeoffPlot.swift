import ConvertFiles

/// Plots DET curves, FNMR against FMR, on axes of normal deviates, and where both errors are equal.
struct TradeoffPlot: Plot {
    let curves: [PlottedCurve]
    let title: String
    let subtitle: String

    func draw(on canvas: any PlotCanvas) {
        let axes = PlotAxes(
            self, xLabel: "False match rate, %", yLabel: "False non-match rate, %",
            xScale: .deviates(pairs: curves.map(\.curve.differentCount).max() ?? 1),
            yScale: .deviates(pairs: curves.map(\.curve.sameCount).max() ?? 1))
        axes.draw(self, on: canvas)
        var entries: [PlotLegend.Entry] = []
        var drawn: [[(x: Double, y: Double)]] = []
        for plotted in curves {
            let curve = plotted.curve
            let isAlone = curves.count == 1
            let rates = curve.corners.map { (match: curve.falseAcceptRate($0), nonMatch: 1 - curve.trueAcceptRate($0)) }
            // Errors beyond one half are not on the axes.
            let points = rates.filter { max($0.match, $0.nonMatch) <= 0.5 }.map { (x: axes.x($0.match), y: axes.y($0.nonMatch)) }
            canvas.line(points, plotted.color, thickness: 2, dashes: plotted.dashes)
            drawn.append(points)
            let rate = curve.equalErrorRate
            canvas.dot(x: axes.x(rate), y: axes.y(rate), radius: 4, plotted.dotColor(isAlone: isAlone))
            entries.append(
                .init(
                    name: isAlone ? nil : plotted.name, text: "EER \(NumberText.percent(rate, 2)) %",
                    color: plotted.dotColor(isAlone: isAlone), mark: isAlone ? .dot : .line, dashes: plotted.dashes))
        }
        PlotLegend(entries: entries).draw(on: canvas, in: axes, corners: [.topRight, .bottomLeft], avoiding: drawn)
    }
}
