import ConvertFiles
import ConvertJSON
import Foundation
import TestSupport
import Testing

/// `convert make-pairs`, and what `score` and `evaluate` do with its lists, groups and other forms.
@Suite struct PairCommandTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")

    @Test("A list is made, the same again, and evaluated with its folds") func aListIsMadeAndEvaluated() throws {
        let (root, _) = try DrawnFaces.dataset(in: folder)
        let command = ["make-pairs", root, "--pairs", "8", "--folds", "2", "--seed", "3"]
        let made = try CommandRun(command + ["-o", "\(folder)/mine.csv"])
        #expect(
            made.status == 0 && made.output.contains("8 pairs of 4 people's 12 pictures, seed 3; 2 folds of 2 people"), "\(made.errors)")
        let again = try CommandRun(command + ["-o", "\(folder)/again.csv", "--json"])
        let report = try #require(try JSONParser.parse(Array(again.output.utf8)).object)
        #expect(report["format_version"]?.integer == 1)
        #expect(report["pairs"]?.integer == 8 && report["people_of_fold"]?.array?.compactMap(\.integer) == [2, 2])
        #expect(try Fixtures.bytes("\(folder)/mine.csv") == Fixtures.bytes("\(folder)/again.csv"))
        let evaluated = try CommandRun(
            ["evaluate", network, "--lfw-root", root, "--pairs-file", "\(folder)/mine.csv", "--preprocess", "resize", "--no-cache"])
        #expect(evaluated.status == 0 && evaluated.output.contains("list: columns a, b, same, fold"), "\(evaluated.errors)")
        #expect(evaluated.output.contains("in 2 folds") && evaluated.output.contains("resamplings of 4 people"))
        let refused = try CommandRun(command + ["-o", "\(folder)/mine.csv"])
        #expect(refused.status == 2 && refused.errors.contains("mine.csv"))
    }

    @Test("What cannot be made is refused with numbers") func whatCannotBeMadeIsRefusedWithNumbers() throws {
        let (root, _) = try DrawnFaces.dataset(in: folder)
        for (arguments, reason) in [
            (["--pairs", "40", "--folds", "2"], "of the 2 people in fold 1 there are 6 pairs of one person and 9 of different people"),
            (["--pairs", "9", "--folds", "2"], "give a multiple of 4 (--pairs N)"),
            (["--folds", "4", "--pairs", "8"], "0 of different people"),
        ] {
            let run = try CommandRun(["make-pairs", root, "-o", "\(folder)/none.csv"] + arguments)
            #expect(run.status == 2 && run.errors.contains(reason), "\(run.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/none.csv"))
        }
        try FileManager.default.createDirectory(atPath: "\(folder)/empty", withIntermediateDirectories: true)
        let run = try CommandRun(["make-pairs", "\(folder)/empty", "-o", "\(folder)/none.csv"])
        #expect(run.status == 2 && run.errors.contains("holds no folders with JPEG or PNG pictures"))
    }

    @Test("Rates per group come from the list's column or from a file by person") func ratesPerGroup() throws {
        let (root, pairs) = try DrawnFaces.dataset(in: folder)
        let rows = try String(contentsOfFile: pairs, encoding: .utf8).split(separator: "\n").map { $0.split(separator: " ") }
        let group: (Substring) -> String = { ["P0", "P1"].contains($0.prefix(2)) ? "first" : "last" }
        let columns =
            "a,b,same,group\n"
            + rows.map { row in
                let groups = Set([group(row[0]), group(row[1])]).sorted().joined(separator: " + ")
                return "\(row[0]),\(row[1]),\(row[2]),\(groups)\n"
            }.joined()
        Fixtures.write(Array(columns.utf8), to: "\(folder)/pairs.csv")
        Fixtures.write(Array("name,group\nP0,first\nP1,first\nP2,last\nP3,last\n".utf8), to: "\(folder)/groups.csv")
        let arguments = ["evaluate", network, "--lfw-root", root, "--preprocess", "resize", "--no-cache", "--folds", "3"]
        let byColumn = try CommandRun(arguments + ["--pairs-file", "\(folder)/pairs.csv", "--json"])
        let byPerson = try CommandRun(
            arguments + ["--pairs-file", pairs, "--groups", "\(folder)/groups.csv", "--json", "--output-dir", "\(folder)/out"])
        #expect(byColumn.status == 0 && byPerson.status == 0, "\(byColumn.errors)\(byPerson.errors)")
        let rates = try [byColumn, byPerson].map { try #require(try JSONParser.parse(Array($0.output.utf8)).object)["group_rates"]?.object }
        #expect(rates[0] == rates[1] && rates[0]?["groups"]?.array?.count == 4)
        let page = String(decoding: try Fixtures.bytes("\(folder)/out/report.html"), as: UTF8.self)
        #expect(page.contains("<h2>Groups</h2>") && page.contains("first + last") && page.contains("aria-label=\"DET, "))
        let curve = String(decoding: try Fixtures.bytes("\(folder)/out/det_curve.csv"), as: UTF8.self).split(whereSeparator: \.isNewline)
        #expect(curve.first == "threshold,fmr,fnmr" && curve.dropFirst().first == "inf,0.0,1.0" && curve.last?.hasSuffix("1.0,0.0") == true)
        // The same from scores.
        let scored = try CommandRun(
            ["score", "\(folder)/out/pair_scores.csv", "--folds", "3", "--groups", "\(folder)/groups.csv", "--fmr", "0.5"])
        #expect(scored.status == 0 && scored.output.contains("groups, threshold for a false match rate of 0.5 over all pairs"))
        let missing = try CommandRun(
            arguments + ["--pairs-file", "\(folder)/pairs.csv", "--groups", "\(folder)/groups.csv"])
        #expect(missing.status == 2 && missing.errors.contains("has a column group, and a list of groups is given as well"))
        Fixtures.write(Array("name,group\nP0,first\nP1,first\n".utf8), to: "\(folder)/some.csv")
        let some = try CommandRun(arguments + ["--pairs-file", pairs, "--groups", "\(folder)/some.csv"])
        #expect(some.status == 2 && some.errors.contains("has no group of 2 people of the pairs: P2, P3"), "\(some.errors)")
    }

    @Test("LFW's form with other endings, as XQLFW has it, and CALFW's form are evaluated") func otherFormsAreEvaluated() throws {
        let (root, _) = try DrawnFaces.dataset(in: folder)
        for person in 0..<4 {
            for shot in 0..<3 {
                try FileManager.default.copyItem(
                    atPath: "\(root)/P\(person)/P\(person)_\(shot).png", toPath: "\(root)/P\(person)/P\(person)_000\(shot + 1).png")
                try FileManager.default.copyItem(
                    atPath: "\(root)/P\(person)/P\(person)_\(shot).png", toPath: "\(root)/P\(person)_000\(shot + 1).png")
            }
        }
        let own = "2 2\nP0 1 2\nP1 1 2\nP0 1 P1 2\nP1 3 P2 1\nP2 1 2\nP3 1 2\nP2 2 P3 2\nP3 3 P0 1\n"
        Fixtures.write(Array(own.utf8), to: "\(folder)/xqlfw_pairs.txt")
        let flat =
            "P0_0001.jpg 1\nP0_0002.jpg 1\nP1_0001.jpg 1\nP1_0002.jpg 1\nP2_0001.jpg 2\nP2_0002.jpg 2\nP3_0001.jpg 2\nP3_0002.jpg 2\n"
            + "P0_0001.jpg 0\nP1_0002.jpg 0\nP1_0003.jpg 0\nP2_0001.jpg 0\nP2_0002.jpg 0\nP3_0002.jpg 0\nP3_0003.jpg 0\nP0_0001.jpg 0\n"
        Fixtures.write(Array(flat.utf8), to: "\(folder)/pairs_CALFW.txt")
        let metrics = try ["xqlfw_pairs.txt", "pairs_CALFW.txt"].map { name in
            let run = try CommandRun(
                [
                    "evaluate", network, "--lfw-root", root, "--pairs-file", "\(folder)/\(name)", "--preprocess", "resize", "--no-cache",
                    "--json",
                ])
            #expect(run.status == 0, "\(run.errors)")
            return try #require(try JSONParser.parse(Array(run.output.utf8)).object)
        }
        // The same pairs in the same folds.
        for key in ["roc_auc_doubled_wins", "ten_fold_accuracy_mean", "fold_thresholds"] {
            #expect(metrics[0][key] == metrics[1][key], "\(key)")
        }
        #expect(metrics[0]["pairs_form"]?.string == "LFW's own form" && metrics[1]["pairs_form"]?.string?.hasPrefix("CALFW's") == true)
        #expect(metrics.allSatisfy { $0["bootstrap_people_95"]?.object?["people"]?.integer == 4 })
    }
}
