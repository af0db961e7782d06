import ConvertJSON
import Testing

@testable import Verifier

/// facenet's mean subtraction compared with NumPy's.
@Suite struct MeanSubtractionTests {
    private func tables() throws -> [ScoreTable] {
        let pairs = try InventedPeople.table().pairs
        return try EmbeddingTable(try InventedPeople.file("embeddings_stored.npz"), for: pairs).scoresWithoutMean(of: pairs)
    }

    @Test("Folds, accuracy and VAL after subtraction are NumPy's") func figuresAfterSubtractionAreNumPys() throws {
        let expected = try #require(InventedPeople.expected["facenet_without_mean"]?.object)
        let evaluation = try LFWEvaluation(foldTables: try tables(), by: .facenetArccos)
        #expect(evaluation.folds.map(\.threshold) == expected["thresholds"]?.array?.compactMap(\.double))
        #expect(evaluation.folds.map(\.confusion.accuracy) == expected["accuracies"]?.array?.compactMap(\.double))
        let rate = try #require(evaluation.validation)
        let val = try #require(expected["val"]?.object)
        for (name, found) in [("mean", rate.rate), ("std", rate.standardDeviation), ("far", rate.falseAcceptRate)] {
            let wanted = try #require(val[name]?.double)
            #expect(abs(found - wanted) < 1e-15, "\(name)")
        }
    }

    @Test("Each pair's score is the one from its own fold") func eachPairsScoreIsTheOneFromItsOwnFold() throws {
        let tables = try self.tables()
        let evaluation = try LFWEvaluation(foldTables: tables, by: .facenetArccos)
        let expected = try #require(InventedPeople.expected["facenet_without_mean"]?.object?["scores"]?.array).compactMap(\.double)
        #expect(expected.count == evaluation.table.scores.count && tables[0].scores != tables[1].scores)
        for (found, wanted) in zip(evaluation.table.scores, expected) { #expect(abs(Double(found) - wanted) < 1e-7) }
    }

    @Test("An embedding that equals the mean, and a missing table, are errors") func anEmbeddingThatEqualsTheMeanIsAnError() throws {
        let list =
            [LFWPair("a", "b", isSame: true), LFWPair("c", "d", isSame: true)]
            + [LFWPair("a", "c", isSame: false), LFWPair("a", "d", isSame: false)]
        let pairs = try PairList(list, folds: 2, file: "x")
        let same = try EmbeddingTable(paths: ["a", "b", "c", "d"], width: 2, values: [1, 0, 1, 0, 1, 0, 1, 0], file: "v.npz")
        #expect(throws: LFWError.self) { try same.scoresWithoutMean(of: pairs) }
        let table = try ScoreTable(pairs: pairs, scores: [0, 0, 0, 0])
        #expect(throws: LFWError.scoreCount(expected: 2, found: 1)) { try LFWEvaluation(foldTables: [table], by: .facenetArccos) }
    }
}
