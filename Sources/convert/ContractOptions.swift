import Architectures
import Exporters
import Files
import IR

/// Options that say of a network what its file does not: they hold in every command that opens a model, and take the place of what the file
/// states and of what its family usually has.
struct ContractOptions {
    static let single = Set(decisions.map(\.option))
    private static let decisions: [(option: String, decision: Decision)] = [
        ("--assume-like", .likeness), ("--channel-order", .channelOrder), ("--crop", .crop), ("--epsilon", .epsilon),
        ("--image-size", .imageSize), ("--input-mean", .scale), ("--input-std", .scale), ("--mtcnn-margin", .crop),
        ("--preprocess", .crop),
    ]

    /// The margin of an MTCNN crop where nobody says another.
    static let usualMargin = 16

    /// How a photograph is cut.
    enum CropName: String, CaseIterable {
        /// MTCNN's box with a margin.
        case mtcnn
        /// Five landmarks on insightface's template.
        case arcface
        /// The whole picture, resized.
        case resize

        var crop: InputContract.Crop {
            switch self {
            case .mtcnn: .mtcnn(margin: ContractOptions.usualMargin)
            case .arcface: .arcface
            case .resize: .whole
            }
        }
    }

    let given: GivenFacts
    private let likenessName: String?

    init(_ parsed: ParsedArguments) throws {
        var given = GivenFacts()
        given.epsilon = try parsed.number("--epsilon", isPositive: true)
        given.mean = try ContractOptions.numbers(parsed, "--input-mean")
        given.standardDeviation = try ContractOptions.numbers(parsed, "--input-std", isPositive: true)
        given.channelOrder = try parsed.choice("--channel-order")
        given.imageSize = try ContractOptions.size(parsed)
        let name = try ContractOptions.cropName(parsed)
        given.crop = name?.crop
        if let margin = try parsed.integer("--mtcnn-margin", in: 0...4095) {
            if let name, name != .mtcnn {
                throw UsageError.conflict("--mtcnn-margin", "\(ContractOptions.cropOption(parsed)) \(name.rawValue)")
            }
            given.crop = .mtcnn(margin: margin)
            given.margin = margin
        }
        self.given = given
        likenessName = parsed.value("--assume-like")
    }

    /// How a file is opened as a network: `--arch`, `--key-map` and these options.
    static func choice(_ parsed: ParsedArguments, architecture: String?) throws -> OpenedModel.Choice {
        let options = try ContractOptions(parsed)
        return OpenedModel.Choice(
            architecture: architecture, keyMap: try parsed.value("--key-map").map { try KeyMap(path: $0) }, given: options.given,
            likeness: try options.likeness(), givenNames: decisions.filter { parsed.value($0.option) != nil }.map(\.decision))
    }

    /// Whose usual values take the place of what the file does not state: a family or project by name, or another model's file.
    private func likeness() throws -> ContractProfile? {
        guard let name = likenessName else { return nil }
        if let profile = ContractProfile.named(name) { return profile }
        guard FileIdentity(path: name) != nil else {
            throw UsageError.badValue(
                option: "--assume-like", value: name,
                expected: "a model's file, or one of " + ContractProfile.all.map(\.name).joined(separator: ", "))
        }
        guard let model = try OpenedModel(try FormatRegistry.open(name)).content.model, let profile = ContractProfile(of: model) else {
            throw ContractQuestion.noContract(file: name)
        }
        return profile
    }

    /// `--crop`, or its older name `--preprocess`.
    static func cropName(_ parsed: ParsedArguments) throws -> CropName? {
        let crop: CropName? = try parsed.choice("--crop")
        guard let older: FaceOptions.Preprocess = try parsed.choice("--preprocess") else { return crop }
        let name = CropName(rawValue: older.rawValue)
        if let crop, crop != name { throw UsageError.conflict("--crop \(crop.rawValue)", "--preprocess \(older.rawValue)") }
        return name
    }

    private static func cropOption(_ parsed: ParsedArguments) -> String { parsed.value("--crop") == nil ? "--preprocess" : "--crop" }

    /// One number, or three with commas between them.
    private static func numbers(_ parsed: ParsedArguments, _ option: String, isPositive: Bool = false) throws -> ChannelNumbers? {
        guard let text = parsed.value(option) else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        let numbers = parts.compactMap(\.self)
        guard numbers.count == parts.count, numbers.count == 1 || numbers.count == 3, let values = ChannelNumbers(numbers),
            !isPositive || numbers.allSatisfy({ $0 > 0 })
        else {
            let kind = isPositive ? "a number above 0" : "a number"
            throw UsageError.badValue(option: option, value: text, expected: "\(kind), or three with commas between them")
        }
        return values
    }

    /// `N` or `HxW`.
    private static func size(_ parsed: ParsedArguments) throws -> GivenFacts.ImageSize? {
        guard let text = parsed.value("--image-size") else { return nil }
        let parts = text.split(omittingEmptySubsequences: false) { "xX×".contains($0) }.map { Int($0) }
        let sides = parts.compactMap(\.self).filter { 8...4096 ~= $0 }
        guard sides.count == parts.count, (1...2) ~= sides.count else {
            throw UsageError.badValue(
                option: "--image-size", value: text, expected: "a side, or height x width such as 112x96, each from 8 to 4096")
        }
        return GivenFacts.ImageSize(height: sides[0], width: sides[sides.count - 1])
    }
}

/// What has to be known of a network before pictures can go into it, and is not.
enum ContractQuestion: DescribedError, Equatable {
    /// The file does not say, and no family is known whose usual way could be taken.
    case unknown(file: String, isScaleUnknown: Bool, isCropUnknown: Bool)
    /// The file named by `--assume-like` does not say it either.
    case noContract(file: String)

    /// Throws if how pictures enter the model is not known.
    static func check(_ model: Model, file: String) throws(ContractQuestion) {
        let (scale, crop) = (model.contract.scaling == nil, model.contract.crop == .unknown)
        if scale || crop { throw .unknown(file: file, isScaleUnknown: scale, isCropUnknown: crop) }
    }

    var problem: String {
        switch self {
        case .unknown(let file, let isScaleUnknown, let isCropUnknown):
            "\(file): the file does not say how pictures enter the network ("
                + [isScaleUnknown ? "mean and divisor" : nil, isCropUnknown ? "crop" : nil].compactMap(\.self).joined(separator: ", ") + ")"
        case .noContract(let file): "\(file): does not say how pictures enter, so nothing can be assumed from it"
        }
    }

    var remedy: String {
        switch self {
        case .unknown(_, let isScaleUnknown, let isCropUnknown):
            "give "
                + [isScaleUnknown ? "--input-mean 127.5 --input-std 127.5" : nil, isCropUnknown ? "--crop mtcnn|arcface|resize" : nil]
                .compactMap(\.self).joined(separator: " and ") + " as the network was trained, or --assume-like FAMILY|CHECKPOINT"
        case .noContract: "name a family, or a file that does"
        }
    }
}
