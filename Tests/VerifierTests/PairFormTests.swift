import ConvertFiles
import Foundation
import TestSupport
import Testing

@testable import Verifier

/// Forms of pair lists besides LFW's: columns, CALFW's and CPLFW's two lines a pair, CFP's folders.
@Suite struct PairFormTests {
    private func list(_ text: String, folds: Int? = nil) throws -> PairList {
        try PairList(try InventedPeople.written(text), folds: folds)
    }

    private func reason(_ text: String) -> String {
        do {
            _ = try list(text, folds: 2)
            return "no error"
        } catch { return "\(error)" }
    }

    @Test("Columns are read in any order, with folds and groups") func columnsAreReadInAnyOrder() throws {
        let found = try list(
            "fold,same,b,a,group\n7,1,\"x, y/2.jpg\",x/1.jpg,old\n7,0,z/1.jpg,x/1.jpg,young\n3,1,z/1.jpg,z/2.jpg,old\n3,0,x/1.jpg,z/2.jpg,young\n"
        )
        #expect(
            found.pairs == [
                LFWPair("x/1.jpg", "x, y/2.jpg", isSame: true), LFWPair("x/1.jpg", "z/1.jpg", isSame: false),
                LFWPair("z/2.jpg", "z/1.jpg", isSame: true), LFWPair("z/2.jpg", "x/1.jpg", isSame: false),
            ])
        #expect(found.folds.ofPair == [1, 1, 0, 0] && found.folds.count == 2 && found.groups == ["old", "young", "old", "young"])
        #expect(found.form == "columns fold, same, b, a, group")
        let dropped = try found.dropping(images: ["x, y/2.jpg"], file: "list")
        #expect(dropped.groups == ["young", "old", "young"] && dropped.form == found.form)
        // Without folds of its own, a list needs a number.
        let plain = "image_a,image_b,label\na/1,a/2,1\na/1,b/1,0\nb/1,b/2,1\nb/2,a/2,0\n"
        #expect(try list(plain, folds: 2).folds.ofPair == [0, 0, 1, 1])
        #expect(throws: LFWError.self) { try list(plain) }
        // Paths may be called anything if the label is the third of three.
        let named = try list(plain.replacing("image_a,image_b", with: "left,right"), folds: 2)
        #expect(try named.pairs == list(plain, folds: 2).pairs)
        // A number of folds takes the place of the list's.
        let other = try list("a,b,same,fold\n" + (0..<8).map { "p/\($0),q/\($0),\($0 % 2),\($0 / 4)\n" }.joined(), folds: 4)
        #expect(other.folds.ofPair == [0, 0, 1, 1, 2, 2, 3, 3])
        #expect(other.form == "columns a, b, same, fold, whose own folds are not used")
    }

    static let badColumns: [(String, String)] = [
        ("a,b,same,quality\nx,y,1,3\n", "line 1: the column quality is not known; columns are a, b, same, group, fold"),
        ("img1,img2,same,group\nx,y,1,old\n", "line 1: the column img1 is not known; columns are a, b, same, group, fold: rename it"),
        ("label,img1,img2\n1,x,y\n", "line 1: the column img1 is not known"),
        ("a,b,group\nx,y,old\n", "line 1: there is no column same"), ("a,same,fold\nx,1,1\n", "line 1: there is no column b"),
        ("a,b,same,label\nx,y,1,1\n", "line 1: there are two columns same"),
        ("a,b,same,fold\nx,y,1,1\nx,y,1\n", "line 3: 4 fields are expected, as the first line has them, not 3"),
        ("a,b,same,fold\nx,y,1,one\n", "line 2: its fold one is not a whole number"),
        ("a,b,same,fold\nx,y,yes,1\n", "line 2: the label is yes"), ("a,b,same,group\nx,y,1, \n", "line 2: its group is empty"),
        ("a,b,same\n../x,y,1\n", "line 2: ../x leads out of the images' folder"), ("a,b,same\n", "contains no pairs"),
        ("a,b,same,fold\nx,y,1,1\nx,z,0,1\n", "2 folds cannot be made: there are fewer than two pairs of one kind"),
    ]

    @Test("Bad columns are reported with the line", arguments: badColumns)
    func badColumnsAreReportedWithTheLine(_ text: String, _ expected: String) {
        #expect(reason(text).contains(expected), "\(reason(text))")
    }

    @Test("CALFW's numbers are folds of the same-person pairs, CPLFW's are labels") func twoLinesAPair() throws {
        let calfw = try list("A_1.jpg 1\nA_2.jpg 1\nB_1.jpg\t2\nB_2.jpg\t2\nA_1.jpg 0\nB_1.jpg 0\nA_2.jpg 0\nB_2.jpg 0\n")
        #expect(calfw.pairs.map(\.isSame) == [true, true, false, false] && calfw.pairs[1] == LFWPair("B_1.jpg", "B_2.jpg", isSame: true))
        #expect(calfw.folds.ofPair == [0, 1, 0, 1] && calfw.form == "CALFW's and CPLFW's form, two lines a pair")
        #expect(PairPeople(calfw)?.names == ["A", "B"])
        let cplfw = "A_1.jpg 1\nA_2.jpg 1\nA_1.jpg 0\nB_1.jpg 0\nB_1.jpg 1\nB_3.jpg 1\nB_2.jpg 0\nA_2.jpg 0\n"
        #expect(try list(cplfw, folds: 2).folds.ofPair == [0, 0, 1, 1])
        // As many pairs as the real ones have: ten folds of 300 and 300 without asking.
        let whole =
            (0..<3000).map { "A\($0)_1.jpg \($0 / 300 + 1)\nA\($0)_2.jpg \($0 / 300 + 1)\n" }.joined()
            + (0..<3000).map { "A\($0)_1.jpg 0\nB\($0)_2.jpg 0\n" }.joined()
        let real = try list(whole)
        #expect(real.folds.count == 10 && !real.folds.isLFW && real.pairs.indices.allSatisfy { real.folds.ofPair[$0] == $0 % 3000 / 300 })
    }

    static let badTwoLines: [(String, String)] = [
        ("A_1.jpg 1\nA_2.jpg 1\nB_1.jpg 0\n", "line 3: the list has two lines a pair, and this one is left over"),
        ("A_1.jpg 1\nA_2.jpg 0\n", "line 2: its number is 0, but that of the pair's first line is 1"),
        ("A_1.jpg 1\nA_2.jpg one\n", "line 2: a picture's name and a whole number"),
        ("A_1.jpg 1\n/A_2.jpg 1\n", "line 2: /A_2.jpg leads out of the images' folder"),
        ("A_1.jpg 1\nA_2.jpg 1001\n", "line 2: a picture's name and a whole number from 0 to 1,000"),
    ]

    @Test("Bad lists of two lines a pair are reported with the line", arguments: badTwoLines)
    func badTwoLinesAreReported(_ text: String, _ expected: String) { #expect(reason(text).contains(expected), "\(reason(text))") }

    /// CFP's tree, with two folds of two pairs.
    private func protocolTree(diff: String = "1,2\n2,1\n") throws -> String {
        let root = Fixtures.temporaryFolder()
        for (name, text) in [
            (
                "Pair_list_F.txt",
                "1 ../Data/Images/001/frontal/01.jpg\n2 ../Data/Images/002/frontal/01.jpg\n3 ../Data/Images/001/frontal/02.jpg\n"
            ),
            ("Pair_list_P.txt", "1 ../Data/Images/001/profile/01.jpg\n2 ../Data/Images/002/profile/01.jpg\n"),
            ("Split/FP/01/same.txt", "1,1\n3,1\n"), ("Split/FP/01/diff.txt", diff), ("Split/FP/2/same.txt", "2, 2\n"),
            ("Split/FP/2/diff.txt", "3,2\r\n"), ("Split/FF/01/same.txt", "1,3\n"), ("Split/FF/01/diff.txt", "1,2\n"),
            ("Split/FF/02/same.txt", "3,1\n"), ("Split/FF/02/diff.txt", "3,2\n"),
        ] {
            let path = "\(root)/Protocol/\(name)"
            try FileManager.default.createDirectory(
                atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), withIntermediateDirectories: true)
            Fixtures.write(Array(text.utf8), to: path)
        }
        return root
    }

    @Test("CFP's folders are read, frontal and profile") func cfpsFoldersAreRead() throws {
        let root = try protocolTree()
        let profile = try PairListFile(path: "\(root)/Protocol/Split/FP/")
        #expect(
            profile.pairs.pairs == [
                LFWPair("Data/Images/001/frontal/01.jpg", "Data/Images/001/profile/01.jpg", isSame: true),
                LFWPair("Data/Images/001/frontal/02.jpg", "Data/Images/001/profile/01.jpg", isSame: true),
                LFWPair("Data/Images/001/frontal/01.jpg", "Data/Images/002/profile/01.jpg", isSame: false),
                LFWPair("Data/Images/002/frontal/01.jpg", "Data/Images/001/profile/01.jpg", isSame: false),
                LFWPair("Data/Images/002/frontal/01.jpg", "Data/Images/002/profile/01.jpg", isSame: true),
                LFWPair("Data/Images/001/frontal/02.jpg", "Data/Images/002/profile/01.jpg", isSame: false),
            ])
        #expect(profile.pairs.folds.ofPair == [0, 0, 0, 0, 1, 1] && profile.name == "FP" && profile.identities.count == 6)
        #expect(profile.pairs.form == "CFP's FP protocol" && PairPeople(profile.pairs)?.names.count == 2)
        let frontal = try PairListFile(path: "\(root)/Protocol/Split/FF").pairs
        #expect(frontal.pairs[0] == LFWPair("Data/Images/001/frontal/01.jpg", "Data/Images/001/frontal/02.jpg", isSame: true))
        #expect(frontal.pairs.count == 4 && frontal.form == "CFP's FF protocol")
    }

    @Test("What is wrong with CFP's folders is reported with file and line") func badFoldersAreReported() throws {
        func reason(_ path: String) -> String {
            do {
                _ = try PairListFile(path: path)
                return "no error"
            } catch { return "\(error)" }
        }
        let root = try protocolTree(diff: "1,2\n1,9\n")
        #expect(reason("\(root)/Protocol/Split/FP").contains("FP/01/diff.txt, line 2: Pair_list_P.txt has no picture 9"))
        #expect(reason(try protocolTree(diff: "1;2\n") + "/Protocol/Split/FP").contains("diff.txt, line 1: two numbers such as 1,2"))
        #expect(reason("\(root)/Protocol").contains("is a folder, but not CFP's Protocol/Split/FF or Protocol/Split/FP"))
        try FileManager.default.removeItem(atPath: "\(root)/Protocol/Split/FF/02")
        #expect(reason("\(root)/Protocol/Split/FF").contains("it has 1 folders with a number as name"))
        try FileManager.default.removeItem(atPath: "\(root)/Protocol/Pair_list_P.txt")
        #expect(reason("\(root)/Protocol/Split/FP").contains("Pair_list_P.txt"))
    }
}
