import ConvertFiles
import ConvertJSON
import Foundation
import TestSupport
import Testing

@testable import Verifier

/// `convert evaluate --bin` on sets of drawn pictures.
@Suite struct SetCommandTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")

    private func evaluate(_ sets: [String], _ arguments: [String] = ["--folds", "3"]) throws -> CommandRun {
        try CommandRun(["evaluate", network, "--no-cache"] + sets.flatMap { ["--bin", Fixtures.path("sets/\($0).bin")] } + arguments)
    }

    private func sets(_ run: CommandRun) throws -> [JSONObject] {
        let document = try #require(try JSONParser.parse(Array(run.output.utf8)).object)
        return document["sets"]?.array?.compactMap(\.object) ?? []
    }

    /// The set's pictures as files, and its pairs as a list.
    private func unpacked(_ name: String) throws -> (crops: String, pairs: String) {
        let set = try PairSet(try MappedFile(path: Fixtures.path("sets/\(name).bin")), folds: 3)
        try FileManager.default.createDirectory(atPath: "\(folder)/crops/\(name)", withIntermediateDirectories: true)
        for image in set.pairs.uniqueImages {
            let bytes = try #require(set.picture(image)).bytes.array
            Fixtures.write(bytes, to: "\(folder)/crops/\(image).\(bytes[0] == 0x89 ? "png" : "jpg")")
        }
        let lines = set.pairs.pairs.map { "\($0.imageA).jpg \($0.imageB).jpg \($0.isSame ? 1 : 0)\n" }.joined()
        Fixtures.write(Array(lines.utf8), to: "\(folder)/pairs.txt")
        return ("\(folder)/crops", "\(folder)/pairs.txt")
    }

    @Test("A set gives the scores of a folder of the same crops, with and without mirror images", arguments: [false, true])
    func aSetGivesTheScoresOfAFolderOfTheSameCrops(_ isInsightface: Bool) throws {
        let (crops, pairs) = try unpacked("python3_protocol2")
        let rule = isInsightface ? ["--protocol", "insightface"] : []
        let ofSet = try evaluate(["python3_protocol2"], ["--folds", "3", "--output-dir", "\(folder)/set"] + rule)
        #expect(ofSet.status == 0 && ofSet.output.contains("set python3_protocol2: 12 pairs of 15 images in 3 folds"), "\(ofSet.errors)")
        let ofFolder = try CommandRun(
            [
                "evaluate", network, "--no-cache", "--crops", crops, "--pairs-file", pairs, "--folds", "3", "--output-dir",
                "\(folder)/folder",
            ]
                + rule + (isInsightface ? ["--tta-flip"] : []))
        #expect(ofFolder.status == 0, "\(ofFolder.errors)")
        let scores = try ["set", "folder"].map { try ScoreTable(try MappedFile(path: "\(folder)/\($0)/pair_scores.csv"), folds: 3).scores }
        #expect(scores[0] == scores[1] && scores[0].count == 12)
        let metrics = try ["set", "folder"].map {
            try #require(try JSONParser.parse(try Fixtures.bytes("\(folder)/\($0)/metrics.json")).object)
        }
        for key in ["roc_auc_doubled_wins", "global_best_threshold", "equal_error_rate", "tta_flip"] {
            #expect(metrics[0][key] == metrics[1][key] && metrics[0][key] != nil, "\(key)")
        }
        #expect(metrics[0]["tta_flip"]?.boolean == isInsightface)
    }

    @Test("Every spelling gives the same figures, in one command") func everySpellingGivesTheSameFigures() throws {
        let names = ["python2_protocol0", "python2_protocol2", "python3_protocol2", "python3_protocol5", "numpy_pictures_protocol5"]
        let run = try evaluate(names, ["--folds", "3", "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let found = try sets(run)
        #expect(found.map { $0["set"]?.string } == names)
        for key in ["ten_fold_accuracies", "roc_auc_doubled_wins", "fold_thresholds", "num_unique_images"] {
            #expect(found.allSatisfy { $0[key] == found[0][key] }, "\(key)")
        }
        let table = try evaluate(names)
        #expect(table.status == 0 && table.output.contains("5 sets, protocol reference"))
        let accuracy = NumberText.percent(found[0]["ten_fold_accuracy_mean"]?.double ?? 0)
        for name in names {
            #expect(table.output.split(separator: "\n").contains { $0.hasPrefix(name) && $0.contains(accuracy) }, "\(table.output)")
        }
    }

    @Test("Pictures of a different size are resized, and several sets get a folder each") func picturesOfADifferentSizeAreResized() throws {
        let arguments = ["--folds", "3", "--output-dir", "\(folder)/out"]
        let run = try evaluate(["smaller", "python3_protocol4"], arguments)
        #expect(run.status == 0, "\(run.errors)")
        for name in ["smaller", "python3_protocol4"] {
            let page = String(decoding: try Fixtures.bytes("\(folder)/out/\(name)/report.html"), as: UTF8.self).replacing("<wbr>", with: "")
            #expect(page.contains("<h1>\(name): ir_small_torchscript.onnx</h1>") && !page.contains("no figure here is LFW"))
        }
        let again = try evaluate(["smaller", "python3_protocol4"], arguments)
        #expect(again.status == 2 && again.errors.contains("smaller/metrics.json"), "\(again.errors)")
    }

    @Test("Cached embeddings give the same figures") func cachedEmbeddingsGiveTheSameFigures() throws {
        let arguments = [
            "evaluate", network, "--bin", Fixtures.path("sets/python3_protocol4.bin"), "--folds", "3", "--cache", "\(folder)/cache",
        ]
        let (first, second) = (try CommandRun(arguments), try CommandRun(arguments))
        #expect(first.status == 0 && first.output == second.output && !first.errors.contains("cached by earlier runs"))
        #expect(second.errors.contains("15 embeddings"), "\(second.errors)")
    }

    static let bad: [(String, String)] = [
        ("bad_picture", "bad_picture.bin, picture 23: ends before the picture does"),
        ("bad_oblong", "bad_oblong.bin, picture 23: is 112×100, which does not become 112×112"), ("bad_call", "names builtins.print"),
        ("bad_count", "23 pictures for 12 pairs"),
    ]

    @Test("A bad set ends the command with what is wrong with it", arguments: bad)
    func aBadSetEndsTheCommand(_ name: String, _ reason: String) throws {
        let run = try evaluate([name])
        #expect(run.status == 2 && run.output.isEmpty && run.errors.contains(reason), "\(run.errors)")
        #expect(!run.errors.contains("this was called"))
    }

    @Test("Pairs of a damaged picture can be left out") func pairsOfADamagedPictureCanBeLeftOut() throws {
        let run = try evaluate(["bad_picture"], ["--folds", "3", "--allow-missing", "--json"])
        #expect(run.status == 0 && run.errors.contains("picture 23"), "\(run.errors)")
        #expect(try sets(run)[0]["num_dropped_pairs"]?.integer == 1)
    }

    static let refused: [([String], String)] = [
        (["--crop", "resize"], "--crop has no effect here: the pictures of a set are aligned already"),
        (["--selection", "largest"], "--selection has no effect here"),
        (["--pairs-file", "x"], "--bin and --pairs-file exclude each other"),
        (["--bin", Fixtures.path("sets/smaller.bin"), "--expect-accuracy", "50"], "--expect-accuracy has no effect here"),
        (["--bin", Fixtures.path("sets/python3_protocol4.bin")], "are both called python3_protocol4"),
    ]

    @Test("Options that mean nothing for sets are refused", arguments: refused)
    func optionsThatMeanNothingForSetsAreRefused(_ arguments: [String], _ reason: String) throws {
        let run = try evaluate(["python3_protocol4"], arguments)
        #expect(run.status != 0 && run.errors.contains(reason), "\(run.errors)")
    }

    @Test("An expectation of one set decides the exit code") func anExpectationOfOneSetDecidesTheExitCode() throws {
        let run = try evaluate(["python3_protocol4"], ["--folds", "3", "--expect-accuracy", "99"])
        #expect(run.status == 1 && run.output.contains("NOT as expected"), "\(run.errors)")
    }

    @Test("The time of crops and networks is printed if asked for") func theTimeIsPrintedIfAskedFor() throws {
        let run = try evaluate(["python3_protocol4"], ["--folds", "3", "--timing"])
        #expect(
            run.status == 0 && run.errors.contains(/timing: crops \d+\.\d{3} s, networks \d+\.\d{3} s of processor time/), "\(run.errors)")
    }

    @Test("Packed LFW crops give the folder's figure") func packedCropsGiveTheFoldersFigure() throws {
        // As scripts/pack_set.py packs it, in LFW's own form: positives and negatives of a fold follow each other.
        let (crops, _) = try unpacked("python3_protocol3")
        let lines = "2 1\nP 1 2\nP 1 Q 1\nQ 1 2\nQ 2 P 2\n"
        Fixtures.write(Array(lines.utf8), to: "\(folder)/own.txt")
        let pictures = try FileManager.default.contentsOfDirectory(atPath: "\(crops)/python3_protocol3").sorted().filter {
            $0.hasSuffix("jpg")
        }
        for (name, picture) in zip(["P/P_0001", "P/P_0002", "Q/Q_0001", "Q/Q_0002"], pictures) {
            try FileManager.default.createDirectory(atPath: "\(folder)/packed/\(name.prefix(1))", withIntermediateDirectories: true)
            Fixtures.write(try Fixtures.bytes("\(crops)/python3_protocol3/\(picture)"), to: "\(folder)/packed/\(name).jpg")
        }
        let pack = Process()
        pack.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        pack.arguments = ["python3", "\(Fixtures.root)/scripts/pack_set.py", "\(folder)/packed", "\(folder)/own.txt", "\(folder)/own.bin"]
        try pack.run()
        pack.waitUntilExit()
        #expect(pack.terminationStatus == 0)
        let ofSet = try CommandRun(["evaluate", network, "--no-cache", "--bin", "\(folder)/own.bin", "--folds", "2", "--json"])
        let ofFolder = try CommandRun(
            [
                "evaluate", network, "--no-cache", "--crops", "\(folder)/packed", "--pairs-file", "\(folder)/own.txt", "--folds", "2",
                "--json",
            ])
        #expect(ofSet.status == 0 && ofFolder.status == 0, "\(ofSet.errors)\(ofFolder.errors)")
        let set = try sets(ofSet)[0]
        let list = try #require(try JSONParser.parse(Array(ofFolder.output.utf8)).object)
        for key in ["ten_fold_accuracies", "fold_thresholds", "roc_auc", "val_at_far"] { #expect(set[key] == list[key], "\(key)") }
    }
}
