import ConvertIR

/// How images enter a family's networks, in the family's usual form and as other projects have it.
struct FamilyContracts: Sendable {
    /// The usual form.
    var base = ContractProfile("")
    /// Whether the description states one.
    var isStated = false
    /// Projects with the same keys, in the order in which their signs are looked for.
    var variants: [Variant] = []

    /// A project's networks, and the signs by which they are known.
    struct Variant: Sendable {
        let profile: ContractProfile
        /// What a user should know, if this variant is assumed.
        let remark: String?
        /// Each list is enough if all of its signs are there; without any list the variant is only taken when it is asked for by name.
        var signs: [[Sign]]
    }

    /// What, besides the weights, tells one project's files from another's.
    enum Sign: Sendable, Equatable {
        /// The prefix of the network's keys.
        case prefix(String)
        /// A key anywhere in the file.
        case key(String)
        /// No such key anywhere in the file.
        case without(String)
        /// A tensor of such a key, with this size on an axis.
        case size(String, axis: Int, Int)
        /// An entry of the metadata, by a path with dots, whose text or number fits.
        case metadata(String, String)
        /// All counters of batches are 0.
        case untrained
    }

    /// All forms that have a name.
    var profiles: [ContractProfile] { [base] + variants.map(\.profile) }

    /// The form that holds for a file.
    struct Shown {
        let profile: ContractProfile
        /// What a user should know, if it is assumed.
        let remark: String?
        /// Whether it was asked for by name.
        let isChosen: Bool
    }

    /// The form that is asked for by name, else the one that the signs show, and what a user should know about it.
    /// - Parameter likeness: the profile to assume values from; it chooses a form only if it is one of this family's.
    func shown(by weights: Weights, prefix: String, likeness: ContractProfile?) -> Shown {
        if let likeness, let named = profiles.first(where: { $0.name == likeness.name }), named.epsilon == likeness.epsilon,
            named.isNormalized == likeness.isNormalized
        {
            return Shown(profile: named, remark: nil, isChosen: true)
        }
        let found = variants.first { variant in
            variant.signs.contains { list in list.allSatisfy { $0.isShown(by: weights, prefix: prefix) } }
        }
        return Shown(profile: found?.profile ?? base, remark: found?.remark, isChosen: false)
    }
}

extension FamilyContracts.Sign {
    func isShown(by weights: Weights, prefix: String) -> Bool {
        switch self {
        case .prefix(let pattern): NamePattern(pattern).fits(prefix)
        case .without(let pattern): !FamilyContracts.Sign.key(pattern).isShown(by: weights, prefix: prefix)
        case .key(let text):
            if let pattern = NamePattern(wildcards: text) {
                weights.entries.contains { pattern.fits($0.name) }
            } else {
                weights[text] != nil
            }
        case .size(let text, let axis, let size):
            weights.entries.contains { entry in
                entry.tensor.shape.indices.contains(axis) && entry.tensor.shape[axis] == size && NamePattern(text).fits(entry.name)
            }
        case .metadata(let path, let pattern): FamilyContracts.text(of: weights.metadata, at: path).map(NamePattern(pattern).fits) ?? false
        case .untrained: weights.epsilons.isEmpty && NormalizationCounters.areAllZero(in: weights)
        }
    }
}

extension FamilyContracts {
    /// An entry of the metadata as text; nil if there is none, or if it is neither a text nor a number.
    static func text(of metadata: Metadata, at path: String) -> String? {
        var object = metadata
        var parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let last = parts.popLast() else { return nil }
        for part in parts {
            guard let inner = object[part]?.object else { return nil }
            object = inner
        }
        return object[last].flatMap { $0.string ?? $0.integer.map(String.init) }
    }
}
