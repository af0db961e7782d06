/// A color of plots: for light paper, which files have, and for pages in the dark; with its opacity.
struct PlotColor: Equatable {
    /// Red, green and blue, 0…255.
    typealias Levels = SIMD3<UInt8>

    /// What the style of a page calls it.
    let name: String
    let light: Levels
    let dark: Levels
    var cover = 1.0

    static let ink = PlotColor(name: "ink", light: [33, 33, 41], dark: [226, 228, 233])
    static let faint = PlotColor(name: "faint", light: [219, 222, 227], dark: [58, 61, 69])
    static let gray = PlotColor(name: "gray", light: [120, 122, 130], dark: [150, 153, 162])
    static let paper = PlotColor(name: "paper", light: [255, 255, 255], dark: [27, 28, 33])
    /// Blue and orange can be told apart by color-blind readers and in grayscale.
    static let same = PlotColor(name: "same", light: [31, 97, 176], dark: [107, 170, 245])
    static let different = PlotColor(name: "different", light: [230, 125, 33], dark: [244, 160, 82])

    private static let green = PlotColor(name: "green", light: [0, 130, 92], dark: [64, 196, 150])
    private static let purple = PlotColor(name: "purple", light: [142, 68, 160], dark: [205, 146, 224])
    private static let red = PlotColor(name: "red", light: [194, 43, 56], dark: [250, 128, 132])
    private static let brown = PlotColor(name: "brown", light: [128, 92, 38], dark: [206, 170, 108])

    /// Colors of several models, in this order; then they repeat with other dashes.
    static let series = [same, different, green, purple, red, brown]
    /// Dashes of several models: every line has its own even in grayscale.
    static let dashes: [[Double]] = [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [4, 3]]

    static let all = [ink, faint, gray, paper] + series

    func covering(_ cover: Double) -> PlotColor {
        var color = self
        color.cover = cover
        return color
    }
}
