import ConvertFiles
import TestSupport
import Testing

@testable import Verifier

/// Expectations compared with results.
@Suite struct JudgmentTests {
    private func evaluation() throws -> LFWEvaluation { LFWEvaluation(try InventedPeople.table()) }

    private func judge(_ change: (inout Expectations) throws -> Void, margin: Int? = nil) throws -> Judgment {
        var expectations = Expectations()
        try change(&expectations)
        return try Judgment(try evaluation(), expectations: expectations, margin: margin)
    }

    private func baseline(_ text: String) throws -> Baseline { try Baseline(try InventedPeople.written(text, "best_lfw.json")) }

    @Test("The short names of a sidecar file are figures") func theShortNamesOfASidecarAreFigures() throws {
        let found = try baseline(#"{"epoch": 3, "lfw_accuracy": 0.93, "lfw_std": 0.011, "checkpoint": "e3.pth"}"#).figures(margin: 16)
        #expect(found?.accuracy == 0.93 && found?.standardDeviation == 0.011 && found?.area == nil)
        let both = try baseline(#"{"lfw_accuracy": 0.93, "lfw_ten_fold_accuracy_mean": 0.94}"#).figures(margin: nil)
        #expect(both?.accuracy == 0.94)
    }

    @Test("Without expectations the judgment is met") func nothingExpectedIsMet() throws {
        let judgment = try judge { _ in }
        #expect(judgment.isMet && judgment.checks.isEmpty)
    }

    @Test("A deviation equal to the tolerance is allowed") func theToleranceIsPartOfWhatIsAllowed() throws {
        let found = try evaluation().spread.mean * 100
        for (offset, isMet) in [(0.0, true), (0.05, true), (-0.05, true), (0.0501, false), (-0.0501, false)] {
            #expect(try judge { $0.accuracy = found + offset }.isMet == isMet, "\(offset)")
        }
        #expect(
            try judge {
                $0.accuracy = found + 2
                $0.accuracyTolerance = 2
            }.isMet)
        let area = try evaluation().curve.area
        #expect(try judge { $0.area = area + 0.0005 }.isMet)
        let missed = try judge { $0.area = area - 0.0006 }
        #expect(!missed.isMet && missed.checks[0].reason.contains("+0.000600, 0.000500 allowed"), "\(missed.checks)")
    }

    @Test("A baseline of scores is compared pair by pair") func aBaselineOfScoresIsComparedPairByPair() throws {
        let table = try InventedPeople.table()
        let same = try judge { $0.baseline = try Baseline(try InventedPeople.file("pair_scores.csv")) }
        let agreement = try #require(same.comparison?.agreement)
        #expect(same.isMet && agreement.flips.isEmpty && agreement.changedScores == 0 && agreement.mcNemar.pValue == 1)

        var scores = table.scores
        // A pair that was clearly accepted is now clearly rejected.
        let moved = try #require(scores.indices.max { scores[$0] < scores[$1] })
        scores[moved] = -1
        let other = try ScoreTable(pairs: table.pairs, scores: scores)
        let changed = try judge { $0.baseline = try Baseline(try InventedPeople.written(String(decoding: other.csv, as: UTF8.self))) }
        let difference = try #require(changed.comparison?.agreement)
        #expect(difference.changedScores == 1 && difference.largestDriftIndex == moved && difference.flips.contains { $0.index == moved })
        #expect(abs(difference.largestDrift - Double(table.scores[moved] + 1)) < 1e-7)
        #expect(!changed.isMet)
    }

    @Test("Two models in memory are compared like two files") func twoModelsInMemoryAreComparedLikeTwoFiles() throws {
        let table = try InventedPeople.table()
        let shifted = try ScoreTable(pairs: table.pairs, scores: table.scores.map { $0 * 0.5 })
        let judgment = try judge { $0.baseline = Baseline(shifted, name: "half.onnx") }
        let agreement = try #require(judgment.comparison?.agreement)
        // Halving every score moves the thresholds too, and no pair changes sides.
        #expect(agreement.flips.isEmpty && agreement.changedScores > 80 && judgment.isMet && judgment.comparison?.name == "half.onnx")
    }

    @Test("A baseline of other pairs is refused") func aBaselineOfOtherPairsIsRefused() throws {
        let text = String(decoding: try InventedPeople.file("pair_scores.csv").bytes.array, as: UTF8.self)
        let shorter = text.split(separator: "\r\n").dropLast().joined(separator: "\n")
        #expect(throws: LFWError.self) { try judge { $0.baseline = try baseline(shorter) } }
        let turned = text.replacing("Person_02/Person_02_0001.jpg,Person_01", with: "Person_02/Person_02_0003.jpg,Person_01")
        #expect(throws: LFWError.self) { try judge { $0.baseline = try baseline(turned) } }
    }

    @Test("Figures are found under every name that the reference project uses")
    func figuresAreFoundUnderEachNameThatTheReferenceProjectUses() throws {
        let plain = try baseline("{\"ten_fold_accuracy_mean\": 0.9, \"roc_auc\": 0.95, \"confusion_matrix_10_fold\": [[1, 2], [3, 4]]}")
        #expect(plain.figures(margin: 16)?.accuracy == 0.9 && plain.figures(margin: nil)?.area == 0.95)
        #expect(plain.figures(margin: nil)?.confusion == [[1, 2], [3, 4]])
        let prefixed = try baseline(
            "\n{\"epoch\": 21, \"lfw_ten_fold_accuracy_mean\": 0.86, \"lfw_ten_fold_accuracy_std\": 0.01, \"x\": NaN}")
        #expect(prefixed.figures(margin: nil)?.accuracy == 0.86 && prefixed.figures(margin: nil)?.standardDeviation == 0.01)
        let nested = try baseline("{\"metrics\": {\"roc_auc\": 0.7, \"ten_fold_accuracies\": [0.5, 0.6]}}")
        #expect(nested.figures(margin: nil)?.area == 0.7 && nested.figures(margin: nil)?.foldAccuracies == [0.5, 0.6])
        let both = try baseline(
            """
            {"lfw_ten_fold_accuracy_mean_margin0": 0.93, "lfw_ten_fold_accuracy_mean_margin16": 0.94, "roc_auc_margin16": 0.97}
            """)
        #expect(both.figures(margin: nil)?.accuracy == 0.94 && both.figures(margin: nil)?.margin == 16)
        #expect(both.figures(margin: 0)?.accuracy == 0.93 && both.figures(margin: 0)?.area == nil)
        #expect(both.figures(margin: 8)?.area == 0.97)
    }

    @Test(
        "A file with neither scores nor figures is not a baseline",
        arguments: ["{}", "{\"roc_auc\": \"high\"}", "{\"ten_fold_accuracy_mean\": 94.7}", "{", "[1]", "", "a,b\n"])
    func whatHoldsNeitherScoresNorFiguresIsNoBaseline(_ text: String) {
        #expect(throws: (any Error).self) { try baseline(text) }
    }
}
