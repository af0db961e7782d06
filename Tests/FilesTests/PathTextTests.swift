import ConvertFiles
import Testing

/// Paths are split between bytes, whatever Swift considers a single character.
@Suite struct PathTextTests {
    @Test("Ordinary paths are split into their parts")
    func partsOfOrdinaryPaths() {
        #expect(PathText.baseName("a/b.png") == "b.png" && PathText.baseName("a/b/") == "b" && PathText.baseName("/") == "/")
        #expect(
            PathText.folder("a/b") == "a" && PathText.folder("b") == "." && PathText.folder("/b") == "/" && PathText.folder("a/b//") == "a")
        #expect(PathText.stem("a.b/c.d.png") == "a.b/c.d" && PathText.stem("a.b/.png") == "a.b/.png" && PathText.stem("a.b/c") == "a.b/c")
        #expect(PathText.ending("a.b/c.PNG") == "PNG" && PathText.ending("a.b/c") == "" && PathText.ending("c.") == "")
        #expect(PathText.components("/a//b/") == ["a", "b"])
        #expect(
            PathText.join("a", "b") == "a/b" && PathText.join("a/", "b") == "a/b" && PathText.join("/", "b") == "/b"
                && PathText.join(".", "b") == "b")
        #expect(PathText.below("a", "a/b/c") == "b/c" && PathText.below("a/", "a/b") == "b" && PathText.below("a", "ab/c") == nil)
    }

    @Test("A part of a path is found at its beginning, its end, and by its bytes") func partsAreFoundByTheirBytes() {
        for part in ["a/b", "b/c", "/b/", "a/b/c", ""] { #expect(PathText.contains("a/b/c", part), "\(part)") }
        for part in ["c/", "a/c", "a/b/c/"] { #expect(!PathText.contains("a/b/c", part), "\(part)") }
        #expect(PathText.contains("x/\u{301}code/", "/") && !PathText.contains("", "a") && !PathText.contains("\u{E9}", "e\u{301}"))
    }

    @Test("A combining mark after a separator does not hide it")
    func aCombiningMarkBehindASeparatorDoesNotHideIt() {
        let mark = "\u{301}"
        #expect(PathText.baseName("a/\(mark)b") == "\(mark)b")
        #expect(PathText.folder("a/\(mark)b") == "a")
        #expect(PathText.stem("a.\(mark)png") == "a" && PathText.ending("a.\(mark)png") == "\(mark)png")
        #expect(PathText.components("../\(mark)b") == ["..", "\(mark)b"])
        #expect(PathText.below("a", "a/\(mark)b") == "\(mark)b")
    }
}
