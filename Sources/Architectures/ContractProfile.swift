import ConvertIR

/// Typical inputs of a project's networks: facts that a state dict does not hold, taken from the project's own training and evaluation
/// programs.
package struct ContractProfile: Sendable {
    /// The name of the project or family.
    package let name: String
    /// ε of every batch normalization.
    package let epsilon: Double
    /// Order of the color channels.
    package let channelOrder: InputContract.ChannelOrder
    /// Subtracted from every pixel value (0…255).
    package let mean: ChannelNumbers
    /// Divides the difference.
    package let standardDeviation: ChannelNumbers
    /// How a photograph is cropped.
    package let crop: InputContract.Crop
    /// Whether the project's networks end in an L2 normalization.
    package let isNormalized: Bool
    /// Whether the output is an embedding; false for a detector.
    package let hasEmbedding: Bool
    /// Facts that the lines of a description state, and that are not usual values.
    let written: Set<NetworkFact>

    init(
        _ name: String, epsilon: Double = 1e-5, order: InputContract.ChannelOrder = .rgb, mean: ChannelNumbers = 127.5,
        deviation: ChannelNumbers = 127.5, crop: InputContract.Crop = .arcface, isNormalized: Bool = false,
        hasEmbedding: Bool = true, written: Set<NetworkFact> = []
    ) {
        self.written = written
        (self.name, self.epsilon, channelOrder, self.mean) = (name, epsilon, order, mean)
        (standardDeviation, self.crop, self.isNormalized, self.hasEmbedding) = (deviation, crop, isNormalized, hasEmbedding)
    }

    /// The inputs of an existing model; nil if its scale or crop is unknown.
    package init?(of model: Model) {
        let contract = model.contract
        guard let (mean, deviation) = contract.scaling, contract.crop != .unknown else { return nil }
        self.init(
            model.architecture.name, epsilon: model.epsilons.first ?? 1e-5, order: contract.channelOrder, mean: mean, deviation: deviation,
            crop: contract.crop, isNormalized: contract.isNormalized)
    }

    /// All profiles that have a name, from the descriptions of the families; the first of a name counts.
    package static let all: [ContractProfile] = {
        var names: Set<String> = []
        return BuiltInFamilies.all.flatMap(\.contracts.profiles).filter { $0.hasEmbedding && names.insert($0.name).inserted }
    }()

    /// The profile with this name, or of the family with this name (`ir_resnet18`, `mobilefacenet`, `inception_resnet_v1`); nil for other
    /// names.
    package static func named(_ name: String) -> ContractProfile? {
        let plain = String(name.lowercased().map { $0 == "-" ? "_" : $0 })
        if let profile = all.first(where: { $0.name == plain }) { return profile }
        guard let family = BuiltInFamilies.all.first(where: { $0.canonicalName(plain) != nil }), family.contracts.base.hasEmbedding else {
            return nil
        }
        // A checkpoint that names its network is the reference project's.
        return family.contracts.profiles.first { $0.name == "reference" } ?? family.contracts.base
    }

    /// The contract of a network that this profile is assumed for.
    /// - Parameters:
    ///   - height: rows of the input; nil for any number.
    ///   - width: columns of the input; nil for any number.
    func contract(height: Int?, width: Int?, isSizeStated: Bool, embeddingLength: Int?) -> InputContract {
        var origins = FactOrigins()
        let length = hasEmbedding ? embeddingLength : nil
        // Shapes show the embedding's length, and an embedding is the only output.
        if length != nil { origins.set(.embeddingLength, .metric, to: .stated) }
        if isSizeStated { origins.set(.height, .width, to: .stated) }
        return InputContract(
            height: height, width: width, channelOrder: channelOrder, mean: mean, standardDeviation: standardDeviation, crop: crop,
            embeddingLength: length, isNormalized: isNormalized, metric: length == nil ? .none : .cosine, origins: origins)
    }

    /// The contract that a caller's own description states: what its lines say is given; ε is torch's and the order of channels RGB unless
    /// they are written; how pixels are scaled and photographs are cropped is not known; and the graph shows whether the output is normalized.
    func written(_ usual: InputContract, isSizeWritten: Bool, endsNormalized: Bool) -> InputContract {
        var contract = usual
        for fact in written { contract.origins[fact] = .given }
        if isSizeWritten { contract.origins.set(.height, .width, to: .given) }
        func unknown(_ fact: NetworkFact) -> Bool {
            guard !written.contains(fact) else { return false }
            contract.origins[fact] = .unknown
            return true
        }
        if unknown(.mean) { contract.mean = nil }
        if unknown(.standardDeviation) { contract.standardDeviation = nil }
        if unknown(.crop) { contract.crop = .unknown }
        if !written.contains(.isNormalized) {
            contract.isNormalized = endsNormalized
            contract.origins[.isNormalized] = .stated
        }
        return contract
    }

    /// Fills in facts that the contract does not state and the caller did not give.
    package func fill(_ contract: InputContract) -> InputContract {
        var filled = contract
        func isOpen(_ fact: NetworkFact) -> Bool { [.assumed, .unknown].contains(contract.origins[fact]) }
        if isOpen(.mean) { filled.mean = mean }
        if isOpen(.standardDeviation) { filled.standardDeviation = standardDeviation }
        if isOpen(.channelOrder), channelOrder.channelCount == contract.channelOrder.channelCount { filled.channelOrder = channelOrder }
        if isOpen(.crop) { filled.crop = crop }
        for fact in [NetworkFact.mean, .standardDeviation, .channelOrder, .crop] where isOpen(fact) { filled.origins[fact] = .assumed }
        return filled
    }
}
