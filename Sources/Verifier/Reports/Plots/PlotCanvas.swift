/// A drawing in points, with y pointing down. All drawing goes through here: cairo's for files, and elements of a page for pages.
protocol PlotCanvas: AnyObject {
    func fill(x: Double, y: Double, width: Double, height: Double, _ color: PlotColor)
    func outline(x: Double, y: Double, width: Double, height: Double, _ color: PlotColor, thickness: Double)
    func line(_ points: [(x: Double, y: Double)], _ color: PlotColor, thickness: Double, dashes: [Double])
    func dot(x: Double, y: Double, radius: Double, _ color: PlotColor)
    /// A text with its baseline through (x, y), optionally rotated by 90° to read upward.
    func text(_ text: String, x: Double, y: Double, size: Double, _ color: PlotColor, anchor: PlotAnchor, isUpright: Bool)
    func textWidth(_ text: String, size: Double) -> Double
}

/// How a text is placed relative to its point.
enum PlotAnchor {
    case start, middle, end
}

extension PlotCanvas {
    func outline(x: Double, y: Double, width: Double, height: Double, _ color: PlotColor) {
        outline(x: x, y: y, width: width, height: height, color, thickness: 1)
    }

    func line(_ points: [(x: Double, y: Double)], _ color: PlotColor, thickness: Double = 1) {
        line(points, color, thickness: thickness, dashes: [])
    }

    func line(_ points: [(x: Double, y: Double)], _ color: PlotColor, dashes: [Double]) {
        line(points, color, thickness: 1, dashes: dashes)
    }

    func text(_ text: String, x: Double, y: Double, size: Double, _ color: PlotColor = .ink, anchor: PlotAnchor = .start) {
        self.text(text, x: x, y: y, size: size, color, anchor: anchor, isUpright: true)
    }

    /// A text, without characters from its middle if it is wider than `width`.
    func shortened(_ text: String, size: Double, to width: Double) -> String {
        guard textWidth(text, size: size) > width else { return text }
        let letters = Array(text)
        for kept in stride(from: letters.count - 1, through: 2, by: -1) {
            let short = String(letters.prefix((kept + 1) / 2)) + "…" + String(letters.suffix(kept / 2))
            if textWidth(short, size: size) <= width { return short }
        }
        return "…"
    }
}
