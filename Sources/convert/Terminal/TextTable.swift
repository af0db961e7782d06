import ConvertFiles

/// Columns padded to their widest cell.
enum TextTable {
    private static func shortened(_ cell: String) -> String { cell.count > widest ? cell.prefix(widest - 1) + "…" : cell }

    /// Characters of a cell that are shown at most.
    private static let widest = 160

    /// One line per row, whatever the cells hold.
    static func lines(_ cells: [[String]], rightAligned: Set<Int> = []) -> [String] {
        let rows = cells.map { $0.map { shortened(PrintedText.oneLine($0)) } }
        guard let columns = rows.map(\.count).max() else { return [] }
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { line += "  " }
                line += rightAligned.contains(column) ? padding + cell : cell + padding
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
