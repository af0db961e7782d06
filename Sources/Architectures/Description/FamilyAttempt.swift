import ConvertFiles
import ConvertIR
import ConvertJSON

/// What the caller states before a description is followed.
struct GivenChoice {
    /// The image's size; nil for the checkpoint's, or else the family's usual one.
    var imageSize: GivenFacts.ImageSize?
    /// The project to assume values from.
    var likeness: ContractProfile?
}

/// What came of following a description with the weights of a file.
struct FamilyAttempt {
    let family: FamilyDescription
    /// The prefix that all keys of the network share.
    let prefix: String
    /// The network's name, as far as it could be made out.
    let name: String
    /// The graph; nil if the description could not be followed to its end.
    let graph: Graph?
    let contract: InputContract
    let hyperparameters: Metadata
    let missing: [String]
    let unexpected: [String]
    let misshaped: [String]
    /// Keys that inference does not need, such as `logits.weight`.
    let extraKeys: [String]
    /// Why the nodes do not fit together, if that is the first difference.
    let graphError: GraphError?
    /// Wirings that the keys do not tell apart, and the projects that do; nil if there is one wiring.
    let openChoice: (reason: String, projects: [String])?
    /// The first line at which the weights are not those of the description, and why.
    let departure: (line: Int, reason: String)?
    let remarks: [String]
    /// The project whose contract was taken, if others have the same keys.
    let assumedProject: Architectures.AssumedProject?
    private let taken: Set<ExactText>
    /// The file's weights, and those that the network computes.
    let weights: Weights

    /// Keys of the file that the description accounts for.
    var claimed: Set<ExactText> { taken.filter { weights[$0.text] != nil } }

    /// Whether every key is accounted for and every weight has its place.
    var fits: Bool { graph != nil && missing.isEmpty && unexpected.isEmpty && misshaped.isEmpty && departure == nil && openChoice == nil }

    /// How much of the file and of the description agree, from 0 to 1.
    var agreement: Double {
        let claimed = claimed
        // A description that was not followed to its end says nothing of the keys that it did not get to.
        let all =
            graph == nil ? max(weights.entries.count, claimed.count) + missing.count : claimed.count + missing.count + unexpected.count
        return all == 0 ? 0 : Double(claimed.count - misshaped.count) / Double(all)
    }

    /// Follows a description. Throws `FamilyError` if the description itself makes no sense, and `ArchitectureError.imageSizeDisagrees`.
    /// - Parameters:
    ///   - isOwn: whether the caller gave the description. What makes no sense in a built-in one with these weights is a departure.
    ///   - isRecognized: whether the keys of one of its `recognize` lines are there.
    ///   - given: what the caller states.
    ///   - supposedKeys: keys that are taken to be there although they are not, to see what the rest is like.
    init(
        _ family: FamilyDescription, _ weights: Weights, prefix: String, isOwn: Bool, isRecognized: Bool = true, given: GivenChoice,
        supposedKeys: Set<String> = []
    ) throws {
        let family = try family.whole()
        let shown = family.contracts.shown(by: weights, prefix: prefix, likeness: given.likeness)
        var builder = FamilyBuilder(
            family, weights: weights, prefix: prefix, shown: shown, imageSize: given.imageSize, supposedKeys: supposedKeys)
        if !isRecognized, let line = family.signatureLines.first,
            let key = family.signatures.first?.first(where: { weights[prefix + $0] == nil })
        {
            builder.keys.depart("\(key), by which the family is recognized, is missing", line: line)
        }
        var isComplete = true
        do {
            try builder.run(family.body)
        } catch let stop as FamilyStop {
            isComplete = false
            builder.keys.depart(stop.reason ?? "what this line asks for is not known", line: builder.line)
        } catch let error as any DescribedError where !(isOwn && isRecognized) && !(error is ArchitectureError) {
            isComplete = false
            builder.keys.depart(error.problem, line: 0)
        }
        if builder.isWindowMissing { builder.keys.depart("the last map has no size", line: 0) }
        if isComplete, isOwn {
            try builder.checkOwn()
        }
        var remarks = shown.remark.map { [$0] } ?? []
        // What a description did not get to is not known to be too much.
        var unclaimed = isComplete ? builder.keys.unclaimed() : (extra: [], leftOut: [], unexpected: [])
        let explained = builder.absences.explain(unclaimed.unexpected, prefix: prefix)
        unclaimed.unexpected = explained.unexpected
        builder.keys.miss(explained.missing)
        self.family = family
        self.prefix = prefix
        // A network that lacks a block's first key has another name than the one it looks like.
        name = isComplete && explained.missing.isEmpty ? try builder.networkName(isOwn: isOwn) : family.name
        graph = isComplete ? builder.graph() : nil
        hyperparameters = builder.hyperparameters()
        missing = builder.keys.missing
        unexpected = unclaimed.unexpected
        misshaped = builder.keys.misshaped
        extraKeys = unclaimed.extra
        if isOwn, isComplete { remarks += builder.remarks(leftOut: unclaimed.leftOut) }
        openChoice = builder.openChoice
        graphError = builder.graphError
        departure =
            builder.keys.departure
            ?? unclaimed.unexpected.first.map { key in
                guard let absence = builder.absences.sibling(of: key, prefix: prefix, taken: builder.keys.taken.map(\.text)) else {
                    return (0, "\(key) has no place in it")
                }
                return (absence.line, "\(prefix)\(absence.key) is not there, and without it \(key) has no place")
            }
        self.weights = builder.weights
        taken = builder.keys.taken
        self.remarks = remarks
        var others: [String] = []
        for name in family.contracts.profiles.map(\.name) where name != shown.profile.name && !others.contains(name) { others.append(name) }
        assumedProject = others.isEmpty ? nil : Architectures.AssumedProject(name: shown.profile.name, others: others)
        let shape = builder.input?.type.shape ?? []
        let usual = shown.profile.contract(
            height: shape.count == 4 ? shape[2].fixed : nil, width: shape.count == 4 ? shape[3].fixed : nil,
            isSizeStated: builder.isSizeStated, embeddingLength: builder.embeddingLength())
        contract =
            isOwn ? shown.profile.written(usual, isSizeWritten: builder.isSizeWritten, endsNormalized: builder.endsNormalized) : usual
        if fits, let error = builder.sizeError { throw error }
    }

    /// The prefix that the family's keys have in a file; nil if its distinctive keys are absent.
    static func prefix(of family: FamilyDescription, in weights: Weights, _ keys: KeyEndings) -> String? {
        if family.signatures.isEmpty { return "" }
        for signature in family.signatures {
            guard let first = signature.first, let prefix = keys.prefix(before: first),
                signature.allSatisfy({ weights[prefix + $0] != nil })
            else { continue }
            return prefix
        }
        return nil
    }
}

extension FamilyBuilder {
    /// The graph, with each output under the name by which callers get it.
    func graph() -> Graph? {
        guard let input, !outputs.isEmpty else { return nil }
        var nodes = nodes
        for (value, name) in outputs where value != name {
            for index in nodes.indices {
                if nodes[index].output == value { nodes[index].output = name }
                nodes[index].inputs = nodes[index].inputs.map { $0 == value ? name : $0 }
            }
        }
        return Graph(inputs: [input], nodes: nodes, outputs: outputs.map(\.name))
    }

    /// The first of the family's names whose condition holds; the family's own without one.
    /// Throws what is wrong with the lines in the caller's own description; in a built-in one it is a departure.
    mutating func networkName(isOwn: Bool) throws -> String {
        do {
            for network in family.networks {
                line = network.line
                if let condition = network.condition, try !isTrue(condition) { continue }
                return try word(network.name)
            }
        } catch let stop as FamilyStop {
            keys.depart(stop.reason ?? "the name is not known", line: line)
        } catch let error as any DescribedError where !isOwn {
            keys.depart(error.problem, line: 0)
        }
        return family.name
    }

    func hyperparameters() -> Metadata {
        var object = JSONObject()
        for (name, value, _) in facts {
            switch value {
            case .integer(let number): object.append(name, .integer(Int64(number)))
            case .text(let text), .node(let text): object.append(name, .string(text))
            case .list(let numbers): object.append(name, .array(numbers.map { .integer(Int64($0)) }))
            }
        }
        if let shape = input?.type.shape, shape.count == 4, let height = shape[2].fixed, let width = shape[3].fixed, !facts.isEmpty {
            object.append("image_size", GivenFacts.ImageSize(height: height, width: width).json)
        }
        let assumed = facts.filter(\.isAssumed).map(\.name)
        if !assumed.isEmpty { object.append(Architecture.assumedFacts, .array(assumed.map { .string($0) })) }
        return object
    }

    /// The length of the first output, if it is a vector per image.
    func embeddingLength() -> Int? {
        guard let value = outputs.first?.value, let type = types[value] ?? nil, type.shape.count == 2 else { return nil }
        return type.shape[1].fixed
    }
}
