import ConvertFiles
import Glibc
import TestSupport
import Testing

/// Folders, links and patterns become lists of files in one order.
@Suite struct FileSelectionTests {
    /// a/x.pth, a/b/y.pth, a/b/z.txt, a/.hidden, a link inward, one outward, and a link to the folder itself.
    private func tree() -> String {
        let root = Fixtures.temporaryFolder()
        for folder in ["a", "a/b", "other"] { mkdir("\(root)/\(folder)", 0o700) }
        for name in ["a/x.pth", "a/b/y.pth", "a/b/z.txt", "a/.hidden", "other/secret"] { Fixtures.write([1], to: "\(root)/\(name)") }
        symlink("b/y.pth", "\(root)/a/inward.pth")
        symlink("../other/secret", "\(root)/a/outward.pth")
        symlink(".", "\(root)/a/loop")
        symlink("nowhere", "\(root)/a/dangling.pth")
        return root
    }

    private func names(_ selection: FileSelection, below root: String) -> [String] {
        selection.items.map { String($0.path.dropFirst(root.count + 1)) + ($0.obstacle == nil ? "" : " !") }
    }

    @Test("A folder gives all files below it, and links that lead out are not followed") func aFolderGivesAllFiles() throws {
        let root = tree()
        let selection = try FileSelection(["\(root)/a"])
        #expect(
            names(selection, below: root) == [
                "a/.hidden", "a/b/y.pth", "a/b/z.txt", "a/dangling.pth", "a/inward.pth", "a/outward.pth !", "a/x.pth",
            ])
        let outward = selection.items.first { $0.obstacle != nil }
        #expect(outward?.obstacle == .leadsOut(path: "\(root)/a/outward.pth", folder: "\(root)/a"))
        // Named itself, a link is followed wherever it leads.
        #expect(names(try FileSelection(["\(root)/a/outward.pth"]), below: root) == ["a/outward.pth"])
    }

    @Test("Patterns choose files of folders by name, or by path if they have a slash") func patternsChooseFiles() throws {
        let root = tree()
        func chosen(_ including: [String], _ excluding: [String] = []) throws -> [String] {
            names(try FileSelection(["\(root)/a"], including: including, excluding: excluding), below: root)
        }
        #expect(try chosen(["*.txt"]) == ["a/b/z.txt"])
        #expect(try chosen(["b/*.pth"]) == ["a/b/y.pth"])
        #expect(try chosen(["*.pth"], ["b"]) == ["a/dangling.pth", "a/inward.pth", "a/outward.pth !", "a/x.pth"])
        #expect(try chosen(["*.onnx"]).isEmpty)
    }

    @Test("Operands keep their order, and patterns that the shell left are expanded") func operandsKeepTheirOrder() throws {
        let root = tree()
        let selection = try FileSelection(["\(root)/other/secret", "\(root)/a/[x-z].p?h", "\(root)/a/x.pth"])
        #expect(names(selection, below: root) == ["other/secret", "a/x.pth", "a/x.pth"])
        #expect(throws: FileError.missing(path: "\(root)/*.none")) { try FileSelection(["\(root)/*.none"]) }
        Fixtures.write([1], to: "\(root)/a/odd[1].pth")
        #expect(names(try FileSelection(["\(root)/a/odd[1].pth"]), below: root) == ["a/odd[1].pth"])
        // A file that is not there is reported when it is opened, like any other.
        #expect(names(try FileSelection(["\(root)/gone"]), below: root) == ["gone"])
    }
}
