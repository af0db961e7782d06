import ConvertJSON
import Exporters
import Foundation
import TestSupport
import Testing
import Verifier

/// `slim` and `export` of several files at once.
@Suite struct ManyFilesTests {
    let folder = Fixtures.temporaryFolder()
    let training = Fixtures.path("training/small_epoch_003.pth")
    let small = Fixtures.path("models/ir_small.pth")

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let path = "\(folder)/\(name)"
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: "/" + parent, withIntermediateDirectories: true)
        Fixtures.write(bytes, to: path)
        return path
    }

    private func names(_ folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

    @Test("Each file of several is written as it is by itself", arguments: ["slim", "export"]) func eachFileIsWritten(_ command: String)
        throws
    {
        let to = command == "export" ? ["--to", "onnx"] : []
        let ending = command == "export" ? "onnx" : "pth"
        let run = try CommandRun([command, training, small, "-o", "\(folder)/out/"] + to)
        #expect(run.status == 0 && run.errors.contains("2 of 2 files written"), "\(run.errors)")
        #expect(try names("\(folder)/out") == ["ir_small.\(ending)", "small_epoch_003.\(ending)"])
        for source in [training, small] {
            let name = source.split(separator: "/").last?.split(separator: ".").first ?? ""
            let alone = "\(folder)/alone_\(name).\(ending)"
            #expect(try CommandRun([command, source, "-o", alone, "--quiet"]).status == 0)
            #expect(try Fixtures.bytes(alone) == Fixtures.bytes("\(folder)/out/\(name).\(ending)"))
        }
    }

    @Test("A folder is not its own output, and the message says why nothing is read") func aFolderIsNotItsOwnOutput() throws {
        Fixtures.write(try Fixtures.bytes(Fixtures.path("training/small_epoch_003.pth")), to: "\(folder)/a.pth")
        let run = try CommandRun(["slim", folder, "-o", "\(folder)/"])
        #expect(run.status == 64 && run.errors.contains("is where outputs go, and the file to read is in it"), "\(run.errors)")
        #expect(try CommandRun(["slim", folder, "-o", "\(folder)/slim/"]).status == 0)
    }

    @Test("A folder's files are chosen by name, and one that fails does not stop the others") func aFoldersFilesAreChosen() throws {
        _ = try write(Fixtures.bytes(small), "in/a.pth")
        _ = try write([1, 2, 3], "in/b.pth")
        _ = try write(Fixtures.bytes(training), "in/c.pth")
        _ = try write([4], "in/notes.txt")
        _ = try write(Fixtures.bytes(small), "in/deep/er/a.pth")
        let run = try CommandRun(["export", "\(folder)/in", "--to", "safetensors", "-o", "\(folder)/out/", "--json"])
        #expect(
            run.status == 2 && run.errors.contains("b.pth")
                && run.errors.contains("3 of 4 files written; 1 failed, see above; other files, not read: 1"), "\(run.errors)")
        #expect(try names("\(folder)/out") == ["a.safetensors", "c.safetensors", "deep"])
        #expect(try names("\(folder)/out/deep/er") == ["a.safetensors"])
        // What is in the output folder is not an input of the next run.
        let again = try CommandRun(["slim", "\(folder)", "--include", "c.*", "-o", "\(folder)/out/", "--force"])
        #expect(again.status == 0 && again.errors.contains("1 of 1 file written"), "\(again.errors)")
        let documents = try run.output.split(separator: "\n").map { try JSONParser.parse($0.utf8).object?["source"]?.string }
        #expect(documents == ["a.pth", "c.pth", "a.pth"])
    }

    @Test("Names that would clash, no folder and no format are errors before anything is written") func clashesAreErrors() throws {
        let both = try ["one/a.pth", "two/a.pth"].map { try write(try Fixtures.bytes(small), $0) }
        let clash = try CommandRun(["slim"] + both + ["-o", "\(folder)/out/"])
        #expect(clash.status == 64 && clash.errors.contains("would both become") && clash.errors.contains("two/a.pth"), "\(clash.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/out"))
        let missing = try CommandRun(["export"] + both + ["-o", "\(folder)/out/"])
        #expect(missing.status == 64 && missing.errors.contains("--to"), "\(missing.errors)")
        let file = try CommandRun(["slim"] + both + [small])
        #expect(file.status == 64 && file.errors.contains("-o DIR/"), "\(file.errors)")
        // Two alone are input and output.
        #expect(try CommandRun(["slim", small, "\(folder)/x.pth"]).status == 0)
        #expect(try CommandRun(["slim", small, "\(folder)/y.pth", "--include", "*"]).status == 64)
    }
}
