import ConvertIR

/// Which descriptions the weights of a file fit.
struct FamilyMatch {
    private let weights: Weights
    private let families: [FamilyDescription]
    private let imageSize: GivenFacts.ImageSize?
    /// Families whose distinctive keys are there, each followed to its end or as far as the weights allow.
    private let attempts: [FamilyAttempt]

    /// - Parameter isOwn: whether the caller gave the descriptions.
    init(_ weights: Weights, among families: [FamilyDescription], isOwn: Bool, imageSize: GivenFacts.ImageSize?) throws {
        self.weights = weights
        self.families = families
        self.imageSize = imageSize
        var attempts: [FamilyAttempt] = []
        for family in families {
            // The caller's own description is followed in any case, to say where it departs.
            guard let prefix = FamilyAttempt.prefix(of: family, in: weights) ?? (isOwn ? "" : nil) else { continue }
            attempts.append(try FamilyAttempt(family, weights, prefix: prefix, imageSize: imageSize))
        }
        self.attempts = attempts
    }

    /// The network that the keys show, or the one that is asked for by name.
    func choose(requested: String?) throws -> FamilyAttempt {
        let source = weights.provenance.source
        if let requested, Architectures.canonicalName(requested) == nil {
            throw ArchitectureError.unknownName(requested, known: Architectures.knownNames)
        }
        guard let first = attempts.max(by: { $0.agreement < $1.agreement }) else { throw unknown() }
        if let requested, let name = Architectures.canonicalName(requested) {
            guard let match = attempts.first(where: { $0.name == name }) else {
                throw ArchitectureError.notThisNetwork(source: source, requested: name, shown: first.name)
            }
            return match
        }
        let fitting = attempts.filter(\.fits)
        // Two descriptions of the same wiring do not contradict each other.
        if let one = fitting.first {
            guard fitting.allSatisfy({ $0.graph == one.graph }) else {
                throw ArchitectureError.severalNetworks(source: source, names: fitting.map(\.name))
            }
            return one
        }
        let apart = attempts.filter { $0.claimed.isDisjoint(with: first.claimed) || $0.name == first.name }
        if apart.count > 1 { throw ArchitectureError.severalNetworks(source: source, names: apart.map(\.name)) }
        return first
    }

    /// The attempt, if every key is accounted for.
    func checked(_ attempt: FamilyAttempt) throws -> FamilyAttempt {
        guard attempt.fits || attempt.graph != nil && attempt.missing.isEmpty && attempt.unexpected.isEmpty && attempt.misshaped.isEmpty
        else {
            // A size that does not lead to the last layer's features is the caller's, not the file's.
            if let imageSize, attempt.missing.isEmpty, attempt.unexpected.isEmpty,
                let usual = try? FamilyAttempt(attempt.family, weights, prefix: attempt.prefix, imageSize: nil), usual.fits
            {
                throw GivenFactError.sizeDoesNotFit(
                    height: imageSize.height, width: imageSize.width, reason: attempt.departure?.reason ?? "the layers have other sizes")
            }
            throw ArchitectureError.keysDoNotMatch(
                source: weights.provenance.source, name: attempt.name, missing: attempt.missing, unexpected: attempt.unexpected,
                misshaped: attempt.misshaped, departure: departure(attempt))
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
                guard let attempt = try? FamilyAttempt(family, weights, prefix: prefix, imageSize: imageSize),
                    attempt.agreement > max(best?.agreement ?? 0, FamilyMatch.closeAgreement)
                else { continue }
                best = attempt
            }
        }
        guard let best else { return nil }
        return "\(best.name), but \(departure(best) ?? "keys differ")"
    }

    /// Prefixes under which any distinctive key of the family lies.
    private func prefixes(_ family: FamilyDescription) -> Set<String> {
        Set(family.signatures.joined().compactMap { KeyLedger.prefix(before: $0, in: weights) })
    }
}
