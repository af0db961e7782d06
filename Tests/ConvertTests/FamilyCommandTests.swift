import ConvertFiles
import TestSupport
import Testing

/// `--family FILE` and `families NAME` on the command line.
@Suite struct FamilyCommandTests {
    let folder = Fixtures.temporaryFolder()
    let small = Fixtures.path("models/ir_small.pth")

    private func family(_ text: String) -> String {
        let path = "\(folder)/mine.family"
        Fixtures.write(Array(text.utf8), to: path)
        return path
    }

    @Test("A description of one's own that does not fit is an error, for inspect as well") func doesNotFit() throws {
        for text in [
            "family mine\nrecognize nothing.weight\nimage channels=3 size=8\nconv1 = convolution(it)\noutput embedding = it",
            "family mine\nimage channels=3 size=8\nconv1 = convolution(it) padding=1\noutput embedding = it",
            "family mine\nimage channels=3 size=8\nx = relu(y)\noutput embedding = it", "",
        ] {
            let path = family(text)
            for command in [["inspect", small, "--family", path], ["export", small, "-o", "\(folder)/out.onnx", "--family", path]] {
                let run = try CommandRun(command)
                #expect(run.status == 2 && run.errors.contains("mine.family"), "\(command[0]): \(run.status) \(run.output) \(run.errors)")
            }
        }
        #expect(try CommandRun(["inspect", small, "--family", family("")]).errors.contains("the description is empty"))
    }

    @Test("A family that does not exist is said not to, with those that do") func unknownFamily() throws {
        let run = try CommandRun(["families", "nope"])
        let words = run.errors.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        #expect(
            run.status == 64 && words.contains("there is no family or network called nope; known families: ir_resnet, "), "\(run.errors)")
    }
}
