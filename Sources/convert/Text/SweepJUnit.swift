import ConvertFiles
import ConvertKit
import PthReader

/// Several scans as a JUnit report, a test case for each file: dangerous and unknown names are failures, and files that were not read to
/// their end are errors.
struct SweepJUnit: SweepReport {
    private var cases: [String] = []

    mutating func add(piece: String) -> String? {
        cases.append(piece)
        return nil
    }

    func piece(_ entry: SafetySweep.Entry) -> String {
        let head = "    <testcase classname=\"safety\" name=\"\(SweepJUnit.escaped(entry.path))\""
        let element: String
        switch entry.outcome {
        case .clean: return head + "/>"
        case .dangerous, .unknown: element = "failure"
        case .incomplete, .unreadable: element = "error"
        }
        var details = entry.reason ?? ""
        if case .success(let inspection) = entry.result { details = SafetyReport.text(inspection) }
        let message = SweepJUnit.escaped("\(entry.outcome.rawValue): \(entry.reason ?? "")")
        return
            "\(head)>\n      <\(element) type=\"\(entry.outcome.rawValue)\" message=\"\(message)\">\(SweepJUnit.escaped(details))</\(element)>\n"
            + "    </testcase>"
    }

    func end(_ counts: SweepCounts) -> String? {
        let numbers =
            "tests=\"\(counts.total)\" failures=\"\(counts[.dangerous] + counts[.unknown])\" "
            + "errors=\"\(counts[.incomplete] + counts[.unreadable])\""
        return
            ([
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(numbers)>",
                "  <testsuite name=\"convert inspect --safety\" \(numbers)>",
            ]
            + cases + ["  </testsuite>", "</testsuites>"]).joined(separator: "\n")
    }

    /// Text for an attribute or an element; characters that XML 1.0 does not have become U+FFFD.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n": escaped += "&#10;"
            case "\u{9}", "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"...: escaped.unicodeScalars.append(scalar)
            default: escaped += "\u{FFFD}"
            }
        }
        return escaped
    }
}
