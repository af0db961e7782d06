import Architectures
import Arguments
import ConvertFiles
import ConvertIR
import ConvertKit

/// Options that say of a network what its file does not: they take the place of what the file states and of what its family usually has.
enum ContractOptions {
    static let epsilon = Option("--epsilon", "N", .number(above: 0), help: "ε of every batch normalization")
    static let mean = Option(
        "--input-mean", "N", channelNumbers(isPositive: false), help: "subtracted from every pixel")
    static let deviation = Option("--input-std", "N", channelNumbers(isPositive: true), help: "divides what is left")
    static let channelOrder = Option("--channel-order", "ORDER", .choice(InputContract.ChannelOrder.self), help: "channels as they enter")
    static let imageSize = Option(
        "--image-size", "N", sizeKind, help: "size of the input")
    static let sizeKind = ValueKind("a side, or height x width such as 112x96, each from 8 to 4096", parse: size)
    static let crop = Option(
        "--crop", "WAY",
        .choice(CropName.self, ["mtcnn": "MTCNN's box", "arcface": "five points, as insightface", "resize": "the whole of it"]),
        help: "how a photograph is cut")
    static let preprocess = Option("--preprocess", "WAY", .choice(Preprocess.self), help: "an older name for --crop")
    static let margin = Option(
        "--mtcnn-margin", "N", .integer(0...4095), help: "pixels of the crop around MTCNN's box, both sides together",
        usual: "16; 0 in a crop of 16 or less")
    static let likeness = Option(
        "--assume-like", "NAME", .text,
        help:
            "assume what another model's file says, or what a project's networks have, such as insightface or adaface (the command families lists them)"
    )

    static let group = OptionGroup(
        "What the file does not say, or says wrongly (stored as given):",
        [epsilon, mean, deviation, channelOrder, imageSize, crop, preprocess, margin, likeness])

    /// How a photograph is cut.
    enum CropName: String, CaseIterable, Sendable {
        case mtcnn
        case arcface
        case resize

        var crop: InputContract.Crop {
            switch self {
            case .mtcnn: .mtcnn(margin: FaceSettings.usualMargin)
            case .arcface: .arcface
            case .resize: .whole
            }
        }
    }

    /// What is given of the network.
    static func facts(_ given: Invocation) throws(UsageError) -> GivenFacts {
        var facts = GivenFacts()
        facts.epsilon = given[epsilon]
        facts.mean = given[mean]
        facts.standardDeviation = given[deviation]
        facts.channelOrder = given[channelOrder]
        facts.imageSize = given[imageSize]
        facts.crop = try cropName(given)?.crop
        if let margin = given[margin] {
            if let name = try cropName(given), name != .mtcnn {
                throw .conflict("--mtcnn-margin", "\(given.isGiven(crop) ? "--crop" : "--preprocess") \(name.rawValue)")
            }
            facts.crop = .mtcnn(margin: margin)
            facts.margin = margin
        }
        return facts
    }

    /// Which of these facts were given.
    static func decisions(_ given: Invocation) -> [Decision] {
        let all: [(any Declared, Decision)] = [
            (likeness, .likeness), (channelOrder, .channelOrder), (crop, .crop), (epsilon, .epsilon), (imageSize, .imageSize),
            (mean, .scale), (deviation, .scale), (margin, .margin), (preprocess, .crop),
        ]
        return all.filter { given.isGiven($0.0) }.map(\.1)
    }

    /// Whose usual values take the place of what the file does not state: a family or project by name, or another model's file.
    static func likeness(_ given: Invocation) throws -> ContractProfile? {
        guard let name = given[likeness] else { return nil }
        do { return try Likeness.profile(name) } catch let error as LikenessError {
            guard case .unknown = error else { throw error }
            throw UsageError.badValue(
                option: "--assume-like", value: name, expected: "a model's file, or one of \(Likeness.names.joined(separator: ", "))",
                near: Suggestion.nearest(name, among: Likeness.names))
        }
    }

    /// `--crop`, or its older name `--preprocess`.
    static func cropName(_ given: Invocation) throws(UsageError) -> CropName? {
        let name = given[crop]
        guard let older = given[preprocess] else { return name }
        if let name, name.rawValue != older.rawValue {
            throw .conflict("--crop \(name.rawValue)", "--preprocess \(older.rawValue)")
        }
        return CropName(rawValue: older.rawValue)
    }

    /// One number, or three with commas between them.
    private static func channelNumbers(isPositive: Bool) -> ValueKind<ChannelNumbers> {
        ValueKind("\(isPositive ? "a number above 0" : "a number"), or three with commas between them") { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
            let numbers = parts.compactMap(\.self)
            guard numbers.count == parts.count, numbers.count == 1 || numbers.count == 3,
                !isPositive || numbers.allSatisfy({ $0 > 0 })
            else { return nil }
            return ChannelNumbers(numbers)
        }
    }

    /// `N` or `HxW`.
    static func size(_ text: String) -> GivenFacts.ImageSize? {
        let parts = text.split(omittingEmptySubsequences: false) { "xX×".contains($0) }.map { Int($0) }
        let sides = parts.compactMap(\.self).filter { 8...4096 ~= $0 }
        guard sides.count == parts.count, (1...2) ~= sides.count else { return nil }
        return GivenFacts.ImageSize(height: sides[0], width: sides[sides.count - 1])
    }
}
