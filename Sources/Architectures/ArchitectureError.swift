import ConvertFiles

/// Why weights do not become a network.
package enum ArchitectureError: DescribedError, Equatable {
    /// The distinctive keys of no family are present; `closest` is a family that nearly fits, and the first place where it does not.
    case unknownNetwork(source: String, wanted: [String], seen: [String], closest: String? = nil)
    case unknownName(String, known: [String])
    /// The checkpoint's name for the network disagrees with its keys.
    case nameDisagrees(source: String, named: String, shown: String)
    case notThisNetwork(source: String, requested: String, shown: String)
    /// Some weights of the network are missing, left over, or of the wrong shape; `departure` is the line of the description that shows it,
    /// which is part of the message if the description is the caller's own.
    case keysDoNotMatch(
        source: String, name: String, missing: [String], unexpected: [String], misshaped: [String], departure: String? = nil,
        isOwn: Bool = false)
    case imageSizeDisagrees(source: String, named: Int, features: Int)
    case severalNetworks(source: String, names: [String])
    /// The keys fit one family, whose projects wire them differently.
    case severalWirings(source: String, name: String, difference: String, projects: [String])
    case malformedKeyMap(file: String, line: Int, detail: String)
    case keyMapCollision(name: String, first: String, second: String)
    case keyMapUnused(file: String, line: Int, pattern: String)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .unknownNetwork(let source, _, let seen, let closest):
            "\(source): the network belongs to no known family (\(NumberText.counted(seen.count, "key")): \(ArchitectureError.shortened(seen.first ?? "none")), …)"
                + (closest.map { "; closest is \($0)" } ?? "")
        case .unknownName(let name, let known): "\(name) is not a known architecture; known are \(known.joined(separator: ", "))"
        case .nameDisagrees(let source, let named, let shown):
            "\(source): the checkpoint calls itself \(named), but its keys and shapes are those of \(shown)"
        case .notThisNetwork(let source, let requested, let shown):
            "\(source): \(requested) was asked for, but its keys are those of \(shown)"
        case .keysDoNotMatch(let source, let name, [], [], [], let departure, _):
            "\(source): the weights are not those of \(name): \(departure ?? "a line of its description does not fit")"
        case .keysDoNotMatch(let source, let name, let missing, let unexpected, let misshaped, let departure, let isOwn):
            "\(source): the weights are not those of \(name): "
                + [("missing", missing), ("unexpected", unexpected), ("of the wrong shape", misshaped)].filter { !$0.1.isEmpty }
                .map { "\($0.1.count) \($0.0) (\(ArchitectureError.list($0.1)))" }.joined(separator: ", ")
                + (isOwn || !ArchitectureError.says(departure, missing, unexpected, misshaped)
                    ? departure.map { "; first difference: \($0)" } ?? "" : "")
        case .imageSizeDisagrees(let source, let named, let features):
            "\(source): the checkpoint says image_size \(named), but its last linear layer takes \(features) features"
        case .severalNetworks(let source, let names): "\(source): the keys fit several families: \(names.joined(separator: ", "))"
        case .severalWirings(let source, let name, let difference, _): "\(source): the keys of \(name) fit several networks: \(difference)"
        case .malformedKeyMap(let file, let line, let detail): "\(file), line \(line): \(detail)"
        case .keyMapCollision(let name, let first, let second): "the key map gives \(first) and \(second) the same name, \(name)"
        case .keyMapUnused(let file, let line, let pattern): "\(file), line \(line): no key matches \(pattern)"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .unknownNetwork:
            "write its weights alone (.safetensors, .h5, .flat, .pth), rename its keys, or compare it with the known families"
        case .unknownName: "choose one of these"
        case .nameDisagrees(_, _, let shown): "if the keys are right, name \(shown)"
        case .notThisNetwork(_, _, let shown): "name \(shown), or let keys and shapes decide"
        case .keysDoNotMatch(_, _, _, _, _, _, true): "correct the line, or leave the description out to write the weights alone"
        case .keysDoNotMatch(_, _, let missing, _, _, _, _):
            missing.isEmpty
                ? "it is a different network: write its weights alone (.safetensors, .h5, .flat, .pth)"
                : "choose a different dictionary, rename its keys, or write its weights alone (.safetensors, .h5, .flat, .pth)"
        case .imageSizeDisagrees: "the dictionary was assembled from two runs: save it again"
        case .severalNetworks: "name the right one"
        case .severalWirings(_, _, _, let projects):
            "say whose it is: \(projects.dropLast().joined(separator: ", ")) or \(projects.last ?? "")"
        case .malformedKeyMap: "write two names per line: the key (with * for any part) and its new name"
        case .keyMapCollision: "give every key its own name"
        case .keyMapUnused: "correct or remove the line"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] {
        switch self {
        case .unknownNetwork: [.keyMap, .families, .details]
        case .unknownName: [.family(nil)]
        case .nameDisagrees(_, _, let shown), .notThisNetwork(_, _, let shown): [.family(shown)]
        case .keysDoNotMatch(_, _, let missing, _, _, _, _): missing.isEmpty ? [.details] : [.stateDict, .keyMap, .details]
        case .severalNetworks(_, let names): [.family(names.first)]
        case .severalWirings: [.likeness]
        case .malformedKeyMap, .keyMapCollision, .keyMapUnused: [.keyMap]
        case .imageSizeDisagrees: []
        }
    }

    private static let mostNames = 2

    /// Whether the names that are listed say the first difference.
    private static func says(_ departure: String?, _ missing: [String], _ unexpected: [String], _ misshaped: [String]) -> Bool {
        guard let departure else { return true }
        return missing.prefix(mostNames).contains { departure.hasSuffix("\($0) is missing") }
            || unexpected.prefix(mostNames).contains { departure.hasSuffix("\($0) has no place in it") }
            || misshaped.prefix(mostNames).contains { departure.hasSuffix($0) }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(mostNames).map { shortened($0) }.joined(separator: ", ") + (names.count > mostNames ? ", …" : "")
    }

    /// Keys may have any length; two of them with their shapes are said as they are.
    private static func shortened(_ name: String) -> String { name.count > 300 ? "\(name.prefix(200))…\(name.suffix(80))" : name }
}

extension ArchitectureError: ListedError {
    /// The known families with their distinctive keys, and all keys of the file.
    package var listing: [String] {
        switch self {
        case .unknownNetwork(_, let wanted, let seen, _):
            ["known families:"] + wanted.map { "  " + $0 } + ["keys of the file:"] + seen.map { "  " + $0 }
        case .keysDoNotMatch(_, _, let missing, let unexpected, let misshaped, let departure, _):
            [("missing", missing), ("unexpected", unexpected), ("of the wrong shape", misshaped)].filter { !$0.1.isEmpty }
                .flatMap { ["\($0.0):"] + $0.1.map { "  " + $0 } } + (departure.map { ["first difference:", "  " + $0] } ?? [])
        default: []
        }
    }
}
