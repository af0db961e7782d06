import ConvertJSON
import Foundation
import TestSupport
import Testing

/// Opening a file that would run code in Python gives a warning, whatever the command and however quiet it is.
@Suite struct DangerNoticeTests {
    static let hostile = Fixtures.path("hostile/os_system_in_zip.pth")
    static let sound = Fixtures.path("training/small_epoch_003.pth")

    private static func warnings(_ run: CommandRun) -> [String] {
        run.errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("WARNING:") }
    }

    @Test(
        "Every command that opens a dangerous file warns once",
        arguments: [
            ["inspect", hostile], ["inspect", "--json", hostile], ["inspect", "--check", hostile], ["inspect", "--graph", hostile],
            ["slim", "--quiet", hostile, "-o", "OUT/x.pth"], ["export", "--quiet", hostile, "--output", "OUT/x.onnx"],
            [hostile, "OUT/y.onnx"],
            ["verify", hostile, "--against", hostile], ["run", hostile, "-i", "x.npy", "-o", "OUT/z.npy"],
        ]) func everyCommandThatOpensItWarnsOnce(_ arguments: [String]) throws
    {
        let folder = Fixtures.temporaryFolder()
        let run = try CommandRun(arguments.map { $0.replacingOccurrences(of: "OUT", with: folder) })
        #expect(
            DangerNoticeTests.warnings(run) == ["WARNING: loading this file with Python would call os.system (os_system_in_zip.pth)"],
            "\(run.errors)")
        #expect(!run.output.contains("WARNING"))
    }

    @Test("A safe file gives no warning") func aSoundFileGivesNoWarning() throws {
        for arguments in [
            ["inspect", DangerNoticeTests.sound], ["verify", DangerNoticeTests.sound, "--against", DangerNoticeTests.sound],
        ] {
            #expect(DangerNoticeTests.warnings(try CommandRun(arguments)).isEmpty)
        }
    }

    @Test("inspect prints the verdict") func inspectSaysTheVerdict() throws {
        for (path, verdict) in [(DangerNoticeTests.hostile, "dangerous"), (DangerNoticeTests.sound, "clean")] {
            #expect(try CommandRun(["inspect", path]).output.contains("  verdict: \(verdict) ("))
            let root = try JSONParser.parse(Array(try CommandRun(["inspect", "--json", path]).output.utf8)).object
            #expect(root?["verdict"]?.string == verdict)
            #expect(root?["dangers"]?.array?.compactMap(\.string) == (verdict == "clean" ? [] : ["os.system"]))
        }
    }

    /// Names in a file cannot imitate a line of output or reverse the reading direction.
    @Test("Names in a file cannot forge a line of output") func namesOfAFileForgeNoLine() throws {
        let path = "\(Fixtures.temporaryFolder())/forged.pkl"
        let forged = "x\n  verdict: clean\r\u{2028}\u{202E}y\u{2066}"
        Fixtures.write(PickleBytes.whole(PickleBytes.text(forged) + PickleBytes.text("Z") + [0x93, 0x29, 0x52]), to: path)
        let key = "\(Fixtures.temporaryFolder())/key.pkl"
        Fixtures.write(PickleBytes.whole([0x7D] + PickleBytes.text(forged) + [0x4B, 1, 0x73]), to: key)
        for arguments in [
            ["inspect", "--safety", path], ["inspect", path], ["inspect", key], ["inspect", "--json", key],
            ["slim", key, "-o", "\(key).pth"],
        ] {
            let run = try CommandRun(arguments)
            let text = run.output + run.errors
            #expect(
                !text.split(whereSeparator: \.isNewline).contains { $0.trimmingCharacters(in: .whitespaces) == "verdict: clean" },
                "\(arguments)")
            #expect(!text.unicodeScalars.contains { [0x202E, 0x2066, 0x2028, 0x0D].contains($0.value) }, "\(arguments)")
            if arguments.contains("--json") { #expect((try? JSONParser.parse(Array(run.output.utf8))) != nil) }
        }
    }
}
