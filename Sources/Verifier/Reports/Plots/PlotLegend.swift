/// A box within the plot that explains its colors and lines.
struct PlotLegend {
    /// How an entry is drawn in the plot.
    enum Mark {
        case line, area, dot
    }

    /// One line of the box.
    struct Entry {
        /// A model's name, which is shortened if it is long; nil for none.
        var name: String?
        let text: String
        let color: PlotColor
        var mark = Mark.line
        var dashes: [Double] = []
    }

    let entries: [Entry]

    private static let lineHeight = 18.0
    private static let textSize = 11.0
    private static let keyWidth = 22.0
    /// The widest name.
    private static let nameWidth = 130.0

    /// How high the box is.
    static func height(_ count: Int) -> Double { Double(count) * lineHeight + 8 }

    /// Draws the box with its right edge at `right` and its bottom (`growsUp`) or top edge at `edge`.
    func draw(on canvas: any PlotCanvas, right: Double, edge: Double, growsUp: Bool) {
        let size = PlotLegend.textSize
        let texts = entries.map { entry in
            entry.name.map { "\(canvas.shortened($0, size: size, to: PlotLegend.nameWidth)): \(entry.text)" } ?? entry.text
        }
        let textWidth = texts.map { canvas.textWidth($0, size: size) }.max() ?? 0
        let (width, height) = (textWidth + PlotLegend.keyWidth + 24, PlotLegend.height(entries.count))
        let (left, top) = (right - width, growsUp ? edge - height : edge)
        canvas.fill(x: left, y: top, width: width, height: height, .paper.covering(0.88))
        canvas.outline(x: left, y: top, width: width, height: height, .faint)
        for (index, entry) in entries.enumerated() {
            let middle = top + 4 + (Double(index) + 0.5) * PlotLegend.lineHeight
            let start = left + 8
            switch entry.mark {
            case .area: canvas.fill(x: start, y: middle - 5, width: PlotLegend.keyWidth, height: 10, entry.color)
            case .dot: canvas.dot(x: start + PlotLegend.keyWidth / 2, y: middle, radius: 4, entry.color)
            case .line:
                canvas.line([(start, middle), (start + PlotLegend.keyWidth, middle)], entry.color, thickness: 2, dashes: entry.dashes)
            }
            canvas.text(texts[index], x: left + 16 + PlotLegend.keyWidth, y: middle + 4, size: size)
        }
    }
}
