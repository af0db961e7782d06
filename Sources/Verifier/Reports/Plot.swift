import CCairo

/// A drawing that can be rendered as pixels and as vectors.
protocol Plot {
    /// Size in points.
    var width: Double { get }
    var height: Double { get }
    func draw(on canvas: PlotCanvas)
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
    /// Pixels per point: sharp on paper and on high-resolution screens.
    private var pixelsPerPoint: Double { 2 }

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
        let sink = PlotBytes()
        let surface = cairo_svg_surface_create_for_stream(collect, Unmanaged.passUnretained(sink).toOpaque(), width, height)
        defer { withExtendedLifetime(sink) { cairo_surface_destroy(surface) } }
        try paint(surface, scale: 1)
        cairo_surface_finish(surface)
        try check(cairo_surface_status(surface))
        return SVGNames.counted(sink.bytes)
    }

    private func paint(_ surface: OpaquePointer?, scale: Double) throws(LFWError) {
        try check(cairo_surface_status(surface))
        guard let context = cairo_create(surface) else { throw .plotFailed(reason: "cairo returned no context") }
        defer { cairo_destroy(context) }
        cairo_scale(context, scale, scale)
        let canvas = PlotCanvas(context)
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
