import CCairo

/// A drawing that can be rendered as pixels, as vectors, and in a page.
protocol Plot {
    /// The first line of its heading: what is shown.
    var title: String { get }
    /// The second: of which models.
    var subtitle: String { get }
    func draw(on canvas: any PlotCanvas)
}

/// Collects the bytes that cairo writes.
private final class PlotBytes {
    var bytes: [UInt8] = []
}

private let collect: cairo_write_func_t = { context, data, length in
    guard let context, let data else { return CAIRO_STATUS_WRITE_ERROR }
    Unmanaged<PlotBytes>.fromOpaque(context).takeUnretainedValue().bytes
        .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
    return CAIRO_STATUS_SUCCESS
}

extension Plot {
    /// Size in points, the same for all, so that they stand side by side.
    var width: Double { 440 }
    var height: Double { 400 }

    /// Pixels per point: sharp on paper and on high-resolution screens.
    private var pixelsPerPoint: Double { 3 }

    /// The drawing as PNG.
    /// - Throws: `LFWError.plotFailed`.
    func png() throws(LFWError) -> [UInt8] {
        let surface = cairo_image_surface_create(
            CAIRO_FORMAT_RGB24, Int32(clamping: Int(width * pixelsPerPoint)), Int32(clamping: Int(height * pixelsPerPoint)))
        defer { cairo_surface_destroy(surface) }
        try paint(surface, scale: pixelsPerPoint)
        let sink = PlotBytes()
        let status = withExtendedLifetime(sink) {
            cairo_surface_write_to_png_stream(surface, collect, Unmanaged.passUnretained(sink).toOpaque())
        }
        try check(status)
        return sink.bytes
    }

    /// The drawing as SVG; letters are outlines, so that it looks the same without the font.
    /// - Throws: `LFWError.plotFailed`.
    func svg() throws(LFWError) -> [UInt8] {
        SVGNames.counted(try vectors { cairo_svg_surface_create_for_stream(collect, $0, width, height) })
    }

    /// The drawing as PDF, with the letters that it uses in it.
    /// - Throws: `LFWError.plotFailed`.
    func pdf() throws(LFWError) -> [UInt8] {
        try vectors { sink in
            let surface = cairo_pdf_surface_create_for_stream(collect, sink, width, height)
            // Cairo would write the time.
            cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "")
            cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, "\(title), \(subtitle)")
            return surface
        }
    }

    /// The drawing as an element of a page that has `MarkupCanvas.style`.
    /// - Throws: `LFWError.plotFailed`.
    func element() throws(LFWError) -> String {
        let canvas = try MarkupCanvas(width: width, height: height)
        draw(on: canvas)
        return canvas.element(label: "\(title), \(subtitle)")
    }

    private func vectors(_ open: (UnsafeMutableRawPointer) -> OpaquePointer?) throws(LFWError) -> [UInt8] {
        let sink = PlotBytes()
        let surface = open(Unmanaged.passUnretained(sink).toOpaque())
        defer { withExtendedLifetime(sink) { cairo_surface_destroy(surface) } }
        try paint(surface, scale: 1)
        cairo_surface_finish(surface)
        try check(cairo_surface_status(surface))
        return sink.bytes
    }

    private func paint(_ surface: OpaquePointer?, scale: Double) throws(LFWError) {
        try check(cairo_surface_status(surface))
        guard let context = cairo_create(surface) else { throw .plotFailed(reason: "cairo returned no context") }
        defer { cairo_destroy(context) }
        cairo_scale(context, scale, scale)
        let canvas = CairoCanvas(context)
        canvas.fill(x: 0, y: 0, width: width, height: height, .paper)
        draw(on: canvas)
        try check(cairo_status(context))
    }

    private func check(_ status: cairo_status_t) throws(LFWError) {
        guard status == CAIRO_STATUS_SUCCESS else {
            throw .plotFailed(reason: cairo_status_to_string(status).map { String(cString: $0) } ?? "status \(status.rawValue)")
        }
    }
}
