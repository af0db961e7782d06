/// The built-in families, for listing and printing.
package enum FamilyCatalogue {
    /// A family in a list.
    package struct Entry: Sendable {
        /// The family's name.
        package let name: String
        /// What it is, in a sentence.
        package let about: String
        /// Names of its networks.
        package let networks: [String]
        /// Projects whose inputs are known, the one that is assumed first.
        package let contracts: [String]
        /// The description itself.
        package let text: String
    }

    /// The families' names, without reading their descriptions: a family's file has its name.
    package static let names: [String] = BuiltInFamilies.files.map { String($0.name.prefix { $0 != "." }) }

    /// Every family, in the order in which they are tried.
    package static let entries: [Entry] = BuiltInFamilies.all.map { family in
        Entry(
            name: family.name, about: family.about, networks: family.knownNames, contracts: family.contracts.profiles.map(\.name),
            text: family.text)
    }

    /// The family with this name, or of the network with this name; nil if there is none.
    package static func entry(_ name: String) -> Entry? {
        let plain = String(name.lowercased().map { $0 == "-" ? "_" : $0 })
        return entries.first { $0.name == plain }
            ?? zip(BuiltInFamilies.all, entries).first { $0.0.canonicalName(plain) != nil }?.1
    }
}
