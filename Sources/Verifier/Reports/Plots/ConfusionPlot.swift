import ConvertFiles

/// Plots decisions of all folds against the truth, with counts and shares of each row.
struct ConfusionPlot: Plot {
    let confusion: Confusion
    let title: String
    let subtitle: String

    private static let left = 104.0
    private static let top = 56.0
    private static let cellWidth = 156.0
    private static let cellHeight = 138.0

    func draw(on canvas: any PlotCanvas) {
        let rows = [
            [confusion.trueNegative, confusion.falsePositive], [confusion.falseNegative, confusion.truePositive],
        ]
        let names = ["Different", "Same"]
        let most = Double(max(rows.joined().max() ?? 1, 1))
        let (left, top, cellWidth, cellHeight) = (
            ConfusionPlot.left, ConfusionPlot.top, ConfusionPlot.cellWidth, ConfusionPlot.cellHeight
        )
        PlotAxes.drawHeading(self, on: canvas)
        for (row, counts) in rows.enumerated() {
            let total = counts.reduce(0, +)
            for (column, count) in counts.enumerated() {
                let (x, y) = (left + Double(column) * cellWidth, top + Double(row) * cellHeight)
                let share = Double(count) / most
                canvas.fill(x: x, y: y, width: cellWidth, height: cellHeight, .same.covering(0.06 + 0.84 * share))
                canvas.outline(x: x, y: y, width: cellWidth, height: cellHeight, .paper, thickness: 2)
                let color = share > 0.5 ? PlotColor.paper : .ink
                let middle = x + cellWidth / 2
                canvas.text(NumberText.grouped(count), x: middle, y: y + cellHeight / 2, size: 22, color, anchor: .middle)
                let part = total > 0 ? NumberText.percent(Double(count) / Double(total), 2) : "0"
                canvas.text("\(part) % of the row", x: middle, y: y + cellHeight / 2 + 22, size: 11, color, anchor: .middle)
            }
            canvas.text(names[row], x: left - 10, y: top + (Double(row) + 0.5) * cellHeight + 4, size: 12, anchor: .end)
            canvas.text(names[row], x: left + (Double(row) + 0.5) * cellWidth, y: top + 2 * cellHeight + 20, size: 12, anchor: .middle)
        }
        canvas.text("Decision", x: left + cellWidth, y: height - 24, size: 12, anchor: .middle)
        canvas.text("Truth", x: 28, y: top + cellHeight, size: 12, .ink, anchor: .middle, isUpright: false)
    }
}
