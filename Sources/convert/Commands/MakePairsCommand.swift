import Arguments
import ConvertFiles
import ConvertJSON
import ConvertKit

/// `convert make-pairs DIR -o pairs.csv`: a list of pairs of the people in a folder, drawn by a seed.
enum MakePairsCommand {
    private static let output = Option(
        "--output", short: "o", "FILE", .file, help: "the list: a CSV with the columns a, b, same and fold, as --pairs-file takes it")
    private static let pairs = Option(
        "--pairs", "N", .integer(4...20_000_000), help: "pairs in all, half of them of one person; a multiple of twice the folds",
        usual: "6000")
    private static let folds = Option("--folds", "K", .integer(2...1000), help: "folds, which share no person", usual: "10")
    private static let seed = Option("--seed", "N", .integer(from: 0), help: "the seed that pairs are drawn by", usual: "1")

    static let command = Command(
        name: "make-pairs", summary: "draw a balanced list of pairs of the people in a folder",
        usage: ["make-pairs DIR -o pairs.csv [options]"],
        operands: [
            Command.Operand("DIR", completion: .folder, help: "a folder with one folder per person: NAME/NAME_0001.jpg")
        ],
        groups: [OptionGroup([output, pairs, folds, seed, OutputOptions.force, OutputOptions.quiet, OutputOptions.json])],
        notes: [
            "No pair is there twice, and the same folder and seed give the same list on every machine. Pictures are not opened; their names end "
                + "in .jpg, .jpeg or .png."
        ], synonyms: ["pairs"], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        let folder = try given.onlyOperand("DIR")
        guard let target = given[output] else { throw UsageError.missingArgument("-o pairs.csv", command: "make-pairs") }
        try OutputOptions.checkIsFile(target, example: "pairs.csv")
        var maker = PairMaker(folder, output: target)
        maker.isReplacing = given[OutputOptions.force]
        if let count = given[pairs] { maker.pairCount = count }
        if let count = given[folds] { maker.folds = count }
        if let number = given[seed] { maker.seed = UInt64(number) }
        let (isQuiet, isJSON) = (given[OutputOptions.quiet], given[OutputOptions.json])
        try given.finish(because: "nothing of what is asked for uses it")
        let report = try maker.run()
        if isJSON {
            Terminal.print(JSONValue.object(json(report, maker)).text(pretty: true))
        } else if !isQuiet {
            let (fewest, most) = (report.peopleOfFold.min() ?? 0, report.peopleOfFold.max() ?? 0)
            Terminal.print(
                PrintedText.oneLine(
                    "\(target): \(NumberText.grouped(report.pairs)) pairs of \(NumberText.grouped(report.people)) people's "
                        + "\(NumberText.grouped(report.pictures)) pictures, seed \(maker.seed); \(maker.folds) folds of "
                        + (fewest == most ? "\(fewest)" : "\(fewest) to \(most)") + " people"))
        }
        return ExitStatus.fine
    }

    private static func json(_ report: PairMaker.Report, _ maker: PairMaker) -> JSONObject {
        JSONObject([
            "format_version": .integer(1), "output": .string(maker.output), "pairs": .integer(Int64(report.pairs)),
            "people": .integer(Int64(report.people)),
            "pictures": .integer(Int64(report.pictures)), "seed": .unsigned(maker.seed),
            "people_of_fold": .array(report.peopleOfFold.map { .integer(Int64($0)) }),
        ])
    }
}
