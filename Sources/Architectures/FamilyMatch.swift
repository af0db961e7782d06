import ConvertIR

/// Which descriptions the weights of a file fit.
struct FamilyMatch {
    private let weights: Weights
    private let families: [FamilyDescription]
    private let keys: KeyEndings
    private let isOwn: Bool
    private let given: GivenChoice
    /// Families whose distinctive keys are there, each followed to its end or as far as the weights allow.
    private let attempts: [FamilyAttempt]

    /// - Parameter isOwn: whether the caller gave the descriptions.
    init(_ weights: Weights, among families: [FamilyDescription], isOwn: Bool, given: GivenChoice) throws {
        self.weights = weights
        self.families = families
        self.isOwn = isOwn
        self.given = given
        keys = KeyEndings(weights)
        var attempts: [FamilyAttempt] = []
        for family in families {
            // The caller's own description is followed in any case, to say where it departs.
            let found = FamilyAttempt.prefix(of: family, in: weights, keys)
            let likely = isOwn ? family.signatures.joined().lazy.compactMap { [keys] in keys.prefix(before: $0) }.first ?? "" : nil
            guard let prefix = found ?? likely else { continue }
            attempts.append(
                try FamilyAttempt(family, weights, prefix: prefix, isOwn: isOwn, isRecognized: found != nil, given: given))
        }
        self.attempts = attempts
    }

    /// The network that the keys show, or the one that is asked for by name.
    func choose(requested: String?) throws -> FamilyAttempt {
        let source = weights.provenance.source
        let plain = requested.map { String($0.lowercased().map { $0 == "-" ? "_" : $0 }) }
        if let requested, let plain, !families.contains(where: { $0.name == plain || $0.canonicalName(plain) != nil }) {
            throw ArchitectureError.unknownName(requested, known: families.flatMap(\.knownNames))
        }
        guard let first = attempts.max(by: { $0.agreement < $1.agreement }) else { throw unknown() }
        if let plain {
            // The name of one of its networks, or the family's own.
            let named = attempts.filter { $0.family.name == plain || $0.name == $0.family.canonicalName(plain) }
            guard let match = named.first(where: \.fits) ?? named.max(by: { $0.agreement < $1.agreement }) else {
                let name = families.lazy.compactMap { $0.canonicalName(plain) }.first ?? plain
                throw ArchitectureError.notThisNetwork(source: source, requested: name, shown: first.name)
            }
            return match
        }
        let fitting = attempts.filter(\.fits)
        // Two descriptions of the same wiring do not contradict each other.
        if let one = fitting.first {
            guard fitting.dropFirst().allSatisfy({ $0.isWired(as: one) }) else {
                // Networks of one name are told apart by their families'.
                let isTold = Set(fitting.map(\.name)).count == fitting.count
                throw ArchitectureError.severalNetworks(source: source, names: fitting.map { isTold ? $0.name : $0.family.name })
            }
            return one
        }
        let apart = attempts.filter { !$0.claimed.isEmpty && $0.claimed.isDisjoint(with: first.claimed) || $0.name == first.name }
        if apart.count > 1 { throw ArchitectureError.severalNetworks(source: source, names: apart.map(\.name)) }
        // A family of which one distinctive key is missing may be closer than one with more general keys.
        if !isOwn, let near = nearlyRecognized(), near.agreement > first.agreement { throw unknown() }
        return first
    }

    /// The attempt, if every key is accounted for.
    func checked(_ attempt: FamilyAttempt) throws -> FamilyAttempt {
        guard attempt.fits else {
            if let open = attempt.openChoice, attempt.graph != nil, attempt.departure == nil {
                throw ArchitectureError.severalWirings(
                    source: weights.provenance.source, name: attempt.name, difference: open.reason, projects: open.projects)
            }
            // A size that does not lead to the last layer's features is the caller's, not the file's.
            if let imageSize = given.imageSize, attempt.missing.isEmpty, attempt.unexpected.isEmpty,
                let usual = try? FamilyAttempt(attempt.family, weights, prefix: attempt.prefix, isOwn: isOwn, given: GivenChoice()),
                usual.fits
            {
                throw GivenFactError.sizeDoesNotFit(
                    height: imageSize.height, width: imageSize.width, reason: attempt.departure?.reason ?? "the layers have other sizes")
            }
            if !isOwn, attempt.graph != nil, attempt.missing.isEmpty, attempt.unexpected.isEmpty, attempt.misshaped.isEmpty,
                let error = attempt.graphError
            {
                // Two values that do not fit together say nothing of the weights that they come from.
                switch error {
                case .windowTooLarge, .wrongWeightKind: throw error
                default: break
                }
            }
            throw ArchitectureError.keysDoNotMatch(
                source: weights.provenance.source, name: attempt.name, missing: attempt.missing, unexpected: attempt.unexpected,
                misshaped: attempt.misshaped, departure: departure(attempt), isOwn: isOwn)
        }
        return attempt
    }

    /// Where a description and the weights part, for messages.
    private func departure(_ attempt: FamilyAttempt) -> String? {
        guard let departure = attempt.departure else { return nil }
        return departure.line == 0 ? departure.reason : "\(attempt.family.file), line \(departure.line): \(departure.reason)"
    }

    /// No family's distinctive keys are there: the closest one is named if it is close.
    private func unknown() -> ArchitectureError {
        .unknownNetwork(
            source: weights.provenance.source,
            wanted: families.map {
                "\($0.knownNames[0]) has \($0.signatures.map { $0.joined(separator: " and ") }.joined(separator: ", or "))"
            },
            seen: weights.entries.map(\.name), closest: closest())
    }

    private static let closeAgreement = 0.5

    private func closest() -> String? {
        var best: FamilyAttempt?
        for family in families {
            for prefix in prefixes(family) {
                guard let attempt = try? FamilyAttempt(family, weights, prefix: prefix, isOwn: false, given: given),
                    attempt.agreement > max(best?.agreement ?? 0, FamilyMatch.closeAgreement)
                else { continue }
                best = attempt
            }
        }
        let near = nearlyRecognized()
        guard let best, best.agreement >= near?.likelihood ?? 0 else { return near?.text }
        return "\(best.name), but \(departure(best) ?? "keys differ")"
    }

    /// A family whose distinctive keys are all there but one, and whose description fits best as if that one were there; nil if there is none.
    private func nearlyRecognized() -> (agreement: Double, likelihood: Double, text: String)? {
        var best: (agreement: Double, likelihood: Double, text: String)?
        for family in families {
            for signature in family.signatures where signature.count > 1 {
                for prefix in Set(signature.compactMap({ keys.prefix(before: $0) })) {
                    let missing = signature.filter { weights[prefix + $0] == nil }
                    guard missing.count == 1,
                        let attempt = try? FamilyAttempt(
                            family, weights, prefix: prefix, isOwn: false, given: given, supposedKeys: Set(missing))
                    else { continue }
                    // Several distinctive keys say much, even if the one that is missing is what all the others depend on.
                    let likelihood = max(attempt.agreement, signature.count > 3 ? FamilyMatch.closeAgreement + 0.01 : 0)
                    guard likelihood > best?.likelihood ?? FamilyMatch.closeAgreement else { continue }
                    best = (attempt.agreement, likelihood, "\(attempt.family.name), but \(prefix)\(missing[0]) is missing")
                }
            }
        }
        return best
    }

    /// Prefixes under which any distinctive key of the family lies.
    private func prefixes(_ family: FamilyDescription) -> Set<String> {
        Set(family.signatures.joined().compactMap { keys.prefix(before: $0) })
    }
}
