import ConvertIR

/// Keys that a description asked for and that the file does not have. If other keys of the same module or block are left over, the key that was
/// asked for is missing; the network is not merely one block shorter.
final class FamilyAbsences {
    /// A key that is not there, and what belongs to it.
    struct Absence {
        /// The key, without the network's prefix.
        let key: String
        /// What the keys of its module, or of the block that a loop looked for, begin with.
        let path: String
        /// What keys begin with that have no place because of it: those of the module, or of all blocks that the loop would have come to.
        let consequences: String
        let line: Int
    }

    private var absences: [Absence] = []
    private var noted: Set<String> = []
    private static let most = 4096

    /// A key that a condition asked for.
    func note(_ key: String, line: Int) {
        guard let dot = key.lastIndex(of: ".") else { return }
        let module = String(key[...dot])
        note(Absence(key: key, path: module, consequences: module, line: line))
    }

    /// A key that a loop asked for; `block` is the key up to the loop's variable, with its value, and `list` without it.
    func note(_ key: String, block: String, list: String, line: Int) {
        note(Absence(key: key, path: block, consequences: list, line: line))
    }

    private func note(_ absence: Absence) {
        guard absences.count < FamilyAbsences.most, noted.insert("\(absence.path) \(absence.key)").inserted else { return }
        absences.append(absence)
    }

    /// The keys that must be missing if these are left over, and what is left over besides their consequences.
    /// - Parameter prefix: what the network's keys begin with.
    func explain(_ unexpected: [String], prefix: String) -> (missing: [Absence], unexpected: [String]) {
        var (missing, rest): ([Absence], [String]) = ([], [])
        for key in unexpected {
            if missing.contains(where: { key.hasPrefix(prefix + $0.consequences) }) { continue }
            // Of several spellings that a condition asked for, the one that is most like the key.
            let likely = absences.filter { key.hasPrefix(prefix + $0.path) }
            if let absence = likely.max(by: { alike(prefix + $0.key, key) < alike(prefix + $1.key, key) }) {
                missing.append(absence)
            } else {
                rest.append(key)
            }
        }
        return (missing, rest)
    }

    /// A key that was asked for beside `key`, which is left over, if the network has taken nothing else from their module.
    func sibling(of key: String, prefix: String, taken: some Sequence<String>) -> Absence? {
        absences.first { absence in
            guard let end = absence.path.dropLast().lastIndex(of: ".") else { return false }
            let path = prefix + absence.path[...end]
            return key.hasPrefix(path) && !taken.contains { $0.hasPrefix(path) }
        }
    }

    private func alike(_ one: String, _ other: String) -> Int { zip(one.utf8, other.utf8).prefix { $0 == $1 }.count }
}

extension FamilyBuilder {
    /// Notes what a loop's condition asked for when it ended.
    func noteEnd(of condition: FamilyExpression, variable: String) {
        switch condition {
        case .call(.has, let template?, _):
            guard let place = template.parts.firstIndex(of: .variable(variable, offset: 0)),
                let list = try? word(WordTemplate(parts: Array(template.parts[..<place]))),
                let block = try? word(WordTemplate(parts: Array(template.parts[...place]))), let key = try? word(template),
                key.dropFirst(block.count).first == ".", !keys.has(scope + key)
            else { return }
            absences.note(scope + key, block: scope + block + ".", list: scope + list, line: line)
        case .binary(.and, let left, let right):
            noteEnd(of: (try? isTrue(left)) == true ? right : left, variable: variable)
        case .binary(_, let left, let right):
            noteEnd(of: left, variable: variable)
            noteEnd(of: right, variable: variable)
        default: return
        }
    }
}
