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

    init(
        _ name: String, epsilon: Double = 1e-5, order: InputContract.ChannelOrder = .rgb, mean: ChannelNumbers = 127.5,
        deviation: ChannelNumbers = 127.5, crop: InputContract.Crop = .arcface, isNormalized: Bool = false
    ) {
        (self.name, self.epsilon, channelOrder, self.mean) = (name, epsilon, order, mean)
        (standardDeviation, self.crop, self.isNormalized) = (deviation, crop, isNormalized)
    }

    /// The reference project's IR-ResNet.
    package static let reference = ContractProfile("reference", deviation: 128, crop: .mtcnn(margin: 16))
    /// deepinsight/insightface, and projects that train the same way.
    package static let insightface = ContractProfile("insightface")
    /// IrvingMeng/MagFace.
    package static let magface = ContractProfile("magface", epsilon: 2e-5, order: .bgr, mean: 0, deviation: 255)
    /// bubbliiiing/arcface-pytorch.
    package static let bubbliiiing = ContractProfile("bubbliiiing", isNormalized: true)
    /// timesler/facenet-pytorch and the reference project's InceptionResnetV1.
    package static let facenet = ContractProfile("facenet", epsilon: 1e-3, deviation: 128, crop: .mtcnn(margin: 16), isNormalized: true)

    /// The inputs of an existing model; nil if its scale or crop is unknown.
    package init?(of model: Model) {
        let contract = model.contract
        guard let (mean, deviation) = contract.scaling, contract.crop != .unknown else { return nil }
        self.init(
            model.architecture.name, epsilon: model.epsilons.first ?? 1e-5, order: contract.channelOrder, mean: mean, deviation: deviation,
            crop: contract.crop, isNormalized: contract.isNormalized)
    }

    /// All profiles that have a name.
    package static let all = [
        reference, insightface, magface, bubbliiiing, facenet,
        ContractProfile("nizhib", epsilon: 2e-5, deviation: 128),
        ContractProfile("adaface", order: .bgr, isNormalized: true),
        ContractProfile("curricularface"), ContractProfile("elasticface"), ContractProfile("evolve"),
        ContractProfile("treb1en", isNormalized: true),
        ContractProfile("facexzoo", order: .bgr, deviation: 128),
        ContractProfile("xiaoccer", deviation: 128),
        ContractProfile("sphereface", order: .bgr, deviation: 128),
        ContractProfile("resnet_face18", order: .gray, crop: .whole),
    ]

    /// The profile with this name, or of the family with this name (`ir_resnet18`, `mobilefacenet`, `inception_resnet_v1`); nil for other
    /// names.
    package static func named(_ name: String) -> ContractProfile? {
        let plain = String(name.lowercased().map { $0 == "-" ? "_" : $0 })
        if let profile = all.first(where: { $0.name == plain }) { return profile }
        switch Architectures.canonicalName(plain) {
        case "inception_resnet_v1"?: return facenet
        case "mobilefacenet"?: return insightface
        case let name? where name.hasPrefix("ir_resnet"): return reference
        default: return nil
        }
    }

    /// The contract of a network that this profile is assumed for.
    /// - Parameter size: Height and width of the input, in pixels.
    func contract(size: GivenFacts.ImageSize, isSizeStated: Bool, embeddingLength: Int) -> InputContract {
        var origins = FactOrigins()
        // Shapes show the embedding's length, and an embedding is the only output.
        origins.set(.embeddingLength, .metric, to: .stated)
        if isSizeStated { origins.set(.height, .width, to: .stated) }
        return InputContract(
            height: size.height, width: size.width, channelOrder: channelOrder, mean: mean, standardDeviation: standardDeviation,
            crop: crop,
            embeddingLength: embeddingLength, isNormalized: isNormalized, metric: .cosine, origins: origins)
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
