import ConvertFiles
import TestSupport
import Testing

@testable import Verifier

/// Lists with commas, and baselines whose pairs are in a different order.
@Suite struct PairOrderTests {
    private func list(_ text: String) throws -> [LFWPair] { try PairList(try InventedPeople.written(text), folds: 2).pairs }

    private let expected = [
        LFWPair("a/1.jpg", "a/2.jpg", isSame: true), LFWPair("b 1.jpg", "c/1.jpg", isSame: false),
        LFWPair("b/1.jpg", "b/2.jpg", isSame: true),
        LFWPair("c/1.jpg", "a/1.jpg", isSame: false),
    ]

    @Test("Commas separate too, and paths may then contain spaces") func commasSeparateTooAndPathsMayThenHoldSpaces() throws {
        let body = "a/1.jpg,a/2.jpg,1\nb 1.jpg,c/1.jpg,0\nb/1.jpg,b/2.jpg,1\nc/1.jpg,a/1.jpg,0\n"
        for text in [
            body, "\u{FEFF}" + body, "image_a,image_b,label\n" + body, body.replacing("\n", with: "\r\n"), body.replacing(",", with: ", "),
            body.replacing("b 1.jpg", with: "\"b 1.jpg\""), body + "\n \n",
        ] { #expect(try list(text) == expected, "\(text)") }
        // Tabs take precedence, so that names may contain commas.
        #expect(try list("a,1\tb,2\t1\nc,1\td,2\t0\n1,2\t3,4\t1\n5,6\t7,8\t0\n").first == LFWPair("a,1", "b,2", isSame: true))
    }

    @Test("A bad line with commas is named") func aBadLineWithCommasIsNamed() throws {
        for (text, words) in [
            ("a,b,1\nc,d\n", "line 2: path,path,label are expected, not 2 fields"), ("a,b,1\nc,d,2\n", "line 2: the label is 2"),
            ("a,b,1\n../c,d,0\n", "line 2: ../c leads out"), ("a,b,1\nc,,0\n", "line 2: a path is empty"),
        ] {
            do {
                _ = try list(text)
                Issue.record("\(text) was read")
            } catch { #expect("\(error)".contains(words), "\(error)") }
        }
    }

    // MARK: Baselines

    private func comparison(_ change: ([(pair: LFWPair, score: Float)]) -> [(pair: LFWPair, score: Float)]) throws -> BaselineComparison {
        let table = try InventedPeople.table()
        let rows = change(Array(zip(table.pairs.pairs, table.scores)).map { (pair: $0, score: $1) })
        let text = rows.map { CSVTable.line([$0.pair.imageA, $0.pair.imageB, $0.pair.isSame ? "1" : "0", "\($0.score)"]) }.joined()
        let file = try InventedPeople.written("image_a,image_b,label,cosine_score\n" + text, "other.csv")
        var expectations = Expectations()
        expectations.baseline = try Baseline(file)
        return try #require(try Judgment(LFWEvaluation(table), expectations: expectations).comparison)
    }

    @Test("The same pairs in any order give the same scores") func theSamePairsInAnyOrderAreTheSameScores() throws {
        for change: ([(pair: LFWPair, score: Float)]) -> [(pair: LFWPair, score: Float)] in [
            { $0.reversed() }, { $0.filter(\.pair.isSame) + $0.filter { !$0.pair.isSame } },
            { $0.map { (LFWPair($0.pair.imageB, $0.pair.imageA, isSame: $0.pair.isSame), $0.score) } },
        ] {
            let found = try comparison(change)
            #expect(found.agreement?.changedScores == 0 && found.agreement?.flips.isEmpty == true)
            #expect(found.figures.accuracy == LFWEvaluation(try InventedPeople.table()).spread.mean)
        }
        // One score differs, and it is reported for its pair, not for its line.
        let moved = try comparison { rows in
            var rows = Array(rows.reversed())
            rows[3].score = 0.123
            return rows
        }
        #expect(moved.agreement?.changedScores == 1)
        #expect(moved.agreement?.largestDriftIndex == (try InventedPeople.table()).scores.count - 4)
    }

    @Test("A pair that occurs twice takes its scores in order") func aPairThatStandsTwiceTakesItsScoresInOrder() throws {
        let pair = LFWPair("a", "b", isSame: true)
        let other = LFWPair("c", "d", isSame: false)
        let wanted = [pair, other, LFWPair("b", "a", isSame: true)]
        #expect(try PairKey.scores([0.1, 0.2, 0.3], of: [other, pair, pair], inOrderOf: wanted, name: "x") == [0.2, 0.1, 0.3])
        #expect(throws: LFWError.differentPairs(file: "x", reason: "b, a occurs fewer times there")) {
            try PairKey.scores([0.1, 0.2, 0.3], of: [pair, other, other], inOrderOf: wanted, name: "x")
        }
    }

    @Test("Other pairs are refused") func otherPairsAreRefused() throws {
        #expect(throws: LFWError.differentPairs(file: "other.csv", reason: "88 pairs, not 90")) { try comparison { Array($0.dropLast(2)) } }
        let first = try #require(try InventedPeople.table().pairs.pairs.first)
        #expect(
            throws: LFWError.differentPairs(file: "other.csv", reason: "\(first.imageA), \(first.imageB) is not among them")
        ) {
            try comparison { rows in [(LFWPair("x/y.jpg", "x/z.jpg", isSame: first.isSame), Float(0))] + rows.dropFirst() }
        }
        #expect(
            throws: LFWError.differentPairs(file: "other.csv", reason: "\(first.imageA), \(first.imageB) has the other label there")
        ) {
            try comparison { rows in [(LFWPair(first.imageA, first.imageB, isSame: !first.isSame), Float(0))] + rows.dropFirst() }
        }
    }
}
