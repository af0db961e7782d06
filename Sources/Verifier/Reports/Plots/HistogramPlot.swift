import ConvertFiles

/// Plots the distribution of scores for both kinds of pairs, and the best threshold over all of them.
struct HistogramPlot: Plot {
    let same: [Float]
    let different: [Float]
    /// As a cosine.
    let threshold: Double
    let title: String
    let subtitle: String

    private static let binCount = 60

    func draw(on canvas: any PlotCanvas) {
        let lowest = Double(min(same.min() ?? 0, different.min() ?? 0))
        let highest = Double(max(same.max() ?? 1, different.max() ?? 1))
        let (lower, upper) = ((lowest * 10 - 1e-6).rounded(.down) / 10, (highest * 10 + 1e-6).rounded(.up) / 10)
        let range = lower...max(upper, lower + 0.1)
        let counts = [same, different].map { HistogramPlot.counts($0, in: range) }
        let most = counts.joined().max() ?? 0
        // The highest bar ends below the legend.
        let axes = PlotAxes(
            self, xLabel: "Cosine of both embeddings", yLabel: "Pairs", xScale: .linear(range),
            yScale: .linear(0...Double(max(most, 1)) * 1.36))
        axes.draw(self, on: canvas)
        let binWidth = (range.upperBound - range.lowerBound) / Double(HistogramPlot.binCount)
        for (kind, color) in zip(counts, [PlotColor.same, .different]) {
            for (bin, count) in kind.enumerated() where count > 0 {
                let left = axes.x(range.lowerBound + Double(bin) * binWidth)
                let right = axes.x(range.lowerBound + Double(bin + 1) * binWidth)
                let top = axes.y(Double(count))
                canvas.fill(x: left, y: top, width: right - left, height: axes.fieldBottom - top, color.covering(0.62))
            }
        }
        let place = axes.x(min(max(threshold, range.lowerBound), range.upperBound))
        canvas.line([(place, axes.fieldTop), (place, axes.fieldBottom)], .ink, thickness: 1.5, dashes: [6, 4])
        PlotLegend(entries: [
            .init(text: "Same person (\(NumberText.grouped(same.count)))", color: .same.covering(0.62), mark: .area),
            .init(text: "Different people (\(NumberText.grouped(different.count)))", color: .different.covering(0.62), mark: .area),
            .init(text: "Global threshold \(NumberText.fixed(threshold, 4))", color: .ink, dashes: [6, 4]),
        ]).draw(on: canvas, right: axes.fieldRight - 10, edge: axes.fieldTop + 10, growsUp: false)
    }

    /// How many scores fall into each bin; the last bin includes its upper end.
    static func counts(_ scores: [Float], in range: ClosedRange<Double>) -> [Int] {
        var counts = [Int](repeating: 0, count: binCount)
        let span = range.upperBound - range.lowerBound
        for score in scores where range.contains(Double(score)) {
            let bin = Int((Double(score) - range.lowerBound) / span * Double(binCount))
            counts[min(max(bin, 0), binCount - 1)] += 1
        }
        return counts
    }
}
