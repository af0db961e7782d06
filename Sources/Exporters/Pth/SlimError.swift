import Files

/// What keeps a slim file from being made.
public enum SlimError: DescribedError, Equatable {
    case nothingLeft(file: String, path: String)
    case nameCollision(name: String, prefix: String)
    case keyCollision(path: String, first: String, second: String, key: String)
    case tooManyValues
    case lazyTensor(name: String, what: String, isQuantized: Bool)
    case nothingMatches(option: String, pattern: String, examples: [String])
    case unwritableExtension(path: String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .nothingLeft(let file, let path): "\(file): nothing is left of the state dict \(path.isEmpty ? "at the root" : path)"
        case .nameCollision(let name, let prefix): "two tensors would be named \(name) once \(prefix) is taken off"
        case .keyCollision(let path, let first, let second, let key):
            "\(path): the keys \(first) and \(second) would become one, \(key)"
        case .tooManyValues: "the values that stay unfold to more than two million"
        case .lazyTensor(let name, let what, _): "\(name): only a .pth can hold \(what)"
        case .nothingMatches(let option, let pattern, _): "\(option) \(pattern) matches nothing in the file"
        case .unwritableExtension(let path): "\(path): no format that can be written here has this ending"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .nothingLeft: "check --drop"
        case .nameCollision: "leave --strip-prefix out"
        case .keyCollision, .tooManyValues: "leave the container out with --drop"
        case .lazyTensor(_, _, true): "convert it to float32 with --dequantize, leave it out with --drop, or write a .pth"
        case .lazyTensor: "leave it out with --drop, or write a .pth"
        case .nothingMatches(_, _, let examples): "names are such as \(examples.joined(separator: ", ")); inspect lists all"
        case .unwritableExtension: "end the name in .onnx, .safetensors, .h5, .flat or .pth, or name the format with --to"
        }
    }
}
