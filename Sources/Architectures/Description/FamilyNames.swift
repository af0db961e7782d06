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
    private static func couldBe(_ name: String, _ template: WordTemplate) -> Bool {
        var rest = Substring(name)
        for part in template.parts {
            switch part {
            case .text(let text):
                guard rest.hasPrefix(text) else { return false }
                rest = rest.dropFirst(text.count)
            case .variable:
                let numbers = rest.prefix { $0.isNumber || $0 == "_" }
                guard numbers.first?.isNumber == true else { return false }
                rest = rest.dropFirst(numbers.count)
            }
        }
        return rest.isEmpty
    }
}
