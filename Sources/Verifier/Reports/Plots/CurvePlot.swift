import ConvertFiles

/// A model's curve in a plot.
struct PlottedCurve {
    /// What the model is called.
    let name: String
    let curve: ROCCurve
    /// Its place among the plot's models, which gives its color and dashes.
    let index: Int

    var color: PlotColor { PlotColor.series[index % PlotColor.series.count] }
    var dashes: [Double] { PlotColor.dashes[index % PlotColor.dashes.count] }
    /// Dots of a single model have the other color, so that they stand out.
    func dotColor(isAlone: Bool) -> PlotColor { isAlone ? .different : color }
}

/// Plots exact ROC curves with their areas; of a single model also the equal error rate.
struct CurvePlot: Plot {
    let curves: [PlottedCurve]
    let title: String
    let subtitle: String

    func draw(on canvas: any PlotCanvas) {
        let axes = PlotAxes(
            self, xLabel: "False accept rate (different people)", yLabel: "True accept rate (same person)",
            xScale: .linear(0...1), yScale: .linear(0...1))
        axes.draw(self, on: canvas)
        canvas.line([(axes.x(0), axes.y(0)), (axes.x(1), axes.y(1))], .gray, dashes: [5, 4])
        var entries: [PlotLegend.Entry] = []
        var drawn: [[(x: Double, y: Double)]] = []
        for plotted in curves {
            let curve = plotted.curve
            let points = curve.corners.map { (x: axes.x(curve.falseAcceptRate($0)), y: axes.y(curve.trueAcceptRate($0))) }
            canvas.line(points, plotted.color, thickness: 2, dashes: plotted.dashes)
            drawn.append(points)
            let area = NumberText.fixed(curve.area, 6)
            entries.append(
                .init(
                    name: curves.count > 1 ? plotted.name : nil, text: "AUC \(area)", color: plotted.color, dashes: plotted.dashes))
        }
        if curves.count == 1, let only = curves.first {
            let rate = only.curve.equalErrorRate
            canvas.dot(x: axes.x(rate), y: axes.y(1 - rate), radius: 4, only.dotColor(isAlone: true))
            entries.append(.init(text: "EER \(NumberText.percent(rate, 2)) %", color: only.dotColor(isAlone: true), mark: .dot))
        }
        entries.append(.init(text: "chance", color: .gray, dashes: [5, 4]))
        PlotLegend(entries: entries).draw(on: canvas, in: axes, corners: [.bottomRight, .topLeft], avoiding: drawn)
    }
}
