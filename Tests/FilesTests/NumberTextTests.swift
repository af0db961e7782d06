import ConvertFiles
import Testing

/// Numbers as people read them.
@Suite struct NumberTextTests {
    @Test("One of something is in the singular, and nothing else") func counted() {
        #expect(NumberText.counted(1, "image") == "1 image")
        #expect(NumberText.counted(0, "image") == "0 images" && NumberText.counted(1_234, "image") == "1,234 images")
        #expect(NumberText.counted(1, "entry", "entries") == "1 entry" && NumberText.counted(2, "entry", "entries") == "2 entries")
    }
}
