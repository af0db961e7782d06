import ConvertFiles
import ConvertIR

/// Renames keys by rules from a file, for unknown layouts. Each line is `OLD NEW`: `*` in OLD matches any text, and each `*` in NEW becomes
/// what the corresponding one in OLD matched. `#` begins a comment. The first line that matches a key applies; keys that no line matches
/// keep their names.
package struct KeyMap: Sendable {
    private struct Rule {
        let pattern: [Substring]
        let replacement: [Substring]
        let line: Int
        let text: String
    }

    private let rules: [Rule]
    private let file: String
    /// Longest file that is read, in bytes.
    private static let limit = 1 << 24

    /// Reads a key map. Throws `ArchitectureError.malformedKeyMap` with the line number.
    package init(path: String) throws {
        let mapped = try MappedFile(path: path)
        guard mapped.bytes.count <= KeyMap.limit, let text = mapped.bytes.text else {
            throw ArchitectureError.malformedKeyMap(file: path, line: 1, detail: "this is not a text of at most 16 MiB")
        }
        try self.init(text: text, file: path)
    }

    /// Parses a key map; `file` is for messages.
    package init(text: String, file: String) throws(ArchitectureError) {
        var rules: [Rule] = []
        // Some editors begin a file with a byte order mark.
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            if words.isEmpty { continue }
            guard words.count == 2 else {
                throw .malformedKeyMap(file: file, line: index + 1, detail: "it has \(words.count) names instead of two")
            }
            let pattern = words[0].split(separator: "*", omittingEmptySubsequences: false)
            let replacement = words[1].split(separator: "*", omittingEmptySubsequences: false)
            guard replacement.count <= pattern.count else {
                throw .malformedKeyMap(file: file, line: index + 1, detail: "the new name has more * than the old one")
            }
            rules.append(Rule(pattern: pattern, replacement: replacement, line: index + 1, text: String(words[0])))
        }
        self.rules = rules
        self.file = file
    }

    /// The weights under their new names. Throws if two keys would become one, or if a line matches nothing.
    package func apply(to weights: Weights) throws(ArchitectureError) -> Weights {
        var used: Set<Int> = []
        var origins: [String: String] = [:]
        var entries: [Weights.Entry] = []
        for entry in weights.entries {
            var name = entry.name
            for (index, rule) in rules.enumerated() {
                guard let renamed = KeyMap.rename(entry.name, rule) else { continue }
                used.insert(index)
                name = renamed
                break
            }
            if let first = origins.updateValue(entry.name, forKey: name) {
                throw .keyMapCollision(name: name, first: first, second: entry.name)
            }
            entries.append(Weights.Entry(name: name, tensor: entry.tensor))
        }
        for (index, rule) in rules.enumerated() where !used.contains(index) {
            throw .keyMapUnused(file: file, line: rule.line, pattern: rule.text)
        }
        return Weights(entries: entries, metadata: weights.metadata, provenance: weights.provenance)
    }

    /// Each `*` matches as little as possible; the last one matches the rest.
    private static func rename(_ key: String, _ rule: Rule) -> String? {
        guard let head = rule.pattern.first, key.hasPrefix(head) else { return nil }
        var rest = key.dropFirst(head.count)
        var met: [Substring] = []
        for (index, part) in rule.pattern.enumerated().dropFirst() {
            if index == rule.pattern.count - 1 {
                guard rest.hasSuffix(part) else { return nil }
                met.append(rest.dropLast(part.count))
                rest = ""
            } else {
                guard let found = rest.firstRange(of: part) else { return nil }
                met.append(rest[..<found.lowerBound])
                rest = rest[found.upperBound...]
            }
        }
        guard rest.isEmpty else { return nil }
        var renamed = String(rule.replacement[0])
        for (index, part) in rule.replacement.enumerated().dropFirst() { renamed += met[index - 1] + part }
        return renamed
    }
}
