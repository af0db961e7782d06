import Files
import JSON
import Verifier

/// How `score` and `evaluate` judge scores, and where the result goes: options, and what is done with them.
struct JudgingOptions {
    static let flags: Set<String> = ["--json", "--quiet", "--force", "--with-photos"]
    static let single: Set<String> = [
        "--protocol", "--folds", "--expect-accuracy", "--tolerance", "--expect-auc", "--auc-tolerance", "--baseline", "--output-dir",
        "--lfw-root", "--seed",
    ]
    static let short = ["-q": "--quiet", "-f": "--force"]

    let protocolRule: EvaluationProtocol
    /// Folds to make of pairs that are not LFW's; nil for LFW's own.
    let folds: Int?
    let expectations: Expectations
    let seed: UInt64
    let lfwRoot: String?
    private let outputFolder: String?
    private let hasPhotographs: Bool
    private let isJSON: Bool
    private let isQuiet: Bool
    private let isReplacing: Bool

    private static let mostFolds = 1000

    /// Reads the options, and the baseline where one is given.
    init(_ parsed: ParsedArguments) throws {
        protocolRule = try parsed.choice("--protocol") ?? .reference
        folds = try parsed.integer("--folds", in: 2...JudgingOptions.mostFolds)
        seed = try parsed.integer("--seed", in: 0...Int.max).map { UInt64($0) } ?? LFWEvaluation.defaultSeed
        lfwRoot = parsed.value("--lfw-root")
        outputFolder = parsed.value("--output-dir")
        (hasPhotographs, isJSON) = (parsed.has("--with-photos"), parsed.has("--json"))
        (isQuiet, isReplacing) = (parsed.has("--quiet"), parsed.has("--force"))
        var expectations = Expectations()
        // A share such as 0.947 is meant as 94.7 %, and nobody expects less than 1 %.
        expectations.accuracy = try JudgingOptions.number(
            "--expect-accuracy", parsed, in: 1.000001...100, expected: "percent, such as 94.7167")
        expectations.area = try JudgingOptions.number("--expect-auc", parsed, in: 0...1, expected: "a number from 0 to 1")
        if let tolerance = try JudgingOptions.number("--tolerance", parsed, in: 0...100, expected: "points of percent from 0 to 100") {
            expectations.accuracyTolerance = tolerance
        }
        if let tolerance = try JudgingOptions.number("--auc-tolerance", parsed, in: 0...1, expected: "a number from 0 to 1") {
            expectations.areaTolerance = tolerance
        }
        let isCompared = parsed.value("--baseline") != nil || parsed.value("--against") != nil
        if expectations.accuracy == nil, !isCompared {
            try parsed.refuse(["--tolerance"], because: "it needs --expect-accuracy, or another run to compare with")
        }
        if expectations.area == nil, !isCompared {
            try parsed.refuse(["--auc-tolerance"], because: "it needs --expect-auc, or another run to compare with")
        }
        if outputFolder == nil { try parsed.refuse(["--force"], because: "no files are written without --output-dir") }
        if hasPhotographs, outputFolder == nil { throw UsageError.needs("--with-photos", "--output-dir DIR") }
        if hasPhotographs, lfwRoot == nil { throw UsageError.needs("--with-photos", "--lfw-root DIR") }
        if hasPhotographs, let lfwRoot, FileIdentity(path: lfwRoot) == nil { throw FileError.missing(path: lfwRoot) }
        if let path = parsed.value("--baseline") { expectations.baseline = try Baseline(try MappedFile(path: path)) }
        self.expectations = expectations
    }

    private static func number(
        _ option: String, _ parsed: ParsedArguments, in bounds: ClosedRange<Double>, expected: String
    ) throws(UsageError) -> Double? {
        guard let number = try parsed.number(option) else { return nil }
        guard bounds.contains(number) else { throw .badValue(option: option, value: parsed.value(option) ?? "", expected: expected) }
        return number
    }

    /// Whether a figure is held against another one.
    var hasExpectations: Bool { expectations.accuracy != nil || expectations.area != nil || expectations.baseline != nil }

    /// Checks the output folder, where there is one; to be called before any long work.
    func folder(_ contents: ReportFolder.Contents, inputs: [FileIdentity]) throws -> ReportFolder? {
        try outputFolder.map { try ReportFolder($0, replacing: isReplacing, contents: contents, inputs: inputs) }
    }

    /// Computes all figures, writes the files, prints the verdict.
    /// - Parameters:
    ///   - folder: what `folder(_:inputs:)` gave.
    ///   - embeddings: what the scores were made from; written where they are given.
    ///   - document: what an export before it has to say; the figures are then its member `evaluation`.
    ///   - against: a second model's name and scores, in place of `--baseline`; written where they are given.
    func conclude(
        _ table: ScoreTable, provenance: EvaluationProvenance, embeddings: EmbeddingTable? = nil,
        against: (name: String, scores: ScoreTable)? = nil,
        folder: ReportFolder?, after document: JSONObject? = nil
    ) throws -> ExitStatus {
        var expectations = expectations
        if let against { expectations.baseline = Baseline(against.scores, name: against.name) }
        let evaluation = LFWEvaluation(table, by: protocolRule, seed: seed)
        let judgment = try Judgment(evaluation, expectations: expectations, margin: provenance.mtcnnMargin)
        var provenance = provenance
        provenance.notes.append(.init("convert", Convert.version))
        let report = EvaluationReport(
            evaluation, judgment: judgment, provenance: provenance, embeddings: embeddings, otherScores: against?.scores)
        var written: [String] = []
        if let folder { written = try folder.write(report, photographs: photographs) }
        if isJSON {
            var root = document ?? report.metrics
            if document != nil { root.append("evaluation", .object(report.metrics)) }
            Terminal.print(JSONValue.object(root).text(pretty: true))
        } else if !isQuiet {
            Terminal.print(lines: EvaluationText.lines(report))
            if let folder { Terminal.print("wrote \(written.joined(separator: ", ")) to \(folder.path)") }
        } else if !judgment.isMet {
            for check in judgment.checks where !check.isMet { Terminal.error("convert: not as expected: \(check.reason)") }
            Terminal.error(Judgment.caveat)
        }
        return judgment.isMet ? .fine : .checkFailed
    }

    /// Bytes of an image, if photographs are wanted.
    private var photographs: ((String) -> [UInt8]?)? {
        guard hasPhotographs, let lfwRoot else { return nil }
        return { path in (try? MappedFile(path: PicturePath.of(path, below: lfwRoot)))?.bytes.array }
    }
}
