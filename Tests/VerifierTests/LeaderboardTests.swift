import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

@testable import Verifier

/// Several models set side by side.
@Suite struct LeaderboardTests {
    private func entry(_ name: String, seed: UInt64, flip: Int = 0, folder: String? = nil, expected: Double? = nil) throws
        -> Leaderboard.Entry
    {
        let base = try InventedPeople.table()
        var generator = SeededGenerator(seed: seed)
        let scores = base.scores.map { max(-1, min(1, $0 + (flip == 0 ? 0 : Float.random(in: -0.4...0.4, using: &generator)))) }
        let evaluation = LFWEvaluation(try ScoreTable(pairs: base.pairs, scores: scores))
        var expectations = Expectations()
        expectations.accuracy = expected
        return Leaderboard.Entry(
            name: name, network: "ir_resnet18", byteCount: 1_234_567, parameterCount: 24_025_600, evaluation: evaluation,
            judgment: try Judgment(evaluation, expectations: expectations),
            speed: EvaluationSpeed(elapsed: 1, images: 83, computed: 83, networkSeconds: 2), folder: folder)
    }

    private func board(showsSpeed: Bool = false) throws -> Leaderboard {
        Leaderboard(
            [
                try entry("b.onnx", seed: 1, flip: 1), try entry("a,\"<i>.onnx", seed: 2, flip: 1, folder: "a,\"<i>.onnx"),
                try entry("c.onnx", seed: 3, expected: 99),
            ], failures: [.init(name: "broken.pth", reason: "broken.pth: it is <cut> off")], showsSpeed: showsSpeed)
    }

    @Test("Models are ordered by accuracy, then area, then name") func order() throws {
        let board = try board()
        let accuracies = board.entries.map(\.evaluation.spread.mean)
        #expect(accuracies == accuracies.sorted(by: >) && Set(accuracies).count > 1)
        let equal = Leaderboard([try entry("z", seed: 0), try entry("y", seed: 0)])
        #expect(equal.entries.map(\.name) == ["y", "z"] && equal.wrongAlone == [[], []])
        #expect(equal.ranks == [1, 1] && (board.ranks == [1, 2, 3]) == (Set(accuracies).count == 3))
        let shared = Leaderboard([try entry("z", seed: 0), try entry("y", seed: 0), try entry("x", seed: 1, flip: 1)])
        #expect(shared.ranks == [1, 1, 3] && shared.json["models"]?.array?.map { $0.object?["rank"]?.integer } == [1, 1, 3])
        #expect(String(decoding: shared.csv, as: UTF8.self).split(whereSeparator: \.isNewline).map { $0.first } == ["r", "1", "1", "3"])
        #expect(equal.againstFirst[0] == nil && equal.againstFirst[1]?.mcNemar.pValue == 1)
        #expect(Leaderboard([try entry("y", seed: 0)]).wrongAlone == nil && Leaderboard([]).wrongAlone == nil)
        let few = try InventedPeople.random(pairs: 60, folds: 5, seed: 1, steps: 20)
        let evaluation = LFWEvaluation(few)
        let other = Leaderboard.Entry(
            name: "other", network: "", byteCount: 0, parameterCount: 0, evaluation: evaluation,
            judgment: try Judgment(evaluation, expectations: Expectations()), speed: nil, folder: nil)
        let mixed = Leaderboard([try entry("y", seed: 0), other])
        #expect(mixed.wrongAlone == nil && mixed.againstFirst == [nil, nil], "pairs differ, so nothing is said of single ones")
    }

    @Test("Pairs that one model alone gets wrong are those of a plain program") func wrongAlone() throws {
        let board = try board()
        let found = try #require(board.wrongAlone)
        for (model, entry) in board.entries.enumerated() {
            let wanted = entry.evaluation.accepted.indices.filter { pair in
                !entry.evaluation.isCorrect(pair)
                    && board.entries.indices.allSatisfy { $0 == model || board.entries[$0].evaluation.isCorrect(pair) }
            }
            #expect(found[model] == wanted, "\(entry.name)")
        }
        #expect(found.contains { !$0.isEmpty })
    }

    @Test("The table has a line for each model and each failure, with all digits") func table() throws {
        for showsSpeed in [false, true] {
            let board = try board(showsSpeed: showsSpeed)
            let file = try InventedPeople.written(String(decoding: board.csv, as: UTF8.self), "leaderboard.csv")
            var table = try CSVTable(file.bytes)
            let header = try #require(try table.next()).fields.map(String.init)
            #expect(header.contains("images_per_second") == showsSpeed && Set(header).count == header.count)
            func place(_ name: String) throws -> Int { try #require(header.firstIndex(of: name)) }
            for (rank, entry) in board.entries.enumerated() {
                let fields = try #require(try table.next()).fields.map(String.init)
                #expect(fields.count == header.count && fields[0] == "\(rank + 1)" && fields[1] == entry.name)
                #expect(try Double(fields[place("roc_auc")]) == entry.evaluation.curve.area)
                #expect(try fields[place("parameters")] == "24025600" && fields[place("file_bytes")] == "1234567")
                #expect(try fields[place("wrong_alone")] == "\(board.wrongAlone?[rank].count ?? -1)")
                #expect(try fields[place("as_expected")] == (entry.name == "c.onnx" ? "no" : ""))
                if showsSpeed { #expect(try fields[place("images_per_second")] == "41.5") }
            }
            let last = try #require(try table.next()).fields.map(String.init)
            #expect(last[1] == "broken.pth" && last.last == "broken.pth: it is <cut> off" && last.count == header.count)
            #expect(try table.next() == nil)
            let json = board.json
            #expect(json["models"]?.array?.count == 3 && json["failed"]?.array?.first?.object?["model"] == .string("broken.pth"))
            let first = try #require(json["models"]?.array?.first?.object)
            #expect(first["against_first"] == nil && (first["images_per_second"] != nil) == showsSpeed)
            #expect(first["wrong_alone"]?.object?["count"] == .integer(Int64(board.wrongAlone?[0].count ?? -1)))
        }
    }

    @Test("The page links each report, shows all curves, and takes names as text") func page() throws {
        let page = try board().page()
        #expect(page.contains("<a href=\"a%2C%22%3Ci%3E.onnx/report.html\">a,&quot;&lt;i&gt;.onnx</a>") && !page.contains("<i>"))
        #expect(page.ranges(of: "<svg class=\"plot\"").count == 3 && page.contains(">b.onnx: AUC "))
        #expect(page.contains("it is &lt;cut&gt; off") && page.contains("Not as expected") && page.contains(Judgment.caveat))
        #expect(page.firstMatch(of: /[0-9]\.[0-9]{8,}/) == nil)
        #expect(try !page.contains("Images/s") && board(showsSpeed: true).page().contains("Images/s on one core"))
        for outside in ["http:", "https:", "<link", "url(", "@import", "<script"] { #expect(!page.contains(outside)) }
    }

    @Test("Files are written whole, and nothing in the way is replaced") func files() throws {
        let folder = Fixtures.temporaryFolder()
        let target = try LeaderboardFolder("\(folder)/board", replacing: false, inputs: [])
        #expect(try target.write(try board()) == LeaderboardFolder.names)
        for name in LeaderboardFolder.names { #expect(try Fixtures.bytes("\(folder)/board/\(name)").count > 200, "\(name)") }
        #expect(throws: FileError.outputExists(path: "\(folder)/board/leaderboard.csv")) {
            try LeaderboardFolder("\(folder)/board", replacing: false, inputs: [])
        }
        _ = try LeaderboardFolder("\(folder)/board", replacing: true, inputs: [])
    }
}
