import ConvertFiles

/// Plots exact ROC curves over the logarithm of the false accept rate, on which good models differ, with the true accept rate at the
/// smallest decade that the number of pairs supports.
struct LogCurvePlot: Plot {
    let curves: [PlottedCurve]
    let title: String
    let subtitle: String

    /// What is accepted of each kind while false accepts are bounded.
    struct Step: Equatable {
        let falseAcceptRate: Double
        let trueAcceptRate: Double
    }

    func draw(on canvas: any PlotCanvas) {
        let different = curves.map(\.curve.differentCount).max() ?? 1
        let steps = curves.map { LogCurvePlot.steps($0.curve) }
        let lowest = steps.compactMap { $0.first?.trueAcceptRate }.min() ?? 0
        let axes = PlotAxes(
            self, xLabel: "False accept rate (different people)", yLabel: "True accept rate (same person)",
            xScale: .decades(pairs: different), yScale: .linear(LogCurvePlot.start(above: lowest)...1))
        axes.draw(self, on: canvas)
        var entries: [PlotLegend.Entry] = []
        var drawn: [[(x: Double, y: Double)]] = []
        for (plotted, steps) in zip(curves, steps) {
            // Between two steps nothing more is accepted; the first reaches down to no false accept at all.
            var points: [(x: Double, y: Double)] = []
            for (place, step) in steps.enumerated() {
                let x = axes.x(step.falseAcceptRate)
                if place > 0 { points.append((x, axes.y(steps[place - 1].trueAcceptRate))) }
                points.append((x, axes.y(step.trueAcceptRate)))
            }
            canvas.line(points, plotted.color, thickness: 2, dashes: plotted.dashes)
            drawn.append(points)
            let name = curves.count > 1 ? plotted.name : nil
            let rates = ErrorRates.decades.map { plotted.curve.errorRates(falseMatchLimit: $0) }.last(where: \.isSupported)
            guard let rates else {
                entries.append(.init(name: name, text: "TAR", color: plotted.color, dashes: plotted.dashes))
                continue
            }
            canvas.dot(
                x: axes.x(rates.limit), y: axes.y(rates.trueAcceptRate), radius: 4, plotted.dotColor(isAlone: curves.count == 1))
            let text = "TAR \(NumberText.percent(rates.trueAcceptRate, 2)) % at FAR \(rates.limit)"
            entries.append(
                .init(
                    name: name, text: text, color: curves.count == 1 ? .different : plotted.color, mark: curves.count == 1 ? .dot : .line,
                    dashes: plotted.dashes))
        }
        PlotLegend(entries: entries).draw(on: canvas, in: axes, corners: [.bottomRight, .topLeft], avoiding: drawn)
    }

    /// The greatest true accept rate for each number of false accepts at which it grows, from no false accept on.
    static func steps(_ curve: ROCCurve) -> [Step] {
        var steps: [Step] = []
        for point in curve.points {
            let step = Step(falseAcceptRate: curve.falseAcceptRate(point), trueAcceptRate: curve.trueAcceptRate(point))
            if steps.last?.falseAcceptRate == step.falseAcceptRate { steps.removeLast() }
            if steps.last?.trueAcceptRate != step.trueAcceptRate { steps.append(step) }
        }
        // The last one reaches the end of the axis.
        if let last = steps.last, last.falseAcceptRate < 1 { steps.append(Step(falseAcceptRate: 1, trueAcceptRate: last.trueAcceptRate)) }
        return steps
    }

    /// Where the axis of true accepts begins, so that all of a curve that begins at `lowest` is seen.
    private static func start(above lowest: Double) -> Double {
        1 - ([0.01, 0.02, 0.05, 0.1, 0.2, 0.5].first { 1 - lowest <= $0 * 0.98 } ?? 1)
    }
}
