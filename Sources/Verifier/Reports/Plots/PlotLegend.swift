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

    /// A corner of the plot.
    enum Corner {
        case bottomRight, topLeft, topRight, bottomLeft
    }

    /// Draws the box in the first of these corners in which it covers the least of the curves.
    /// - Parameter curves: points in the drawing, joined by straight lines.
    func draw(on canvas: any PlotCanvas, in axes: PlotAxes, corners: [Corner], avoiding curves: [[(x: Double, y: Double)]]) {
        let (width, height) = (width(on: canvas), PlotLegend.height(entries.count))
        let places = corners.map { corner -> (left: Double, top: Double) in
            let isRight = corner == .bottomRight || corner == .topRight
            let isTop = corner == .topLeft || corner == .topRight
            return (
                isRight ? axes.fieldRight - PlotLegend.inset - width : axes.fieldLeft + PlotLegend.inset,
                isTop ? axes.fieldTop + PlotLegend.inset : axes.fieldBottom - PlotLegend.inset - height
            )
        }
        let covered = places.map { place in
            curves.reduce(0) { sum, points in
                sum
                    + PlotLegend.samples(points).count { point in
                        (place.left...place.left + width).contains(point.x) && (place.top...place.top + height).contains(point.y)
                    }
            }
        }
        guard let least = covered.min(), let best = covered.firstIndex(of: least) else { return }
        draw(on: canvas, left: places[best].left, top: places[best].top, width: width)
    }

    /// The distance of the box from the axes.
    static let inset = 10.0

    /// Points along straight lines, a few apart.
    private static func samples(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        zip(points, points.dropFirst()).flatMap { from, to in
            let count = max(1, Int(max(abs(to.x - from.x), abs(to.y - from.y)) / 4))
            return (0..<count).map { step in
                let share = Double(step) / Double(count)
                return (from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share)
            }
        }
    }

    private func texts(on canvas: any PlotCanvas) -> [String] {
        entries.map { entry in
            entry.name.map { "\(canvas.shortened($0, size: PlotLegend.textSize, to: PlotLegend.nameWidth)): \(entry.text)" } ?? entry.text
        }
    }

    private func width(on canvas: any PlotCanvas) -> Double {
        (texts(on: canvas).map { canvas.textWidth($0, size: PlotLegend.textSize) }.max() ?? 0) + PlotLegend.keyWidth + 24
    }

    /// Draws the box with its right edge at `right` and its bottom (`growsUp`) or top edge at `edge`.
    func draw(on canvas: any PlotCanvas, right: Double, edge: Double, growsUp: Bool) {
        let width = width(on: canvas)
        draw(on: canvas, left: right - width, top: growsUp ? edge - PlotLegend.height(entries.count) : edge, width: width)
    }

    private func draw(on canvas: any PlotCanvas, left: Double, top: Double, width: Double) {
        let (height, size, texts) = (PlotLegend.height(entries.count), PlotLegend.textSize, texts(on: canvas))
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
