import CCairo

/// A drawing by cairo: pixels, or vectors in a file.
final class CairoCanvas: PlotCanvas {
    private let context: OpaquePointer

    init(_ context: OpaquePointer) {
        self.context = context
        _ = PlotFonts.areChosen
        cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
        // Hinting depends on the machine's settings; without it, letters are the same everywhere.
        let options = cairo_font_options_create()
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_set_font_options(context, options)
        cairo_font_options_destroy(options)
    }

    private func use(_ color: PlotColor) {
        let (red, green, blue) = (Double(color.light[0]) / 255, Double(color.light[1]) / 255, Double(color.light[2]) / 255)
        cairo_set_source_rgba(context, red, green, blue, color.cover)
    }

    func fill(x: Double, y: Double, width: Double, height: Double, _ color: PlotColor) {
        use(color)
        cairo_rectangle(context, x, y, width, height)
        cairo_fill(context)
    }

    func outline(x: Double, y: Double, width: Double, height: Double, _ color: PlotColor, thickness: Double) {
        use(color)
        cairo_set_line_width(context, thickness)
        cairo_rectangle(context, x, y, width, height)
        cairo_stroke(context)
    }

    func line(_ points: [(x: Double, y: Double)], _ color: PlotColor, thickness: Double, dashes: [Double]) {
        guard let first = points.first else { return }
        use(color)
        cairo_set_line_width(context, thickness)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_set_dash(context, dashes, Int32(clamping: dashes.count), 0)
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        cairo_stroke(context)
        cairo_set_dash(context, nil, 0, 0)
    }

    func dot(x: Double, y: Double, radius: Double, _ color: PlotColor) {
        use(color)
        cairo_arc(context, x, y, radius, 0, 2 * Double.pi)
        cairo_fill(context)
    }

    func textWidth(_ text: String, size: Double) -> Double {
        cairo_set_font_size(context, size)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        return extents.x_advance
    }

    func text(
        _ text: String, x: Double, y: Double, size: Double, _ color: PlotColor, anchor: PlotAnchor, isUpright: Bool
    ) {
        let width = textWidth(text, size: size)
        let shift = anchor == .start ? 0 : anchor == .middle ? -width / 2 : -width
        use(color)
        cairo_save(context)
        cairo_translate(context, x, y)
        if !isUpright { cairo_rotate(context, -Double.pi / 2) }
        cairo_move_to(context, shift, 0)
        cairo_show_text(context, text)
        cairo_restore(context)
    }
}
