import Files

/// Why weights do not become a network.
public enum ArchitectureError: DescribedError, Equatable {
    /// No family's tell-tale keys are there.
    case unknownNetwork(source: String, wanted: [String], seen: [String])
    case unknownName(String, known: [String])
    /// The checkpoint calls itself one thing and its keys show another.
    case nameDisagrees(source: String, named: String, shown: String)
    case notThisNetwork(source: String, requested: String, shown: String)
    /// Every weight has to be accounted for.
    case keysDoNotMatch(source: String, name: String, missing: [String], unexpected: [String], misshaped: [String])
    case imageSizeDisagrees(source: String, named: Int, features: Int)
    case severalNetworks(source: String, names: [String])
    case malformedKeyMap(file: String, line: Int, detail: String)
    case keyMapCollision(name: String, first: String, second: String)
    case keyMapUnused(file: String, line: Int, pattern: String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .unknownNetwork(let source, _, let seen):
            "\(source): the network is of no family known here (\(seen.count) keys: \(ArchitectureError.shortened(seen.first ?? "none")), …)"
        case .unknownName(let name, let known): "\(name) is not an architecture known here; known are \(known.joined(separator: ", "))"
        case .nameDisagrees(let source, let named, let shown):
            "\(source): the checkpoint calls itself \(named), its keys and shapes are those of \(shown)"
        case .notThisNetwork(let source, let requested, let shown): "\(source): \(requested) was asked for, its keys are those of \(shown)"
        case .keysDoNotMatch(let source, let name, let missing, let unexpected, let misshaped):
            "\(source): the weights are not those of \(name): "
                + [("missing", missing), ("unexpected", unexpected), ("of the wrong shape", misshaped)].filter { !$0.1.isEmpty }
                .map { "\($0.1.count) \($0.0) (\(ArchitectureError.list($0.1)))" }.joined(separator: ", ")
        case .imageSizeDisagrees(let source, let named, let features):
            "\(source): the checkpoint says image_size \(named), its last linear layer takes \(features) features"
        case .severalNetworks(let source, let names): "\(source): the keys fit several families: \(names.joined(separator: ", "))"
        case .malformedKeyMap(let file, let line, let detail): "\(file), line \(line): \(detail)"
        case .keyMapCollision(let name, let first, let second): "the key map gives \(first) and \(second) the one name \(name)"
        case .keyMapUnused(let file, let line, let pattern): "\(file), line \(line): no key matches \(pattern)"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .unknownNetwork:
            "write its weights alone (.safetensors, .h5, .flat, .pth), or rename keys with --key-map FILE;"
                + " --verbose lists the families and all keys"
        case .unknownName: "give one of these with --arch"
        case .nameDisagrees(_, _, let shown): "if the keys are right, give --arch \(shown)"
        case .notThisNetwork(_, _, let shown): "give --arch \(shown), or leave --arch out"
        case .keysDoNotMatch(_, _, let missing, _, _):
            missing.isEmpty
                ? "it is another network: write its weights alone (.safetensors, .h5, .flat, .pth); --verbose lists all keys"
                : "choose another dictionary with --state-dict, rename keys with --key-map FILE, or write its"
                    + " weights alone (.safetensors, .h5, .flat, .pth); --verbose lists all keys"
        case .imageSizeDisagrees: "the dictionary was put together from two runs: save it again"
        case .severalNetworks(_, let names): "choose one with --arch \(names.first ?? "NAME")"
        case .malformedKeyMap: "write two names a line: the key (with * for any part) and its new name"
        case .keyMapCollision: "give every key a name of its own"
        case .keyMapUnused: "mend or remove the line"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(2).map(shortened).joined(separator: ", ") + (names.count > 2 ? ", …" : "")
    }

    private static func shortened(_ name: String) -> String { name.count > 44 ? "\(name.prefix(24))…\(name.suffix(18))" : name }
}

extension ArchitectureError: ListedError {
    /// Families with their tell-tale keys, and all keys.
    public var listing: [String] {
        switch self {
        case .unknownNetwork(_, let wanted, let seen):
            ["families known here:"] + wanted.map { "  " + $0 } + ["keys of the file:"] + seen.map { "  " + $0 }
        case .keysDoNotMatch(_, _, let missing, let unexpected, let misshaped):
            [("missing", missing), ("unexpected", unexpected), ("of the wrong shape", misshaped)].filter { !$0.1.isEmpty }
                .flatMap { ["\($0.0):"] + $0.1.map { "  " + $0 } }
        default: []
        }
    }
}
