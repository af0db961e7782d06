import ConvertFiles
import TestSupport
import Testing

@testable import Verifier

/// What plots draw, and where.
@Suite struct PlotTests {
    /// Records what is drawn. Letters are as wide as half their size.
    private final class Recorder: PlotCanvas {
        private(set) var texts: [String] = []
        private(set) var lines: [(points: [(x: Double, y: Double)], color: PlotColor, dashes: [Double])] = []

        func fill(x: Double, y: Double, width: Double, height: Double, _ color: PlotColor) {}
        func outline(x: Double, y: Double, width: Double, height: Double, _ color: PlotColor, thickness: Double) {}
        func line(_ points: [(x: Double, y: Double)], _ color: PlotColor, thickness: Double, dashes: [Double]) {
            lines.append((points, color, dashes))
        }
        func dot(x: Double, y: Double, radius: Double, _ color: PlotColor) {}
        func text(_ text: String, x: Double, y: Double, size: Double, _ color: PlotColor, anchor: PlotAnchor, isUpright: Bool) {
            texts.append(text)
        }
        func textWidth(_ text: String, size: Double) -> Double { Double(text.count) * size / 2 }
    }

    private func curve(_ seed: UInt64, steps: Int = 40) throws -> ROCCurve {
        ROCCurve(try InventedPeople.random(pairs: 300, folds: 5, seed: seed, steps: steps))
    }

    @Test("The logarithmic curve is the true accept rate at every bound on false accepts") func stepsAreOperatingPoints() throws {
        for seed in 1...8 as ClosedRange<UInt64> {
            let curve = try curve(seed, steps: seed.isMultiple(of: 2) ? 3 : 400)
            let steps = LogCurvePlot.steps(curve)
            #expect(steps.first?.falseAcceptRate == 0 && steps.last == .init(falseAcceptRate: 1, trueAcceptRate: 1))
            for count in 0...curve.differentCount {
                let limit = Double(count) / Double(curve.differentCount)
                let drawn = steps.last { $0.falseAcceptRate <= limit }?.trueAcceptRate
                #expect(drawn == curve.operatingPoint(falseAcceptLimit: limit).trueAcceptRate, "seed \(seed), FAR \(limit)")
            }
        }
    }

    @Test("The logarithmic axis begins at the power of ten at or below the share of one pair") func decadesOfAnAxis() {
        for (pairs, first) in [
            (3000, "1e-4"), (1000, "0.001"), (1001, "1e-4"), (44, "0.01"), (6, "0.1"), (0, "0.1"), (100_000_000, "1e-6"),
        ] {
            #expect(PlotScale.decades(pairs: pairs).ticks.first?.label == first, "\(pairs) pairs")
        }
        let scale = PlotScale.decades(pairs: 3000)
        for (rate, place) in [(0.0, 0.0), (1e-4, 0), (1e-3, 0.25), (1e-2, 0.5), (0.1, 0.75), (1, 1)] {
            #expect(abs(scale.place(rate) - place) < 1e-12, "\(rate)")
        }
        let errors = PlotScale.deviates(pairs: 3000)
        #expect(errors.ticks.first?.value == 1e-4 && errors.place(0) == 0 && errors.place(0.5) == 1 && errors.place(0.9) == 1)
        #expect(abs(errors.place(0.1) - (1 - PlotScale.deviate(0.1) / PlotScale.deviate(1e-4))) < 1e-9)
    }

    @Test("Every plot is headed by what it shows and of which model") func headings() throws {
        let evaluation = LFWEvaluation(try InventedPeople.table())
        var provenance = EvaluationProvenance()
        provenance.checkpoint = "epoch_024.onnx"
        let report = EvaluationReport(
            evaluation, judgment: try Judgment(evaluation, expectations: Expectations()), provenance: provenance)
        for kind in ReportPlot.allCases {
            let recorder = Recorder()
            report.plot(kind).draw(on: recorder)
            #expect(
                recorder.texts.first?.isEmpty == false && recorder.texts.dropFirst().first?.hasPrefix("epoch_024.onnx, 90 pairs") == true)
            #expect(try report.plot(kind).element().contains(">epoch_024.onnx, 90 pairs, Not LFW</text>"), "\(kind)")
        }
    }

    @Test("A legend is where it covers the least of the curves") func legends() throws {
        let axes = PlotAxes(
            CurvePlot(curves: [], title: "T", subtitle: "S"), xLabel: "", yLabel: "", xScale: .linear(0...1), yScale: .linear(0...1))
        let legend = PlotLegend(entries: [.init(text: "a model", color: .same)])
        func place(_ curve: [(x: Double, y: Double)]) -> (x: Double, y: Double)? {
            let recorder = Recorder()
            legend.draw(
                on: recorder, in: axes, corners: [.bottomRight, .topLeft], avoiding: [curve.map { (axes.x($0.x), axes.y($0.y)) }])
            return recorder.lines.first?.points.first
        }
        let below = try #require(place([(0, 0.08), (1, 0.08), (1, 1)]))
        #expect(below.x < axes.x(0.5) && below.y < axes.y(0.5), "one long line along the bottom")
        let above = try #require(place([(0, 0), (0, 1), (1, 1)]))
        #expect(above.x > axes.x(0.5) && above.y > axes.y(0.5))
    }

    @Test("Curves of several models differ in color and dashes, and the legend names them") func severalCurves() throws {
        let names = ["a.onnx", "b.onnx", String(repeating: "long_", count: 30) + "end.onnx"]
        let curves = try names.enumerated().map { PlottedCurve(name: $1, curve: try curve(UInt64($0 + 1)), index: $0) }
        let plots: [any Plot] = [
            CurvePlot(curves: curves, title: "T", subtitle: "S"), LogCurvePlot(curves: curves, title: "T", subtitle: "S"),
            TradeoffPlot(curves: curves, title: "T", subtitle: "S"),
        ]
        for plot in plots {
            let recorder = Recorder()
            plot.draw(on: recorder)
            let drawn = recorder.lines.filter { $0.points.count > 2 }
            #expect(drawn.count == 3 && drawn.map(\.color) == Array(PlotColor.series.prefix(3)))
            #expect(Set(drawn.map(\.dashes)).count == 3)
            for name in names.prefix(2) { #expect(recorder.texts.contains { $0.hasPrefix("\(name): ") }) }
            #expect(recorder.texts.contains { $0.hasPrefix("long_") && $0.contains("…") && $0.contains("end.onnx: ") })
        }
        // Letters, points and names never leave the element as markup.
        let element = try CurvePlot(curves: curves, title: "<b>", subtitle: "\"&").element()
        #expect(element.contains("aria-label=\"&lt;b&gt;, &quot;&amp;\"") && !element.contains("<b>"))
    }
}
