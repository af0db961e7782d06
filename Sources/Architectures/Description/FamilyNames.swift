extension FamilyDescription {
    /// Names of the family's networks that are written out, for messages.
    var knownNames: [String] {
        let names = networks.compactMap(\.name.literal)
        return names.isEmpty ? [name] : names
    }

    /// The canonical spelling of a name of this family; nil for any other name. The argument is lower case, with `_` in place of `-`.
    func canonicalName(_ plain: String) -> String? {
        for network in networks {
            if let literal = network.name.literal {
                if literal == plain || network.aliases.contains(plain) { return literal }
            } else if FamilyDescription.couldBe(plain, network.name) {
                return plain
            }
        }
        return networks.isEmpty && plain == name ? name : nil
    }

    /// Whether a name with numbers in place of variables is one that the word can become.
    private static func couldBe(_ name: String, _ template: WordTemplate) -> Bool { fits(Substring(name), template.parts[...]) }

    private static func fits(_ name: Substring, _ parts: ArraySlice<WordTemplate.Part>) -> Bool {
        guard let part = parts.first else { return name.isEmpty }
        switch part {
        case .text(let text): return name.hasPrefix(text) && fits(name.dropFirst(text.count), parts.dropFirst())
        case .variable:
            let numbers = name.prefix { $0.isNumber || $0 == "_" }.prefix(mostDigits)
            guard numbers.first?.isNumber == true else { return false }
            return (1...numbers.count).contains { fits(name.dropFirst($0), parts.dropFirst()) }
        }
    }

    /// Digits and `_` in place of a variable.
    private static let mostDigits = 64
}
