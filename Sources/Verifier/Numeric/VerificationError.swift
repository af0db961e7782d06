import Files

/// What keeps two models from being compared.
public enum VerificationError: DescribedError, Equatable {
    case differentOutputs(expected: [String], found: [String])
    case differentShapes(output: String, expected: [Int], found: [Int])
    case nothingToCompare(export: String, source: String)
    case damaged(String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .differentOutputs(let expected, let found):
            "the outputs are \(found.joined(separator: ", ")), not \(expected.joined(separator: ", "))"
        case .differentShapes(let output, let expected, let found): "the output \(output) has shape \(found), not \(expected)"
        case .nothingToCompare(let export, let source): "\(export) and \(source) have neither tensors of the same names nor two graphs"
        case .damaged(let what): what
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .differentOutputs, .differentShapes: "these are two networks: compare an export with its own source"
        case .nothingToCompare: "compare an export with its own source"
        case .damaged: "export it again"
        }
    }
}
