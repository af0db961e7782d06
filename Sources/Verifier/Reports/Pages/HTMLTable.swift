/// Tables of a page. On narrow screens, lists of facts stand below each other, and tables with many columns scroll by themselves.
enum HTMLTable {
    /// What a cell holds.
    enum Cell {
        /// Text, which is broken between words.
        case text(String)
        /// A number or a name that is never broken.
        case number(String)
        /// A digest or path, which may be broken anywhere.
        case long(String)
        /// Markup that was made from escaped text.
        case markup(String)

        fileprivate var element: String {
            switch self {
            case .text(let text): "<td>\(HTMLText.unbrokenNumbers(text))</td>"
            case .number(let text): "<td class=\"number\">\(HTMLText.escaped(text))</td>"
            case .long(let text): "<td class=\"long\">\(HTMLText.breakable(text))</td>"
            case .markup(let markup): "<td>\(markup)</td>"
            }
        }
    }

    /// Names and what they stand for.
    static func facts(_ rows: [(name: String, value: Cell)]) -> String {
        let lines = rows.map { "<tr><th scope=\"row\">\(HTMLText.escaped($0.name))</th>\($0.value.element)</tr>\n" }
        return "<table class=\"facts\">\n\(lines.joined())</table>"
    }

    /// Rows below a line of headings; the headings of numbers stand over them.
    static func columns(_ header: [String], _ rows: [[Cell]]) -> String {
        let headings = header.enumerated().map { place, heading in
            var isNumber = false
            if let first = rows.first, first.indices.contains(place), case .number = first[place] { isNumber = true }
            return "<th scope=\"col\"\(isNumber ? " class=\"number\"" : "")>\(HTMLText.escaped(heading))</th>"
        }
        let lines = rows.map { "<tr>\($0.map(\.element).joined())</tr>\n" }
        return
            "<div class=\"scroll\"><table>\n<thead><tr>\(headings.joined())</tr></thead>\n<tbody>\n\(lines.joined())</tbody></table></div>"
    }
}
