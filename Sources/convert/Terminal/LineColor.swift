import Glibc

/// Colors of lines that carry a verdict. Only a terminal gets them, and none if `NO_COLOR` is set (no-color.org).
enum LineColor: String {
    case green = "32"
    case red = "31"
    case yellow = "33"

    /// How lines begin that get a color, once their indentation is taken off.
    private static let beginnings: [(text: String, color: LineColor)] = [
        ("verified: the same network", .green), ("the same network", .green), ("met: ", .green), ("verdict: clean", .green),
        ("clean ", .green), ("not worse", .green),
        ("NOT ", .red), ("verdict: dangerous", .red), ("dangerous ", .red), ("WARNING: ", .red),
        ("cannot tell", .yellow), ("verdict: unknown", .yellow), ("unknown ", .yellow), ("not complete ", .yellow),
        ("unreadable ", .yellow), ("note: ", .yellow),
    ]

    /// The text with its lines colored, if it goes to a terminal.
    static func painted(_ text: String, on descriptor: Int32) -> String {
        guard isatty(descriptor) == 1, getenv("NO_COLOR").map({ $0.pointee == 0 }) ?? true else { return text }
        return painted(text)
    }

    /// The text with its lines colored.
    static func painted(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let words = line.drop { $0 == " " }
            guard let color = beginnings.first(where: { words.hasPrefix($0.text) })?.color else { return String(line) }
            return "\u{1B}[\(color.rawValue)m\(line)\u{1B}[0m"
        }.joined(separator: "\n")
    }
}
