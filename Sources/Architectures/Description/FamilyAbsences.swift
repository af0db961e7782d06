import ConvertIR

/// Keys that a description asked for in vain. Where other keys of the same module or block are left over, the one that was asked for is what
/// is missing, and not the network one block shorter.
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
    private var paths: Set<String> = []
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
        guard absences.count < FamilyAbsences.most, paths.insert(absence.path).inserted else { return }
        absences.append(absence)
    }

    /// The keys that must be missing if these are left over, and what is left over besides their consequences.
    /// - Parameter prefix: what the network's keys begin with.
    func explain(_ unexpected: [String], prefix: String) -> (missing: [Absence], unexpected: [String]) {
        var (missing, rest): ([Absence], [String]) = ([], [])
        for key in unexpected {
            if missing.contains(where: { key.hasPrefix(prefix + $0.consequences) }) { continue }
            if let absence = absences.filter({ key.hasPrefix(prefix + $0.path) }).max(by: { $0.path.utf8.count < $1.path.utf8.count }) {
                missing.append(absence)
            } else {
                rest.append(key)
            }
        }
        return (missing, rest)
    }
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
        case .binary(_, let left, let right):
            noteEnd(of: left, variable: variable)
            noteEnd(of: right, variable: variable)
        default: return
        }
    }
}
