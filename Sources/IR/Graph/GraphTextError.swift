import ConvertFiles

/// Why a text is not a graph; each case names the file, and the line if there is one.
package enum GraphTextError: DescribedError, Equatable {
    /// The text is longer, or has more of something, than any network needs.
    case tooLarge(file: String, line: Int?, what: String, limit: Int)
    /// The grammar wants `expected`, and something else was found.
    case unexpected(file: String, line: Int, expected: String, found: String)
    /// No operation has this name.
    case unknownOperation(file: String, line: Int, name: String)
    /// The operation has no such weight or attribute.
    case unknownField(file: String, line: Int, operation: String, name: String, known: [String])
    /// A weight or an attribute that the operation needs is not given.
    case missingField(file: String, line: Int, operation: String, name: String)
    /// A weight or an attribute is given twice on its line.
    case repeatedField(file: String, line: Int, name: String)
    /// The value of an attribute has a different form.
    case wrongValue(file: String, line: Int, name: String, expected: String, found: String)
    /// There is nothing in the text.
    case empty(file: String)

    /// What is wrong, for people.
    package var problem: String {
        switch self {
        case .tooLarge(let file, let line, let what, let limit):
            "\(file)\(line.map { ", line \($0)" } ?? ""): more than \(limit) \(what)"
        case .unexpected(let file, let line, let expected, let found): "\(file), line \(line): expected \(expected), found \(found)"
        case .unknownOperation(let file, let line, let name): "\(file), line \(line): there is no operation \(name)"
        case .unknownField(let file, let line, let operation, let name, let known):
            "\(file), line \(line): \(operation) has no \(name); "
                + (known.isEmpty ? "it has neither weights nor attributes" : "it has \(known.joined(separator: ", "))")
        case .missingField(let file, let line, let operation, let name): "\(file), line \(line): \(operation) needs \(name)="
        case .repeatedField(let file, let line, let name): "\(file), line \(line): \(name) is given twice"
        case .wrongValue(let file, let line, let name, let expected, let found):
            "\(file), line \(line): \(name) must be \(expected), not \(found)"
        case .empty(let file): "\(file): there is no input, node or output in it"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .tooLarge: "no network comes near this limit: check that the file is a graph in text form"
        case .unknownOperation:
            "known operations: \(OperationKind.allCases.map(\.rawValue).joined(separator: ", "))"
        case .unexpected, .unknownField, .missingField, .repeatedField, .wrongValue:
            "correct the line; see docs/graph-text.md, or list the graph of a model for examples"
        case .empty: "list the graph of a model and start from that"
        }
    }

    /// Listing a model's graph shows the form.
    package var decisions: [Decision] { [.graphListing] }
}
