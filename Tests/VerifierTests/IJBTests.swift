import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

@testable import Verifier

/// Templates, scores and rates of a small synthetic set compared with NumPy's and scikit-learn's, and lists that are wrong.
@Suite struct IJBTests {
    private static let folder = Fixtures.path("ijb")

    private func table(_ lists: IJBLists, mirrored: Bool = true) throws -> TemplateTable {
        let other = mirrored ? try MappedFile(path: IJBTests.folder + "/mirrored.npy") : nil
        return try TemplateTable(lists, vectors: try MappedFile(path: IJBTests.folder + "/embeddings.npy"), mirrored: other)
    }

    @Test("Rates by both rules are NumPy's and scikit-learn's to the last digit", arguments: [1, 2])
    func ratesAreNumPys(_ threads: Int) throws {
        let lists = try IJBLists(folder: IJBTests.folder)
        #expect(lists.pictures.count == 400 && lists.templates.count == 60 && lists.mediaCount < 400)
        let rates = AcceptRates(try TemplatePairScores(try table(lists), pairs: lists.pairs, threads: threads))
        #expect(rates.sameCount + rates.differentCount == 4000)
        let expected = try #require(try JSONParser.parse(try Fixtures.bytes(IJBTests.folder + "/rates.json")).object)
        // Ours is exact, scikit-learn's a sum of trapezoids.
        #expect(abs(rates.area - (expected["roc_auc"]?.double ?? 0)) < 1e-14)
        let points = try #require(expected["tar_at_far"]?.array)
        #expect(points.count == rates.points.count)
        for (point, expected) in zip(rates.points, points.compactMap(\.object)) {
            func rate(_ step: AcceptRates.Step) -> Double { Double(step.trueAccepts) / Double(rates.sameCount) }
            #expect(point.target == expected["far"]?.double)
            #expect(rate(point.nearest) == expected["nearest"]?.double, "\(point.target)")
            #expect(rate(point.cautious) == expected["at_most"]?.double, "\(point.target)")
            #expect(point.isSupported == (point.target >= 1e-2))
        }
        // Without the mirror images the rates are different ones.
        #expect(AcceptRates(try TemplatePairScores(try table(lists, mirrored: false), pairs: lists.pairs, threads: 1)).area != rates.area)
    }

    @Test("The curve of few pairs, with ties, is counted by hand") func ratesOfFewPairs() throws {
        var scores = try TemplatePairScores(
            try table(try IJBLists(folder: IJBTests.folder)), pairs: try IJBLists(folder: IJBTests.folder).pairs, threads: 1)
        scores.same = [0.9, 0.5, 0.5, 0.1]
        scores.different = [0.5, 0.4, 0.3, 0.2, 0.0]
        let rates = AcceptRates(scores, targets: [0.1, 0.2, 0.7])
        // 0.9 wins over five, each 0.5 over four and ties once, 0.1 wins over one.
        #expect(rates.doubledWins == 2 * 5 + 2 * (2 * 4 + 1) + 2 * 1)
        #expect(rates.points.map(\.cautious.trueAccepts) == [1, 3, 3])
        #expect(rates.points.map(\.cautious.falseAccepts) == [0, 1, 3])
        // At 0.1 the points with no and with one false accept are equally near, and the later one counts. scikit-learn leaves out the points
        // at 0.4, 0.3 and 0.2 except the last before a step of the other kind, so that 0.8 is there.
        #expect(rates.points.map(\.nearest.falseAccepts) == [1, 1, 4])
        #expect(rates.equalErrorRate == 0.2 + 0.05)
    }

    @Test("Numbers are read as Swift reads them", arguments: ["0", "-0.5", "1.25", "123456.789012", "0.1234567890123456789", "1e-3", "3."])
    func numbersAreReadAsSwiftReadsThem(_ text: String) {
        Array("\(text) \(text)\t7\r".utf8).withUnsafeBytes { bytes in
            var fields = ListFields(bytes)
            let expected = text == "3." ? 3 : Double(text)
            let found = [fields.number(), fields.number()]
            #expect(found == [expected, expected])
            let (whole, isAtEnd) = (fields.wholeNumber(), fields.isAtEnd())
            #expect(whole == 7 && isAtEnd)
        }
    }

    @Test(
        "What is not a number is not read as one",
        arguments: ["x", "-", ".", "1x", "0x10", "nan", "inf", "1e999", "--1", "1.2.3", "99999999999999999999"])
    func whatIsNotANumberIsNotReadAsOne(_ text: String) {
        Array(text.utf8).withUnsafeBytes { bytes in
            var fields = ListFields(bytes)
            var again = fields
            let (whole, number) = (fields.wholeNumber(), again.number())
            #expect(whole == nil)
            #expect(number == nil || text == "99999999999999999999")
        }
    }

    @Test("Parts of a list begin where lines do, and lines are numbered through", arguments: [1, 3, 7, 100])
    func partsOfAList(_ size: Int) {
        Array("1 2 1\n\n30 4 0\r\n5 6 1".utf8).withUnsafeBytes { bytes in
            var found: [[Int]] = []
            for range in ListLines.parts(of: bytes, size: size) {
                var lines = ListLines(bytes, range)
                while var fields = lines.nextLine() {
                    let line = ListLines.number(at: range.lowerBound, in: bytes) + lines.number - 1
                    found.append([line] + (0..<3).compactMap { _ in fields.wholeNumber() })
                }
            }
            #expect(found == [[1, 1, 2, 1], [3, 30, 4, 0], [4, 5, 6, 1]])
        }
    }

    /// A folder with these lists.
    private func folder(_ pictures: String, _ media: String, _ pairs: String) -> String {
        let folder = Fixtures.temporaryFolder()
        Fixtures.write(Array(pictures.utf8), to: folder + "/s_name_5pts_score.txt")
        Fixtures.write(Array(media.utf8), to: folder + "/s_face_tid_mid.txt")
        Fixtures.write(Array(pairs.utf8), to: folder + "/s_template_pair_label.txt")
        return folder
    }

    private static let two = "a.jpg 1 2 3 4 5 6 7 8 9 10 0.5\nb.jpg 1 2 3 4 5 6 7 8 9 10 0.5\n"

    @Test("Lists that are wrong are refused, with the file and the line") func listsThatAreWrongAreRefused() throws {
        let cases: [(String, String, String)] = [
            ("", "a.jpg 1 1\n", "is empty"), ("\n", "a.jpg 1 1\n", "contains no lines"),
            ("a.jpg 1 2 3\n", "a.jpg 1 1\n", "line 1: a name, ten coordinates"),
            ("\n\na.jpg 1 2 3 4 5 6 7 8 9 10 0.5 7\n", "a.jpg 1 1\n", "line 3: more follows"),
            ("../a.jpg 1 2 3 4 5 6 7 8 9 10 0.5\n", "../a.jpg 1 1\n", "leads out of the images' folder"),
            (IJBTests.two, "a.jpg 1 1\n", "has 1 lines and"), (IJBTests.two, "a.jpg 1 1\nc.jpg 1 1\n", "line 2: is about c.jpg"),
            (IJBTests.two, "a.jpg 1 1\nb.jpg -1 1\n", "line 2: a name and the numbers"),
            ("a.jpg 1 2 3 4 5 6 7 8 9 10 1e40\n", "a.jpg 1 1\n", "the score is too large"),
        ]
        for (pictures, media, problem) in cases {
            let folder = folder(pictures, media, "1 2 1\n")
            let error = #expect(throws: (any Error).self, "\(problem)") { try IJBLists(folder: folder) }
            let found = (error as? any DescribedError)?.problem ?? ""
            #expect(found.contains(problem), "\(problem): \(found)")
        }
        let empty = Fixtures.temporaryFolder()
        #expect(throws: IJBError.listCount(folder: empty, suffix: IJBLists.pictureSuffix, found: [])) { try IJBLists(folder: empty) }
    }

    private func sums(_ lists: IJBLists, _ vectors: [[Double]]) throws -> TemplateTable {
        var sums = try TemplateTable.Sums(lists, width: 2, file: "v.npy")
        for (picture, vector) in vectors.enumerated() { sums.add(vector, of: picture) }
        return try sums.table()
    }

    @Test("Pairs of unknown templates and of one kind are refused, with the line") func pairsThatAreWrongAreRefused() throws {
        let media = "a.jpg 1 1\nb.jpg 2 1\n"
        for (text, expected) in [
            ("1 2 1\n\n1 3 0\n", "line 3: no picture belongs to template 3"), ("1 2 1\n1 1 1\n", "every pair is of the same person"),
            ("1 2 0\n", "every pair is of different people"), ("1 2 2\n", "line 1: the numbers of two templates"),
            ("1 2\n", "line 1: the numbers"), ("\n", "contains no lines"),
        ] {
            let lists = try IJBLists(folder: folder(IJBTests.two, media, text))
            let table = try sums(lists, [[1, 0], [0, 1]])
            let error = #expect(throws: IJBError.self) { try TemplatePairScores(table, pairs: lists.pairs, threads: 2) }
            #expect(error?.problem.contains(expected) == true, "\(String(describing: error))")
        }
    }

    @Test("A template is the sum of its media's means, each picture times its score") func aTemplateIsTheSumOfItsMedia() throws {
        let pictures = ["a 0 0 0 0 0 0 0 0 0 0 0.5", "b 0 0 0 0 0 0 0 0 0 0 1", "c 0 0 0 0 0 0 0 0 0 0 0.25"].joined(separator: "\n")
        let lists = try IJBLists(folder: folder(pictures, "a 9 4\nb 9 4\nc 9 5", "9 9 1\n"))
        let table = try sums(lists, [[2, 0], [0, 4], [4, 4]])
        // (0.5 · (2, 0) + 1 · (0, 4)) / 2 + 0.25 · (4, 4) = (1.5, 3).
        let length = (1.5 * 1.5 + 3.0 * 3.0).squareRoot()
        #expect(table.templates == [9] && table.vectors == [1.5 / length, 3 / length])
        #expect(throws: IJBError.noDirection(template: 9)) { try sums(lists, [[0, 0], [0, 0], [0, 0]]) }
        #expect(throws: IJBError.noDirection(template: 9)) { try sums(lists, [[.nan, 0], [0, 0], [0, 0]]) }
    }

    @Test("Vectors that are not the pictures' are refused") func vectorsThatAreNotThePicturesAreRefused() throws {
        let lists = try IJBLists(folder: folder(IJBTests.two, "a.jpg 1 1\nb.jpg 2 1\n", "1 2 1\n"))
        let file = try MappedFile(path: IJBTests.folder + "/embeddings.npy")
        let error = #expect(throws: IJBError.self) { try TemplateTable(lists, vectors: file, mirrored: nil) }
        #expect(error?.problem.contains("400 rows for 2 pictures") == true)
    }
}
