import ConvertJSON
import Foundation
import TestSupport
import Testing

/// Exit codes, one-line errors, and outputs that are complete or absent.
@Suite struct CommandLineTests {
    let folder = Fixtures.temporaryFolder()
    let training = Fixtures.path("training/small_epoch_003.pth")

    private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    @Test(
        "Wrong arguments exit with code 64",
        arguments: [
            ["nonsense"], ["inspect"], ["diff", "a"], ["inspect", "--nonsense", "a"], ["slim", "a"], ["slim", "a", "-o"],
            ["inspect", "a", "--json=1"], ["inspect", "--check", "--safety", "a"], [],
        ])
    func wrongArgumentsEndIn64(_ arguments: [String]) throws {
        #expect(try CommandRun(arguments).status == 64)
    }

    @Test("Errors are one line and exit with code 2") func errorsAreOneLineAndEndIn2() throws {
        for arguments in [
            ["inspect", "/none"], ["inspect", folder], ["slim", training, "-o", "\(folder)/none/x.pth"],
            ["slim", training, "-o", "\(folder)/x.xyz"],
        ] {
            let run = try CommandRun(arguments)
            #expect(run.status == 2, "\(arguments)")
            #expect(run.errors.hasPrefix("convert: ") && (1...3).contains(run.errors.filter { $0 == "\n" }.count), "\(run.errors)")
        }
    }

    @Test("An existing output needs --force, and the input is never the output")
    func anExistingOutputNeedsForceAndTheInputIsNeverTheOutput() throws {
        let out = "\(folder)/x.pth"
        Fixtures.write([1], to: out)
        #expect(try CommandRun(["slim", training, "-o", out]).status == 2)
        #expect(try Fixtures.bytes(out) == [1])
        #expect(try CommandRun(["slim", training, "-o", out, "--force"]).status == 0)
        #expect(try CommandRun(["slim", out, "-o", out, "--force"]).status == 2)
    }

    @Test("A full disk leaves the old file and nothing else") func aFullDiskLeavesTheOldFileAndNothingElse() throws {
        let out = "\(folder)/x.pth"
        Fixtures.write([1], to: out)
        let run = try CommandRun(["slim", training, "-o", out, "--force"], shellPrefix: "ulimit -f 8;")
        #expect(run.status == 2, "\(run.errors)")
        #expect(try Fixtures.bytes(out) == [1])
        #expect(names == ["x.pth"])
    }

    @Test("Damage is named and nothing is written") func damageIsNamedAndNothingIsWritten() throws {
        let run = try CommandRun(["slim", Fixtures.path("hostile/wrong_crc.pth"), "-o", "\(folder)/x.pth"])
        #expect(run.status == 2 && run.errors.contains("archive/data/1"))
        #expect(names.isEmpty)
        let check = try CommandRun(["inspect", "--check", Fixtures.path("hostile/wrong_crc.pth")])
        #expect(check.status == 2 && check.output.contains("damaged"))
    }

    @Test(
        "Broken files exit with code 2",
        arguments: Fixtures.names(in: "hostile").filter {
            Fixtures.manifest[$0]?["verdict"]?.string == "error" && !$0.contains("wrong_crc")
        })
    func brokenFilesEndIn2(_ name: String) throws {
        let run = try CommandRun(["inspect", Fixtures.path(name)])
        #expect(run.status == 2, "\(run.output)")
        #expect((1...3).contains(run.errors.filter { $0 == "\n" }.count))
    }

    @Test(
        "The safety scan exits with 1 for danger, 2 if the file is not readable, and 3 for unknown names",
        arguments: [
            ("training/small_epoch_003.pth", 0), ("hostile/os_system_in_zip.pth", 1), ("hostile/broken_after_payload.pkl", 1),
            ("hostile/stack_underflow.pkl", 2), ("hostile/wrong_crc.pth", 2), ("hostile/zip_bomb.pth", 2),
            ("hostile/unknown_global.pkl", 3),
            ("containers/weights.npz", 0), ("containers/torchscript.pt", 3), ("containers/other.zip", 2), ("metadata/everything.pth", 3),
        ] as [(String, Int32)]) func safetyEndsIn1ForDanger2WhereNotReadAnd3ForUnknownNames(_ name: String, _ status: Int32) throws
    {
        let run = try CommandRun(["inspect", "--safety", Fixtures.path(name)])
        #expect(run.status == status, "\(run.output)")
        #expect(run.output.contains(status == 2 ? "NOT COMPLETE" : "verdict: \(["clean", "dangerous", "", "unknown"][Int(status)])"))
    }

    @Test("JSON accounts for every byte") func jsonAccountsForEveryByte() throws {
        let run = try CommandRun(["inspect", "--json", "--check", training])
        let root = try #require(try JSONParser.parse(Array(run.output.utf8)).object)
        let groups = try #require(root["bytes_by_group"]?.object)
        #expect(groups.members.compactMap(\.value.integer).reduce(0, +) == root["bytes"]?.integer)
        #expect(root["state_dict"]?.object?["path"]?.string == "backbone_state_dict")
        #expect(root["state_dict"]?.object?["tensors"]?.array?.count == 187)
        // The history names no checkpoint and has nothing in common with this one.
        #expect(root["sidecars"]?.object?.members.map(\.key) == ["best_lfw.json", "training_config.json"])
        #expect(root["metadata"]?.object?["epoch"]?.integer == 3)
    }

    @Test("A missing state dict lists the keys seen") func aMissingStateDictListsTheKeysSeen() throws {
        let run = try CommandRun(["inspect", Fixtures.path("selection/no_state_dict.pth")])
        #expect(run.status == 2 && run.errors.contains("epoch") && run.errors.contains("note"))
        let several = try CommandRun(["inspect", Fixtures.path("selection/two_state_dicts.pth")])
        #expect(several.status == 2 && several.errors.contains("generator") && several.errors.contains("critic"))
        #expect(try CommandRun(["inspect", "--state-dict", "critic", Fixtures.path("selection/two_state_dicts.pth")]).status == 0)
    }
}
