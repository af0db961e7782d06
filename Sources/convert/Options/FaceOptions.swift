import Arguments
import ConvertFaces
import ConvertIR
import ConvertKit

/// Options that say how pictures become crops.
enum FaceOptions {
    static let selection = Option(
        "--selection", "WAY", .choice(FaceSelection.self), help: "which of several faces is taken", usual: "largest; center for five points"
    )
    static let leastFace = Option(
        "--min-face-size", "N", .integer(1...1_000_000), help: "side of the smallest face that is looked for", usual: "20")
    static let thresholds = Option(
        "--thresholds", "A,B,C", ValueKind("three numbers from 0 to 1, such as 0.6,0.7,0.7", parse: threeProbabilities),
        help: "least probability in each of the three networks", usual: "0.6,0.7,0.7")
    static let factor = Option(
        "--factor", "F", .number(0.1...0.99), help: "side of each level of the pyramid over the one before", usual: "0.709")
    static let weights = Option(
        "--mtcnn-weights", "DIR", .folder,
        help:
            "the folder with pnet, rnet and onet in any readable format; else CONVERT_DATA/mtcnn, mtcnn in XDG_DATA_HOME/convert or "
            + "~/.local/share/convert, which make setup fills, the package's own folder, or /usr/local/share/convert/mtcnn")
    /// Pictures as people have them are brought upright.
    static let exif = exif(usual: "follow")
    /// The reference project takes pictures as they are stored.
    static let referenceExif = exif(usual: "ignore")

    private static func exif(usual: String) -> Option<ExifRule> {
        Option(
            "--exif", "RULE",
            .choice(ExifRule.self, ["follow": "brings pictures upright as EXIF says", "ignore": "takes them as stored"]),
            help: "what is done about EXIF orientation", usual: usual)
    }

    /// Options that mean something only if a face is looked for.
    static let ofFaces: [any Declared] = [selection, leastFace, thresholds, factor, weights]
    static let all: [any Declared] = [exif] + ofFaces
    /// The same for commands that do what the reference project does.
    static let asReference: [any Declared] = [referenceExif] + ofFaces

    /// What was decided of crops.
    static func choice(_ given: Invocation) throws(UsageError) -> FaceChoice {
        let facts = try ContractOptions.facts(given)
        var choice = FaceChoice()
        choice.imageSize = facts.imageSize
        choice.crop = facts.crop
        choice.margin = facts.margin
        choice.exif = given[exif]
        choice.selection = given[selection]
        choice.leastFace = given[leastFace]
        choice.thresholds = given[thresholds]
        choice.factor = given[factor]
        choice.weightsFolder = given[weights]
        choice.threads = given[ExecutorOptions.threads]
        return choice
    }

    private static func threeProbabilities(_ text: String) -> [Double]? {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        let thresholds = numbers.compactMap(\.self)
        return numbers.count == 3 && thresholds.count == 3 && thresholds.allSatisfy { 0...1 ~= $0 } ? thresholds : nil
    }
}
