import ConvertFiles

/// Plots the exact ROC curve with its area and equal error rate.
struct CurvePlot: Plot {
    let curve: ROCCurve
    let title: String
    let width = 520.0
    let height = 460.0

    func draw(on canvas: PlotCanvas) {
        let axes = PlotAxes(
            title: title, xLabel: "False accept rate (different people accepted)", yLabel: "True accept rate (same person accepted)",
            xRange: 0...1, yRange: 0...1, width: width, height: height)
        axes.draw(on: canvas)
        canvas.line([(axes.x(0), axes.y(0)), (axes.x(1), axes.y(1))], .gray, dashes: [5, 4])
        canvas.line(
            curve.corners.map { (axes.x(curve.falseAcceptRate($0)), axes.y(curve.trueAcceptRate($0))) }, .same, thickness: 2)
        let rate = curve.equalErrorRate
        canvas.dot(x: axes.x(rate), y: axes.y(1 - rate), radius: 4, .different)
        PlotLegend(entries: [
            .init(text: "AUC = \(NumberText.fixed(curve.area, 6))", color: .same),
            .init(text: "EER = \(NumberText.percent(rate, 2)) %", color: .different, mark: .dot),
            .init(text: "chance", color: .gray, dashes: [5, 4]),
        ]).draw(on: canvas, right: axes.fieldRight - 12, edge: axes.fieldBottom - 12, growsUp: true)
    }
}
