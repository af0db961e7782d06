import ConvertFiles
import Foundation
import TestSupport
import Testing

/// Runs that the system denies something, or that are killed.
@Suite struct FaultTests {
    let folder = Fixtures.temporaryFolder()
    let training = Fixtures.path("training/small_epoch_003.pth")
    let network = Fixtures.path("models/ir_small.pth")

    private func names(_ path: String) -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    @Test("File names may be any bytes") func namesOfFilesMayBeAnyBytes() throws {
        let prefix = "cd '\(folder)'; cp '\(training)' $'caf\\xe9.pth'; set -- \"$1\" $'caf\\xe9.pth'"
        let inspect = try CommandRun(["inspect"], shellPrefix: prefix + ";")
        #expect(inspect.status == 0 && inspect.output.contains("caf\\xE9.pth"), "\(inspect.errors)")
        let slim = try CommandRun(["slim"], shellPrefix: prefix + " -o $'\\xff\\xfe.pth';")
        #expect(slim.status == 0 && slim.output.contains("\\xFF\\xFE.pth"), "\(slim.errors)")
        #expect(
            try FolderListing.names(in: folder).map(PathText.bytes) == [
                Array("caf".utf8) + [0xE9] + Array(".pth".utf8), [0xFF, 0xFE] + Array(".pth".utf8),
            ])
        let hdf5 = try CommandRun(["export"], shellPrefix: prefix + " -o $'\\xff.h5';")
        #expect(hdf5.status == 0, "\(hdf5.errors)")
        let missing = try CommandRun(["inspect"], shellPrefix: "set -- \"$1\" $'\\xe9\\x1b.pth';")
        #expect(missing.status == 2 && missing.errors == "convert: \\xE9\\u{1b}.pth: no such file; check the path\n", "\(missing.errors)")
    }

    /// The prefix that hides /proc from a command; nil if this machine does not allow it.
    private static let withoutProc: String? = {
        let hide = "unshare -m sh -c 'mount -t tmpfs none /proc && exec \"$@\"' sh"
        return (try? CommandRun([], shellPrefix: "\(hide) true; exit $?;"))?.status == 0 ? hide : nil
    }()

    @Test(
        "Without /proc everything works the same",
        .enabled(if: FaultTests.withoutProc != nil, "/proc cannot be hidden here (no unshare, or not root)"))
    func withoutProcEverythingIsAsItIs() throws {
        let prefix = "exec \(FaultTests.withoutProc ?? "") \"$0\" \"$@\";"
        let inspect = try CommandRun(["inspect", training], shellPrefix: prefix)
        #expect(try inspect.status == 0 && inspect.output == CommandRun(["inspect", training]).output, "\(inspect.errors)")
        for ending in ["safetensors", "h5", "onnx", "pth"] {
            let run = try CommandRun(["export", training, "-o", "\(folder)/a.\(ending)"], shellPrefix: prefix)
            #expect(run.status == 0, "\(run.errors)")
            let again = try CommandRun(["export", training, "-o", "\(folder)/a.\(ending)", "--force"], shellPrefix: prefix)
            #expect(again.status == 0, "\(again.errors)")
            #expect(try CommandRun(["export", training, "-o", "\(folder)/b.\(ending)"]).status == 0)
            #expect(try Fixtures.bytes("\(folder)/a.\(ending)") == Fixtures.bytes("\(folder)/b.\(ending)"))
        }
        // On several threads, and for longer than the system's thread pool goes without reading /proc.
        let input = Fixtures.path("models/ir_small_input.npy")
        let run = try CommandRun(["run", network, "-i", input, "-o", "\(folder)/o.npy", "--threads", "3"], shellPrefix: prefix)
        #expect(run.status == 0, "\(run.errors)")
        #expect(names(folder).allSatisfy { !$0.hasSuffix(".part") }, "\(names(folder))")
    }

    /// SIGKILL at many points, for a format whose library needs a named file, and for one that does not.
    @Test("Killed runs leave nothing that the next run does not remove", arguments: ["h5", "pth"])
    func killedRunsLeaveNothingThatTheNextOneDoesNotRemove(_ ending: String) throws {
        let target = "\(folder)/out.\(ending)"
        for step in 0..<16 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: CommandRun.binary)
            process.arguments = ["export", training, "-o", target, "--force"]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(useconds_t(step * 4000))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let left = names(folder).filter { $0 != "out.\(ending)" }
            #expect(ending == "h5" || left.isEmpty, "without a name, nothing is left at all: \(left)")
        }
        let next = try CommandRun(["export", training, "-o", target, "--force"])
        #expect(next.status == 0 && names(folder) == ["out.\(ending)"], "\(next.errors) \(names(folder))")
    }

    @Test("Replacing a file keeps its mode") func replacingAFileKeepsItsMode() throws {
        let target = "\(folder)/out.pth"
        Fixtures.write([1], to: target)
        chmod(target, 0o600)
        #expect(try CommandRun(["slim", training, "-o", target, "--force"]).status == 0)
        var status = stat()
        #expect(stat(target, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("Too little memory gives one error and leaves nothing") func tooLittleMemoryIsOneErrorAndLeavesNothing() throws {
        // A list of four million lists, with a limit of 200 MB.
        let pickle: [UInt8] = [0x80, 2, 0x5D, 0x28] + [UInt8](repeating: 0x5D, count: 4_000_000) + [0x65, 0x2E]
        Fixtures.write(pickle, to: "\(folder)/lists.pkl")
        let run = try CommandRun(["inspect", "\(folder)/lists.pkl"], shellPrefix: "ulimit -v 200000;")
        #expect(run.status == 2 && run.errors.hasPrefix("convert: there is not enough memory"), "\(run.status) \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        Fixtures.write([UInt8](repeating: 1, count: 150_000_000), to: "\(folder)/large.pth")
        let mapped = try CommandRun(["inspect", "\(folder)/large.pth"], shellPrefix: "ulimit -v 150000;")
        #expect(
            mapped.status == 2 && mapped.errors.contains("large.pth: there is not enough memory for its 150.0 MB"), "\(mapped.errors)")
    }

    @Test("A fault removes temporary files and ends with its signal") func aFaultRemovesTemporaryFilesAndEndsByItsSignal() async throws {
        for signal in [SIGILL, SIGABRT, SIGSEGV] {
            let result = await #expect(processExitsWith: .signal(signal), observing: [\.standardErrorContent]) {
                [signal = signal as Int32] in
                Interruption.install()
                let path = "/tmp/convert-test-fault-\(getpid())"
                mkdir(path, 0o755)
                let output = try OutputFile(target: path + "/out", replacing: false, inputs: [])
                try output.takeName()
                FileHandle.standardError.write(Data("\(path)\n".utf8))
                kill(getpid(), signal)
                sleep(5)
            }
            let lines = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(lines.count == 2 && lines[1].contains("(signal \(signal)); nothing was left behind"), "\(lines)")
            #expect(names(lines.first ?? "").isEmpty)
            rmdir(lines.first ?? "")
        }
    }

    @Test("A folder that cannot be synced is an error") func aFolderThatCannotBeSyncedIsAnError() throws {
        let log = "\(folder)/calls"
        mkdir("\(folder)/kept", 0o755)
        let strace =
            "command -v strace >/dev/null || exit 77; exec strace -f -o '\(log)' -P '\(folder)/kept' -e trace=fsync -e inject=fsync:error=EIO \"$0\" \"$@\";"
        let run = try CommandRun(["slim", training, "-o", "\(folder)/kept/out.pth"], shellPrefix: strace)
        let calls = (try? String(decoding: Fixtures.bytes(log), as: UTF8.self)) ?? ""
        guard run.status != 77, calls.contains("INJECTED") else { return }
        #expect(run.status == 2 && run.errors.contains("could not be synced"), "\(run.errors)")
        #expect(names("\(folder)/kept") == ["out.pth"], "the file is whole and in place")
    }

    @Test("A link leading out of the folder of crops is refused before the work starts")
    func aLinkOutOfTheFolderOfCropsIsRefusedBeforeTheWork() throws {
        for path in ["people", "people/Ada", "out", "elsewhere"] { mkdir("\(folder)/\(path)", 0o755) }
        Fixtures.write(try Fixtures.bytes(Fixtures.path("images/source.png")), to: "\(folder)/people/Ada/a.png")
        symlink("../elsewhere", "\(folder)/out/Ada")
        let run = try CommandRun(["align", "\(folder)/people", "-o", "\(folder)/out", "--preprocess", "resize"])
        #expect(run.status == 2 && run.errors.contains("a link leads out of"), "\(run.errors)")
        #expect(names("\(folder)/elsewhere").isEmpty && names("\(folder)/out") == ["Ada"])
    }
}
