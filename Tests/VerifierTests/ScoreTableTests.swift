import ConvertFiles
import TestSupport
import Testing

@testable import Verifier

/// `pair_scores.csv`, read and written.
@Suite struct ScoreTableTests {
    static let header = "image_a,image_b,label,cosine_score\n"

    private func table(_ body: String) throws -> ScoreTable {
        try ScoreTable(try InventedPeople.written(ScoreTableTests.header + body, "s.csv"), folds: 2)
    }

    private func reason(_ text: String) -> String {
        do {
            _ = try ScoreTable(try InventedPeople.written(text, "s.csv"), folds: 2)
            return "no error"
        } catch { return "\(error)" }
    }

    @Test("Python's file is read and written byte for byte") func pythonsFileIsReadAndWrittenByteForByte() throws {
        let file = try InventedPeople.file("pair_scores.csv")
        let table = try InventedPeople.table()
        #expect(table.csv == file.bytes.array)
        #expect(table.pairs.pairs.contains { $0.imageA == "Comma,_Quote\"/Comma,_Quote\"_0002.jpg" })
    }

    @Test("Quoted fields may contain commas, quotes and line breaks") func quotedFieldsMayHoldCommasQuotesAndLineBreaks() throws {
        let table = try table("\"a,\"\"1\"\"\r\nx\",b,1,0.5\r\nc,d,0,-1\ne,f,1,1e-1\n\ng,h,0,+.25")
        #expect(table.pairs.pairs.map(\.imageA) == ["a,\"1\"\r\nx", "c", "e", "g"])
        #expect(table.scores == [0.5, -1, 0.1, 0.25])
        let again = "\(Fixtures.temporaryFolder())/again.csv"
        Fixtures.write(table.csv, to: again)
        #expect(try ScoreTable(try MappedFile(path: again), folds: 2) == table)
    }

    @Test("Names that look like formulas survive a round trip") func namesThatLookLikeFormulasComeBackAsTheyWere() throws {
        let names = ["=cmd|calc!A1", "@a", "-b/c", "+d", "'=e", "f\u{1B}g", "h\ti", "\\u{1b}"]
        let pairs = zip(names, names.dropFirst() + [names[0]]).enumerated().map { LFWPair($1.0, $1.1, isSame: $0 % 2 == 0) }
        let table = try ScoreTable(pairs: try PairList(pairs, folds: 2, file: "p"), scores: pairs.map { _ in 0.5 })
        let text = String(decoding: table.csv, as: UTF8.self)
        #expect(text.split(separator: "\r\n").allSatisfy { !"=+-@".contains($0.first ?? "x") } && !text.contains("\u{1B}"), "\(text)")
        let path = "\(Fixtures.temporaryFolder())/names.csv"
        Fixtures.write(table.csv, to: path)
        #expect(try ScoreTable(try MappedFile(path: path), folds: 2) == table)
    }

    /// A text and the expected message.
    static let badFiles: [(String, String)] = [
        (header, "contains no scores"), ("\n\n", "contains no scores"), ("a,b,1,0.5\n", "line 1: the first line has to be image_a"),
        (header + "a,b,1\n", "line 2: 4 fields are expected, not 3"), (header + "a,b,1,0.5,\n", "expected, not 5"),
        (header + "a,b,1,0.5\nc,d,0,nan\n", "line 3: the score nan is not a cosine"), (header + "a,b,1,inf\n", "the score inf"),
        (header + "a,b,1,1e999\n", "the score 1e999"), (header + "a,b,1,1e39\n", "the score 1e39"),
        (header + "a,b,1,1.5\n", "the score 1.5"),
        (header + "a,b,1,0x1p-1\n", "the score 0x1p-1"), (header + "a,b,1,\n", "the score  is not a cosine"),
        (header + "a,b,2,0.5\n", "line 2: the label is 2"), (header + "a,b,True,0.5\n", "the label is True"),
        (header + ",b,1,0.5\n", "a path is empty"), (header + "../b,c,1,0.5\n", "leads out"), (header + "/etc/b,c,1,0.5\n", "leads out"),
        (header + "a,b,1,0.5\nc,d,1,0.5\n", "every pair is of the same person"),
        (header + header, "line 2: the score cosine_score"),
        (header + "a,b,1,0.5\n\"a,b,1,0.5\n", "line 3: a quote is not closed"),
        (header + "\"a\"x,b,1,0.5\n", "line 2: something follows a closing quote"),
        (header + "a\"x,b,1,0.5\n", "there is a quote inside"),
    ]

    @Test("A bad file is reported with its line", arguments: badFiles) func aBadFileIsToldWithItsLine(_ text: String, _ expected: String) {
        #expect(reason(text).contains(expected), "\(reason(text))")
    }

    @Test("Every truncation gives a table or an error, never a trap") func everyCutIsATableOrAnErrorAndNeverATrap() throws {
        let whole = try InventedPeople.file("pair_scores.csv").bytes.array
        for length in stride(from: 1, to: whole.count, by: 7) {
            _ = try? ScoreTable(try InventedPeople.written(String(decoding: whole[..<length], as: UTF8.self)), folds: 2)
        }
    }

    @Test("Scores must be cosines, and as many as there are pairs") func scoresHaveToBeCosinesAndAsManyAsPairs() throws {
        let pairs = try PairList(
            [LFWPair("a", "b", isSame: true), LFWPair("c", "d", isSame: false)].flatMap { [$0, $0] }, folds: 2, file: "x")
        #expect(throws: LFWError.scoreCount(expected: 4, found: 1)) { try ScoreTable(pairs: pairs, scores: [0]) }
        for bad in [Float.nan, .infinity, 1.01, -3e38] {
            #expect(throws: LFWError.badScore(pair: 3, imageA: "c", imageB: "d", value: "\(bad)")) {
                try ScoreTable(pairs: pairs, scores: [0, 1.0005, bad, 0])
            }
        }
    }
}
