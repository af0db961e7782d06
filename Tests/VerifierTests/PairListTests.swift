import ConvertFiles
import TestSupport
import Testing

@testable import Verifier

/// Both forms of pair lists, and their folds.
@Suite struct PairListTests {
    private func list(_ text: String, folds: Int? = 2) throws -> PairList { try PairList(try InventedPeople.written(text), folds: folds) }

    private func reason(_ text: String, folds: Int? = 2) -> String {
        do {
            _ = try list(text, folds: folds)
            return "no error"
        } catch { return "\(error)" }
    }

    @Test("Path lines keep their order whatever separates them") func pathLinesKeepTheirOrderWhateverSeparatesThem() throws {
        let pairs = try list("\u{FEFF}b/1.jpg a/1.jpg 0\r\n\n  c/1.jpg\tc d/2.jpg\t1  \nb/2.jpg   b/1.jpg 1\na/1.jpg c/1.jpg 0").pairs
        #expect(
            pairs == [
                LFWPair("b/1.jpg", "a/1.jpg", isSame: false), LFWPair("c/1.jpg", "c d/2.jpg", isSame: true),
                LFWPair("b/2.jpg", "b/1.jpg", isSame: true), LFWPair("a/1.jpg", "c/1.jpg", isSame: false),
            ])
    }

    @Test("LFW's own form names images by person and number and has folds") func lfwsOwnFormNamesImagesByPersonAndNumberAndHasFolds() throws
    {
        let list = try list("2\t1\nAnn\t1\t12\nAnn\t1\tBob\t3\nBob\t2\t10000\nCy\t1\tAnn\t2\n")
        #expect(
            list.pairs == [
                LFWPair("Ann/Ann_0001.jpg", "Ann/Ann_0012.jpg", isSame: true),
                LFWPair("Ann/Ann_0001.jpg", "Bob/Bob_0003.jpg", isSame: false),
                LFWPair("Bob/Bob_0002.jpg", "Bob/Bob_10000.jpg", isSame: true),
                LFWPair("Cy/Cy_0001.jpg", "Ann/Ann_0002.jpg", isSame: false),
            ])
        #expect(list.folds.ofPair == [0, 0, 1, 1] && !list.folds.isLFW)
        #expect(
            list.uniqueImages == [
                "Ann/Ann_0001.jpg", "Ann/Ann_0002.jpg", "Ann/Ann_0012.jpg", "Bob/Bob_0002.jpg", "Bob/Bob_0003.jpg", "Bob/Bob_10000.jpg",
                "Cy/Cy_0001.jpg",
            ])
    }

    @Test("A development list has no folds of its own") func aDevelopmentListHasNoFoldsOfItsOwn() throws {
        #expect(try list("2\nA\t1\t2\nB\t1\t2\nA\t1\tB\t1\nB\t1\tC\t1\n").folds.ofPair == [0, 1, 0, 1])
    }

    /// A text and the expected message.
    static let badLists: [(String, String)] = [
        ("a b 1\na b\n", "line 2: path, path and label are expected, not 2 fields"),
        ("a b 1\n\na b 2\n", "line 3: the label is 2"), ("a b c\n", "the label is c"), ("a b 1 0\n", "4 fields"),
        ("2 1\nAnn 1 2\n", "line 1: the header promises 2 × 2 × 1 pairs, but 1 lines follow"),
        ("1 1\nAnn 1 2\nAnn x Bob 2\n", "line 3: x is not an image number"),
        ("1 1\nAnn 1 2\nBob 1 2\n", "line 3: a pair of the same person"),
        ("1 1\nAnn 0 2\nBob 1 Ann 2\n", "line 2: 0 is not an image number"),
        ("1 1\nAnn 1 -2\nBob 1 Ann 2\n", "line 2: -2 is not an image number"),
        ("1 1\nAnn 1 99999999999999999999\nBob 1 Ann 2\n", "is not an image number"),
        ("1 1\nAnn 1 2\nAnn 1 Ann 2\n", "names one person twice"), ("1 1\nAnn 1 2\nAnn\n", "1 fields"),
        ("9223372036854775807 9223372036854775807\nAnn 1 2\n", "the header promises"), ("0 0\n", "the header promises"),
        ("\n \n\t\n", "contains no pairs"), ("a b 1\nc d 1\n", "every pair is of the same person"),
        ("a b 0\n", "every pair is of different people"),
        (String(repeating: "x", count: 5000) + " b 1\n", "longer than 4096 bytes"),
    ]

    @Test("A bad list is reported with its line", arguments: badLists) func aBadListIsToldWithItsLine(_ text: String, _ expected: String) {
        #expect(reason(text).contains(expected), "\(reason(text))")
    }

    @Test("Bytes that are not text are refused") func bytesThatAreNoTextAreRefused() throws {
        let path = "\(Fixtures.temporaryFolder())/list.txt"
        Fixtures.write([0x61, 0x20, 0xFF, 0x20, 0x31, 0x0A], to: path)
        #expect(throws: LFWError.notText(file: path)) { try PairList(try MappedFile(path: path), folds: 2) }
    }

    @Test("Custom pair lists require a number of folds") func pairsOtherThanLFWsNeedAWordAboutFolds() {
        #expect(reason("a b 1\na c 0\n", folds: nil).contains("1 pairs of the same person and 1 of different people are not LFW's"))
        #expect(reason("a b 1\na c 0\n").contains("fewer than two pairs of one kind"))
        #expect(reason("a b 1\na c 0\nd e 1\nd f 0\n", folds: 3).contains("2 to 2 can"))
        #expect(reason("a b 1\na c 0\nd e 1\nd f 0\n") == "no error")
    }

    @Test("Folds are scikit-learn's KFold for each kind") func foldsAreScikitLearnsKFoldOfEachKind() throws {
        let list = try PairList(try InventedPeople.file("pairs.txt"), folds: InventedPeople.folds)
        #expect(list.folds.ofPair == InventedPeople.expected["fold_of_pair"]?.array?.compactMap(\.integer))
    }

    @Test("The official folds are 300 and 300 pairs in order") func theOfficialFoldsAreThreeHundredAndThreeHundredInOrder() throws {
        let pairs = (0..<6000).map { LFWPair("a\($0)", "b\($0)", isSame: $0 % 2 == 0) }
        let folds = try PairList(pairs, file: "made up").folds
        // As many pairs as LFW has, but not LFW's.
        #expect(!folds.isLFW && folds.count == 10)
        for index in pairs.indices { #expect(folds.ofPair[index] == index / 2 / 300) }
        #expect(try !PairList(pairs, folds: 5, file: "made up").folds.isLFW)
        #expect(try PairList(pairs, folds: 10, file: "made up").folds == folds)
    }

    @Test("Pairs of missing images are dropped and the others keep their folds")
    func pairsOfMissingImagesAreDroppedAndTheOthersKeepTheirFolds() throws {
        let text = (0..<8).map { "a\($0) b\($0) \($0 % 2)\n" }.joined()
        let whole = try list(text, folds: 2)
        let less = try whole.dropping(images: ["b1", "a4", "nobody"], file: "list")
        #expect(less.pairs.map(\.imageA) == ["a0", "a2", "a3", "a5", "a6", "a7"] && less.droppedCount == 2)
        #expect(less.folds.ofPair == [0, 0, 0, 1, 1, 1] && less.folds.count == 2)
        #expect(try whole.dropping(images: ["nobody"], file: "list") == whole)
        #expect(throws: LFWError.oneClass(file: "list", isSame: false)) {
            try whole.dropping(images: ["a1", "a3", "a5", "a7"], file: "list")
        }
        #expect(throws: LFWError.emptyFold(2)) { try whole.dropping(images: ["a4", "a5", "a6", "a7"], file: "list") }
    }

    @Test("Both official files give the same pairs in the same folds") func bothOfficialFilesGiveTheSamePairsInTheSameFolds() throws {
        guard let lines = try SharedFiles.file("lfw/lfw_test_pair.txt"), let own = try SharedFiles.file("lfw/pairs.txt") else { return }
        let lists = [try PairList(lines), try PairList(own)]
        for list in lists { #expect(list.pairs.count == 6000 && list.folds.isLFW && list.uniqueImages.count == 7701) }
        // The same pairs in a different order have different folds, so their figure is not LFW's.
        #expect(try !PairList(lists[0].pairs.reversed(), file: "reversed").folds.isLFW)
        let maps = lists.map { list in
            Dictionary(uniqueKeysWithValues: zip(list.pairs.map { [$0.imageA, $0.imageB, "\($0.isSame)"] }, list.folds.ofPair))
        }
        #expect(maps[0] == maps[1] && maps[0].count == 6000)
    }
}
