import CCairo
import ConvertFiles

/// A drawing as an `svg` element of a page. Its colors are the page's, so that it follows the reader's choice of light or dark and is light
/// on paper; its letters are text.
final class MarkupCanvas: PlotCanvas {
    private let (width, height): (Double, Double)
    private var body = ""
    /// Letters are as wide as in the files.
    private let measure: CairoCanvas
    private let (surface, context): (OpaquePointer?, OpaquePointer)

    /// - Throws: `LFWError.plotFailed` if cairo cannot measure letters.
    init(width: Double, height: Double) throws(LFWError) {
        (self.width, self.height) = (width, height)
        surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
        guard let context = cairo_create(surface), cairo_status(context) == CAIRO_STATUS_SUCCESS else {
            cairo_surface_destroy(surface)
            throw .plotFailed(reason: "cairo returned no context")
        }
        self.context = context
        measure = CairoCanvas(context)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// The element.
    /// - Parameter label: what it shows, for readers that do not see it.
    func element(label: String) -> String {
        "<svg class=\"plot\" role=\"img\" aria-label=\"\(HTMLText.escaped(label))\" viewBox=\"0 0 \(number(width)) \(number(height))\" "
            + "width=\"\(number(width))\" height=\"\(number(height))\">\n\(body)</svg>"
    }

    /// The style of a page with drawings: the colors by their names, in the light and in the dark, and the letters.
    static let style: String = {
        func colors(_ levels: (PlotColor) -> PlotColor.Levels) -> String {
            PlotColor.all.map { color in
                let rgb = levels(color)
                return "--\(color.name): rgb(\(rgb[0]) \(rgb[1]) \(rgb[2]));"
            }.joined(separator: " ")
        }
        return """
            :root { \(colors(\.light)) }
            @media screen and (prefers-color-scheme: dark) { :root { \(colors(\.dark)) } }
            .plot { font-family: "DejaVu Sans", Verdana, system-ui, sans-serif; }
            """
    }()

    func fill(x: Double, y: Double, width: Double, height: Double, _ color: PlotColor) {
        add("rect", "\(box(x, y, width, height)) style=\"fill: \(value(color))\(cover(color, "fill"))\"")
    }

    func outline(x: Double, y: Double, width: Double, height: Double, _ color: PlotColor, thickness: Double) {
        add("rect", "\(box(x, y, width, height)) style=\"fill: none; \(stroke(color, thickness))\"")
    }

    func line(_ points: [(x: Double, y: Double)], _ color: PlotColor, thickness: Double, dashes: [Double]) {
        guard points.count > 1 else { return }
        var places: [String] = []
        for point in points {
            let place = "\(number(point.x)),\(number(point.y))"
            if place != places.last { places.append(place) }
        }
        let pattern = dashes.isEmpty ? "" : "; stroke-dasharray: \(dashes.map(number).joined(separator: " "))"
        add(
            "polyline",
            "points=\"\(places.joined(separator: " "))\" style=\"fill: none; stroke-linejoin: round; \(stroke(color, thickness))\(pattern)\""
        )
    }

    func dot(x: Double, y: Double, radius: Double, _ color: PlotColor) {
        add(
            "circle",
            "cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" style=\"fill: \(value(color))\(cover(color, "fill"))\"")
    }

    func text(
        _ text: String, x: Double, y: Double, size: Double, _ color: PlotColor, anchor: PlotAnchor, isUpright: Bool
    ) {
        let turn = isUpright ? "" : " transform=\"rotate(-90 \(number(x)) \(number(y)))\""
        let place = anchor == .start ? "start" : anchor == .middle ? "middle" : "end"
        body +=
            "<text x=\"\(number(x))\" y=\"\(number(y))\"\(turn) style=\"fill: \(value(color)); font-size: \(number(size))px; text-anchor: "
            + "\(place)\">\(HTMLText.escaped(text))</text>\n"
    }

    func textWidth(_ text: String, size: Double) -> Double { measure.textWidth(text, size: size) }

    private func add(_ name: String, _ attributes: String) { body += "<\(name) \(attributes)/>\n" }

    private func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> String {
        "x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(max(width, 0)))\" height=\"\(number(max(height, 0)))\""
    }

    private func value(_ color: PlotColor) -> String { "var(--\(color.name))" }

    private func cover(_ color: PlotColor, _ kind: String) -> String {
        color.cover == 1 ? "" : "; \(kind)-opacity: \(NumberText.fixed(color.cover, 3))"
    }

    private func stroke(_ color: PlotColor, _ thickness: Double) -> String {
        "stroke: \(value(color)); stroke-width: \(number(thickness))\(cover(color, "stroke"))"
    }

    /// A coordinate to a hundredth of a point, without zeros at its end.
    private func number(_ value: Double) -> String {
        var text = NumberText.fixed(value, 2)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text == "-0" ? "0" : text
    }
}
