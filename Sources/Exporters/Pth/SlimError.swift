import ConvertFiles

/// What prevents a slim file from being made.
package enum SlimError: DescribedError, Equatable {
    /// A caller's rule that selects values by name.
    package enum Rule: Sendable {
        case keep, drop, stripPrefix, shownKeys

        /// What the rule is called before its pattern.
        var words: String {
            switch self {
            case .keep: "the pattern to keep"
            case .drop: "the pattern to drop"
            case .stripPrefix: "the prefix to remove"
            case .shownKeys: "the pattern to show"
            }
        }
    }

    case nothingLeft(file: String, path: String)
    case nameCollision(name: String, prefix: String)
    case keyCollision(path: String, first: String, second: String, key: String)
    case tooManyValues
    case lazyTensor(name: String, what: String, isQuantized: Bool)
    case nothingMatches(Rule, pattern: String, examples: [String])

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .nothingLeft(let file, let path): "\(file): nothing is left of the state dict \(path.isEmpty ? "at the root" : path)"
        case .nameCollision(let name, let prefix): "two tensors would be named \(name) once \(prefix) is removed"
        case .keyCollision(let path, let first, let second, let key):
            "\(path): the keys \(first) and \(second) would become one, \(key)"
        case .tooManyValues: "the remaining values expand to more than two million"
        case .lazyTensor(let name, let what, _): "\(name): only a .pth can hold \(what)"
        case .nothingMatches(let rule, let pattern, _): "\(rule.words) \(pattern) matches nothing in the file"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .nothingLeft: "leave fewer values out"
        case .nameCollision: "do not remove the prefix"
        case .keyCollision, .tooManyValues: "leave the container out"
        case .lazyTensor(_, _, true): "convert it to float32, leave it out, or write a .pth"
        case .lazyTensor: "leave it out, or write a .pth"
        case .nothingMatches(_, _, let examples): "names are such as \(examples.joined(separator: ", "))"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] {
        switch self {
        case .nothingLeft, .keyCollision, .tooManyValues: [.drop]
        case .nameCollision: [.stripPrefix]
        case .lazyTensor(_, _, true): [.dequantize, .drop, .format]
        case .lazyTensor: [.drop, .format]
        case .nothingMatches(.keep, _, _): [.keep]
        case .nothingMatches(.drop, _, _): [.drop]
        case .nothingMatches(.stripPrefix, _, _): [.stripPrefix]
        case .nothingMatches(.shownKeys, _, _): [.inspection]
        }
    }
}
