import ConvertFiles

/// A line for a terminal whose values come from files: what is interpolated cannot end the line, steer the terminal or turn the direction of
/// reading. A literal given to `Terminal.print` or `Terminal.error` is one.
struct PrintedLine: ExpressibleByStringInterpolation {
    let text: String

    init(stringLiteral: String) { text = stringLiteral }

    init(stringInterpolation: Parts) { text = stringInterpolation.text }

    struct Parts: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation<Value>(_ value: Value) { text += PrintedText.oneLine("\(value)") }
    }
}
