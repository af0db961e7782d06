/// A file format of plots; raw values are endings.
enum PlotForm: String, CaseIterable {
    case png, svg, pdf

    /// - Throws: `LFWError.plotFailed`.
    func bytes(_ plot: any Plot) throws(LFWError) -> [UInt8] {
        switch self {
        case .png: try plot.png()
        case .svg: try plot.svg()
        case .pdf: try plot.pdf()
        }
    }
}
