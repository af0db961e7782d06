import ConvertFiles

/// What prevents two models from being compared, or shows that they are not the same.
package enum VerificationError: DescribedError, Equatable {
    case differentOutputs(expected: [String], found: [String])
    case nothingToCompare(export: String, source: String)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .differentOutputs(let expected, let found):
            "the outputs are \(found.joined(separator: ", ")), not \(expected.joined(separator: ", "))"
        case .nothingToCompare(let export, let source): "\(export) and \(source) have neither tensors of the same names nor two graphs"
        }
    }

    /// What to do about it.
    package var remedy: String { "compare an export with its own source" }
}
