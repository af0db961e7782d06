/// Two labeled axes with marks around the area in which data are drawn, and the plot's heading.
struct PlotAxes {
    let xLabel: String
    let yLabel: String
    let xScale: PlotScale
    let yScale: PlotScale
    /// Size of the whole drawing in points.
    let width: Double
    let height: Double

    private static let left = 60.0
    private static let right = 16.0
    private static let top = 52.0
    private static let bottom = 48.0

    var fieldWidth: Double { width - PlotAxes.left - PlotAxes.right }
    var fieldHeight: Double { height - PlotAxes.top - PlotAxes.bottom }
    var fieldLeft: Double { PlotAxes.left }
    var fieldRight: Double { width - PlotAxes.right }
    var fieldTop: Double { PlotAxes.top }
    var fieldBottom: Double { height - PlotAxes.bottom }

    init(_ plot: some Plot, xLabel: String, yLabel: String, xScale: PlotScale, yScale: PlotScale) {
        (self.xLabel, self.yLabel, self.xScale, self.yScale) = (xLabel, yLabel, xScale, yScale)
        (width, height) = (plot.width, plot.height)
    }

    func x(_ value: Double) -> Double { PlotAxes.left + xScale.place(value) * fieldWidth }

    func y(_ value: Double) -> Double { fieldBottom - yScale.place(value) * fieldHeight }

    func draw(_ plot: some Plot, on canvas: any PlotCanvas) {
        PlotAxes.drawHeading(plot, on: canvas)
        for (value, label) in xScale.ticks {
            canvas.line([(x(value), fieldTop), (x(value), fieldBottom)], .faint)
            canvas.text(label, x: x(value), y: fieldBottom + 16, size: 11, anchor: .middle)
        }
        for (value, label) in yScale.ticks {
            canvas.line([(PlotAxes.left, y(value)), (fieldRight, y(value))], .faint)
            canvas.text(label, x: PlotAxes.left - 6, y: y(value) + 4, size: 11, anchor: .end)
        }
        canvas.outline(x: PlotAxes.left, y: fieldTop, width: fieldWidth, height: fieldHeight, .gray)
        canvas.text(xLabel, x: PlotAxes.left + fieldWidth / 2, y: height - 12, size: 12, anchor: .middle)
        canvas.text(yLabel, x: 16, y: fieldTop + fieldHeight / 2, size: 12, .ink, anchor: .middle, isUpright: false)
    }

    /// Both lines above a plot.
    static func drawHeading(_ plot: some Plot, on canvas: any PlotCanvas) {
        let room = plot.width - 24
        canvas.text(canvas.shortened(plot.title, size: 14, to: room), x: plot.width / 2, y: 22, size: 14, anchor: .middle)
        canvas.text(canvas.shortened(plot.subtitle, size: 11.5, to: room), x: plot.width / 2, y: 40, size: 11.5, .gray, anchor: .middle)
    }
}
