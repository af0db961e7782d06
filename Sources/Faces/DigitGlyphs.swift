/// Digits of 3 × 5 dots, for numbers drawn over pictures without a font.
enum DigitGlyphs {
    /// Columns and rows of a glyph.
    static let (width, height) = (3, 5)

    /// Rows from the top, three bits each, the left dot highest.
    private static let rows: [Character: [UInt8]] = [
        "0": [7, 5, 5, 5, 7], "1": [2, 6, 2, 2, 7], "2": [7, 1, 7, 4, 7], "3": [7, 1, 7, 1, 7], "4": [5, 5, 7, 1, 1],
        "5": [7, 4, 7, 1, 7], "6": [7, 4, 7, 5, 7], "7": [7, 1, 2, 2, 2], "8": [7, 5, 7, 5, 7], "9": [7, 5, 7, 1, 7],
        ".": [0, 0, 0, 0, 2],
    ]

    /// The dots of a text, with a column of nothing between two glyphs; characters without a glyph are blank.
    static func dots(_ text: String) -> [(x: Int, y: Int)] {
        var dots: [(x: Int, y: Int)] = []
        for (index, character) in text.enumerated() {
            for (y, row) in (rows[character] ?? []).enumerated() {
                for x in 0..<width where row >> UInt8(width - 1 - x) & 1 == 1 { dots.append((index * (width + 1) + x, y)) }
            }
        }
        return dots
    }
}
