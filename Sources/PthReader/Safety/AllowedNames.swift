import ConvertFiles
import Pickle

/// Classes and functions that somebody has reviewed, so that a scan counts them as clean: a file with a module and a name in each line,
/// separated by a blank, and `#` before remarks.
public struct AllowedNames: Sendable {
    private let names: Set<Name>

    private struct Name: Hashable {
        let module, name: String
    }

    /// No names.
    public static let none = AllowedNames(names: [])

    private init(names: Set<Name>) { self.names = names }

    /// Reads a list. Throws `AllowedNamesError` for a line that is not a module and a name, and for a name that is dangerous.
    public init(_ file: MappedFile) throws(AllowedNamesError) {
        guard let text = file.bytes.text else { throw .notText(file: file.path) }
        var names: Set<Name> = []
        // A carriage return and a line feed are one character.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let parts = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            guard !parts.isEmpty else { continue }
            guard parts.count == 2 else { throw .badLine(file: file.path, line: index + 1) }
            let name = Name(module: String(parts[0]), name: String(parts[1]))
            guard GlobalVerdict.of(module: name.module, name: name.name) != .dangerous else {
                throw .dangerous(file: file.path, line: index + 1, name: "\(name.module) \(name.name)")
            }
            names.insert(name)
        }
        self.names = names
    }

    /// Only the name was judged: an unusual call of a reviewed class is a different matter.
    fileprivate func contains(_ finding: SafetyScan.Finding) -> Bool {
        finding.verdict == .unknown && finding.reason == nil && names.contains(Name(module: finding.module, name: finding.name))
    }
}

extension SafetyScan {
    /// The scan with unknown names that were reviewed counted as clean.
    public func allowing(_ names: AllowedNames) -> SafetyScan {
        var scan = self
        scan.findings = findings.map { names.contains($0) ? $0.judged(.clean) : $0 }
        return scan
    }
}

extension SafetyScan.Finding {
    fileprivate func judged(_ verdict: GlobalVerdict) -> SafetyScan.Finding {
        SafetyScan.Finding(module: module, name: name, place: place, offset: offset, opcode: opcode, verdict: verdict, reason: reason)
    }
}

/// What is wrong with a list of reviewed names.
public enum AllowedNamesError: DescribedError, Equatable {
    case notText(file: String)
    case badLine(file: String, line: Int)
    case dangerous(file: String, line: Int, name: String)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .notText(let file): "\(file): is not UTF-8 text"
        case .badLine(let file, let line): "\(file), line \(line): a module and a name are expected, separated by a blank"
        case .dangerous(let file, let line, let name):
            "\(file), line \(line): \(PrintedText.oneLine(name)) is dangerous, and cannot be allowed"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .notText, .badLine: "write a module and a name in each line, such as: my_project.config Settings"
        case .dangerous: "take it out of the list"
        }
    }
}
