/// The path of a value in a checkpoint: keys, indices in lists and tuples, and attributes of objects, joined by dots, such as `models.1`.
struct CheckpointPath {
    /// The components, outermost first; a component may itself contain dots.
    let components: [String]
    /// The value at the path.
    let value: CheckpointValue
    /// Whether the path leads into an object of a class, whose attributes no writer here can name.
    let entersObject: Bool

    /// How the path of the root is shown.
    static let root = "(the root)"
    /// Limits the search if many keys have a common prefix.
    private static let mostTries = 20_000

    /// Finds the value that `text` names; nil if there is none. Among keys that contain dots, the longest match is tried first.
    init?(_ text: String, in root: CheckpointValue) {
        if text.isEmpty || text == "." || text == CheckpointPath.root {
            (components, value, entersObject) = ([], root, false)
            return
        }
        var tries = CheckpointPath.mostTries
        guard let found = CheckpointPath.find(text[...], in: root, tries: &tries) else { return nil }
        (components, value, entersObject) = (found.components.reversed(), found.value, found.entersObject)
    }

    private static func find(
        _ rest: Substring, in value: CheckpointValue, tries: inout Int
    ) -> (components: [String], value: CheckpointValue, entersObject: Bool)? {
        let isObject = if case .placeholder = value { true } else { false }
        let fitting = value.namedChildren.filter { child in
            rest.utf8.starts(with: child.component.utf8)
                && (rest.utf8.count == child.component.utf8.count
                    || rest.utf8.dropFirst(child.component.utf8.count).first == UInt8(ascii: "."))
        }.sorted { $0.component.utf8.count > $1.component.utf8.count }
        for child in fitting {
            tries -= 1
            guard tries > 0 else { return nil }
            let length = child.component.utf8.count
            if rest.utf8.count == length { return ([child.component], child.value, isObject) }
            guard let inner = find(Substring(rest.utf8.dropFirst(length + 1)), in: child.value, tries: &tries) else { continue }
            return (inner.components + [child.component], inner.value, inner.entersObject || isObject)
        }
        return nil
    }
}

extension CheckpointValue {
    /// The values one level down, each with its path component: entries, items and attributes; for a module also its children by name.
    var namedChildren: [(component: String, value: CheckpointValue)] {
        switch self {
        case .dictionary(let dictionary): return dictionary.entries.map { ($0.key.pathComponent, $0.value) }
        case .list(let items), .tuple(let items): return items.enumerated().map { ("\($0.offset)", $0.element) }
        case .placeholder(let object):
            var children: [(String, CheckpointValue)] = []
            if let module = ModuleStateDict.attributes(of: self) {
                for member in ["_modules", "_parameters", "_buffers"] {
                    guard case .dictionary(let values)? = module[member] else { continue }
                    children += values.entries.map { ($0.key.pathComponent, $0.value) }
                }
            }
            children += object.entries.entries.map { ($0.key.pathComponent, $0.value) }
            children += (instanceDictionary?.entries ?? []).map { ($0.key.pathComponent, $0.value) }
            return children
        default: return []
        }
    }
}
