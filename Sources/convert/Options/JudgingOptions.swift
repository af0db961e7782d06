import Arguments
import ConvertFiles
import ConvertKit
import Verifier

/// Options that say how `score` and `evaluate` judge scores, and where the result goes.
enum JudgingOptions {
    /// The rules that an option of its own names; facenet's has a variant.
    private enum RuleName: String, Sendable, CaseIterable {
        case reference, insightface, facenet
    }

    private static let rule = Option(
        "--protocol", "NAME",
        .choice(
            RuleName.self,
            [
                "reference": "midpoints of neighboring scores",
                "insightface": "a grid of squared distances; evaluate then also aligns by five points and adds mirror images",
                "facenet": "the same grid",
            ]), help: "whose rules: how thresholds are chosen", usual: "reference")
    private static let angles = Flag(
        "--arccos", help: "facenet's --distance_metric 1: a grid of angles, with --protocol facenet", needs: ["--protocol"])
    static let subtractsMean = Flag(
        "--subtract-mean", help: "facenet's --subtract_mean: judge each fold less the mean embedding of the others",
        conflicts: ["--against"], needs: ["--arccos"])
    static let folds = Option(
        "--folds", "K", .integer(2...1000),
        help: "folds of pairs that are not LFW's 6,000, in place of those that the list states; the figure is then not LFW's")
    // A share such as 0.947 is meant as 94.7 %, and nobody expects less than 1 %.
    static let accuracy = Option(
        "--expect-accuracy", "P", ValueKind("percent, such as 94.7167", parse: number(1.000001...100)),
        help: "the mean accuracy; exit code 1 if it is not met")
    static let tolerance = Option(
        "--tolerance", "N", ValueKind("points of percent from 0 to 100", parse: number(0...100)),
        help: "how far accuracy may be off", usual: "0.05, three of 6,000 pairs",
        needs: ["--expect-accuracy", "--baseline", "--against"])
    static let area = Option("--expect-auc", "N", .number(0...1), help: "the area under the ROC curve")
    static let areaTolerance = Option(
        "--auc-tolerance", "N", .number(0...1), help: "how far it may be off", usual: "0.0005",
        needs: ["--expect-auc", "--baseline", "--against"])
    static let matchRate = Option(
        "--fmr", "RATE", ValueKind("a rate between 0 and 1, such as 1e-3", parse: openShare),
        help: "also find the threshold for this false match rate, and its interval")
    static let baseline = Option(
        "--baseline", "FILE", .file,
        help: "another run's pair_scores.csv, metrics.json or best_lfw.json: differences, compared with the tolerances; scores are "
            + "compared pair by pair, in any order", conflicts: ["--against"])
    static let groups = Option(
        "--groups", "FILE", .file,
        help:
            "also the rates of errors for each group of people, at one threshold for all (that of --fmr, else the one that decides the most "
            + "pairs correctly): a CSV with the columns name and group; a list of pairs with a column group needs no option")
    static let outputFolder = Option(
        "--output-dir", "DIR", .folder,
        help: "write metrics.json, fold_metrics.csv, pair_scores.csv, det_curve.csv, report.html and five plots as PNG, SVG and PDF there")
    static let photographs = Flag(
        "--with-photos", help: "photographs of the worst pairs in report.html, for research only", needs: ["--output-dir"])
    static let root = Option("--lfw-root", "DIR", .folder, help: "the folder with NAME/NAME_0001.jpg")
    static let seed = Option("--seed", "N", .integer(from: 0), help: "seed of the bootstrap")
    static let force = Flag("--force", short: "f", help: "replace files in the output folder", needs: ["--output-dir"])
    static let quiet = Flag("--quiet", short: "q", help: "print nothing unless something is wrong")
    static let json = Flag("--json", help: "print metrics.json")

    static let group = OptionGroup(
        "Judging and files:",
        [
            rule, angles, subtractsMean, folds, accuracy, tolerance, area, areaTolerance, baseline, matchRate, groups, outputFolder,
            photographs,
            root, seed, json, force, quiet,
        ])

    /// Reads the options, and the baseline if one is given.
    static func judging(_ given: Invocation) throws -> Judging {
        var judging = Judging()
        judging.rule = given[rule].flatMap { EvaluationProtocol(rawValue: $0.rawValue) } ?? .reference
        if given[angles] {
            guard judging.rule == .facenet else { throw UsageError.needs("--arccos", "--protocol facenet") }
            judging.rule = .facenetArccos
        }
        judging.subtractsMean = given[subtractsMean]
        judging.folds = given[folds]
        if let seed = given[seed] { judging.seed = UInt64(seed) }
        judging.expectations.accuracy = given[accuracy]
        judging.expectations.area = given[area]
        if let tolerance = given[tolerance] { judging.expectations.accuracyTolerance = tolerance }
        if let tolerance = given[areaTolerance] { judging.expectations.areaTolerance = tolerance }
        judging.falseMatchRate = given[matchRate]
        judging.groups = try given[groups].map { try PersonGroups(try MappedFile(path: $0)) }
        judging.outputFolder = given[outputFolder]
        judging.isReplacing = given[force]
        judging.program = ("convert", Convert.version)
        if given[photographs] {
            guard let root = given[root] else { throw UsageError.needs("--with-photos", "--lfw-root DIR") }
            if FileIdentity(path: root) == nil { throw FileError.missing(path: root) }
            judging.photographsFolder = root
        }
        if let path = given[baseline] { judging.expectations.baseline = try Baseline(try MappedFile(path: path)) }
        return judging
    }

    private static let openShare: @Sendable (String) -> Double? = { text in
        NumberText.double(text).flatMap { $0 > 0 && $0 < 1 ? $0 : nil }
    }

    private static func number(_ bounds: ClosedRange<Double>) -> @Sendable (String) -> Double? {
        { text in Double(text).flatMap { bounds.contains($0) ? $0 : nil } }
    }
}
