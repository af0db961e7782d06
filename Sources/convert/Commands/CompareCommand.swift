import Arguments
import ConvertFiles
import ConvertJSON
import ConvertKit

/// `convert compare A.jpg B.jpg --model M`: how alike two faces are to a network.
enum CompareCommand {
    private static let model = Option("--model", short: "m", "FILE", .file, help: "the network, in any readable format")
    private static let threshold = Option(
        "--threshold", "N", .number(-1...1), help: "the least cosine that counts as one person, in place of the one that the model carries")

    /// Options that cut other faces than those that a stored threshold was found on.
    private static let otherFaces: [any Declared] =
        [FaceOptions.exif, FaceOptions.selection, FaceOptions.leastFace, FaceOptions.thresholds, FaceOptions.factor]
        + ContractOptions.group.options

    /// What has to stand beside every answer.
    private static let notice = "A score says how alike two pictures are to this network. It does not prove that they show one person."

    static let command = Command(
        name: "compare", summary: "how alike the faces in two pictures are: cosine, and same or different at a threshold",
        usage: ["compare A B --model FILE [options]"],
        operands: [Command.Operand("A", help: "a JPEG or PNG"), Command.Operand("B", help: "another")],
        groups: [
            OptionGroup([model, threshold, ExecutorOptions.exact, ExecutorOptions.threads, OutputOptions.json, OutputOptions.verbose]),
            OptionGroup("Pictures:", FaceOptions.all), OptionGroup("Reading:", ReadingOptions.group.options), ContractOptions.group,
        ],
        notes: [
            "evaluate --store-threshold writes a model that carries its threshold. It belongs to faces as the model cuts them: with an option "
                + "that cuts them otherwise, give --threshold.",
            "Exit codes: 0 the same person; 1 different; 2 cannot tell (no threshold, no face) or an error; 64 wrong arguments.",
        ], synonyms: ["match", "similarity"]
    ) { given in
        let (first, second) = try given.bothOperands("A", "B")
        guard let path = given[model] else { throw UsageError.missingArgument("--model FILE", command: given.command) }
        var request = PictureRunRequest([first, second])
        request.faces = try FaceOptions.choice(given)
        request.executor = ExecutorOptions.options(given)
        let (wanted, isJSON) = (given[threshold], given[OutputOptions.json])
        _ = given[OutputOptions.verbose]
        let cutsOtherwise = CompareCommand.otherFaces.contains(where: given.isGiven)
        let source = try ReadingOptions.source(path, given)
        try given.finish(because: "nothing of what is asked for uses it")
        let loaded = try source.load()
        let printer = EventPrinter(isQuiet: isJSON)
        loaded.report(to: printer.handle)
        let comparison = try PictureComparison(loaded, request, events: printer.handle)
        printer.clear()
        let stored = wanted == nil && !cutsOtherwise ? try StoredThreshold(of: loaded.network()) : nil
        let limit = wanted ?? stored?.cosine
        let isSame = comparison.withoutFace.isEmpty ? limit.map { comparison.cosine >= $0 } : nil
        if isJSON {
            Terminal.print(
                JSONValue.object(document(comparison, request.paths, limit, stored, isSame, model: loaded.name)).text(pretty: true))
        } else {
            Terminal.print(lines: lines(comparison, limit, stored, isSame, cutsOtherwise: cutsOtherwise, model: loaded.name))
        }
        guard let isSame else { return ExitStatus.failed }
        return isSame ? ExitStatus.fine : ExitStatus.checkFailed
    }

    private static func lines(
        _ comparison: PictureComparison, _ limit: Double?, _ stored: StoredThreshold?, _ isSame: Bool?, cutsOtherwise: Bool, model: String
    ) -> [String] {
        var lines = ["cosine \(NumberText.fixed(comparison.cosine, 4))"]
        if !comparison.withoutFace.isEmpty {
            lines.append("cannot tell: no face was found in \(comparison.withoutFace.joined(separator: " and "))")
        } else if let limit, let isSame {
            let origin = stored.map { "stored in \(model); \($0.source)" } ?? "given"
            lines.append("\(isSame ? "the same person" : "different people"), by the threshold \(NumberText.fixed(limit, 4)) (\(origin))")
        } else if cutsOtherwise {
            lines.append("cannot tell: a stored threshold belongs to faces as the model cuts them; give --threshold for these")
        } else {
            lines.append("cannot tell: no threshold is stored in \(model); give --threshold, or store one with evaluate --store-threshold")
        }
        return lines + [notice]
    }

    private static func document(
        _ comparison: PictureComparison, _ paths: [String], _ limit: Double?, _ stored: StoredThreshold?, _ isSame: Bool?, model: String
    ) -> JSONObject {
        JSONObject([
            "format_version": .integer(1), "model": .string(model), "images": .array(paths.map { .string($0) }),
            "cosine": .number(comparison.cosine), "threshold": limit.map { .number($0) } ?? .null,
            "threshold_source": stored.map { .string($0.source) } ?? .null,
            "same": isSame.map { .boolean($0) } ?? .null,
            "without_face": .array(comparison.withoutFace.map { .string($0) }), "notice": .string(notice),
        ])
    }
}
