import Glibc
import PthReader

/// Shell patterns over the names of a checkpoint's values: dotted paths, and for entries of the state dict also their names in it. `*` also
/// matches dots, and a pattern that matches a container applies to everything inside it.
struct SlimPatterns {
    /// Path of the state dict.
    let stateDict: [String]

    func matches(_ patterns: [String], _ path: [String]) -> Bool {
        guard !patterns.isEmpty else { return false }
        let all = patterns[...]
        return all.contains { matches($0, path) }
    }

    /// The first of the patterns that matches nothing in `root`; nil if every one matches something.
    func firstUnmatched(_ patterns: [String], in root: CheckpointValue, selection: StateDictSelection) -> String? {
        var left = patterns
        func look(_ path: [String]) {
            if !path.isEmpty { left.removeAll { matches($0, path) } }
        }
        for entry in selection.dictionary.entries where !left.isEmpty { look(stateDict + [entry.key.pathComponent]) }
        guard !left.isEmpty else { return nil }
        root.walk { path, _ in if !left.isEmpty { look(path) } }
        return left.first
    }

    private func matches(_ pattern: String, _ path: [String]) -> Bool {
        var joined = ""
        for component in path {
            joined += joined.isEmpty ? component : "." + component
            if fnmatch(pattern, joined, 0) == 0 { return true }
        }
        guard !stateDict.isEmpty, path.count > stateDict.count, path.starts(with: stateDict) else { return false }
        return fnmatch(pattern, path[stateDict.count], 0) == 0
    }
}
