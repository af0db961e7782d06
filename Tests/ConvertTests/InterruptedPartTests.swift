import ConvertFaces
import ConvertFiles
import Foundation
import TestSupport
import Testing

/// Parts whose tasks are killed, and tasks that do the same part at the same time.
@Suite struct InterruptedPartTests {
    let folder = Fixtures.temporaryFolder()

    /// Pictures of noise, large enough that detection takes a while, and the arguments of the only part of them.
    private func work(_ count: Int) throws -> [String] {
        let root = "\(folder)/noise"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        var seed: UInt32 = 1
        for index in 0..<count {
            let pixels = (0..<200 * 200 * 3).map { _ -> UInt8 in
                seed = seed &* 1_664_525 &+ 1_013_904_223
                return UInt8(seed >> 24)
            }
            Fixtures.write(try DecodedImage(width: 200, height: 200, pixels: pixels, name: "noise").png(), to: "\(root)/\(index).png")
        }
        #expect(try CommandRun(["manifest", root, "-o", "\(folder)/m.txt"]).status == 0)
        return ["align", root, "--manifest", "\(folder)/m.txt", "--shard", "0/1", "--threads", "1", "--parts"]
    }

    private func started(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandRun.binary)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Small files with what is done of a part.
    private func kept(_ parts: String) -> Int {
        let begun = ((try? FileManager.default.contentsOfDirectory(atPath: parts)) ?? []).filter { $0.hasSuffix(".progress") }
        return begun.reduce(0) { $0 + ((try? FolderListing.names(in: "\(parts)/\($1)")) ?? []).filter { $0.hasSuffix(".records") }.count }
    }

    @Test("A part that is killed goes on with what it had done, and comes out the same", arguments: [SIGKILL, SIGTERM])
    func killedParts(_ signal: Int32) throws {
        let arguments = try work(120)
        let parts = "\(folder)/parts"
        let process = try started(arguments + [parts])
        let limit = ContinuousClock.now + .seconds(60)
        while kept(parts) == 0, process.isRunning, ContinuousClock.now < limit { usleep(500) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
        #expect(kept(parts) > 0 && FileIdentity(path: "\(parts)/part-000000-of-000001.json") == nil)
        let merge = try CommandRun(["merge", parts, "-o", "\(folder)/merged"])
        #expect(merge.status == 1 && merge.output == "--array=0\n", "\(merge.output)\(merge.errors)")

        // A small file that is damaged is made again, and so are those after it.
        let next = try CommandRun(arguments + [parts])
        #expect(next.status == 0 && next.output.contains("of them were done before"), "\(next.output)\(next.errors)")
        #expect(try CommandRun(arguments + ["\(folder)/whole"]).status == 0)
        for ending in ["data", "json"] {
            let name = "part-000000-of-000001.\(ending)"
            #expect(try Fixtures.bytes("\(parts)/\(name)") == Fixtures.bytes("\(folder)/whole/\(name)"))
        }
        #expect(try FolderListing.names(in: parts).count == 2)
    }

    @Test("Two tasks of one part at the same time both succeed") func twoTasks() throws {
        let arguments = try work(70)
        let tasks = try (0..<2).map { _ in try started(arguments + ["\(folder)/parts"]) }
        for task in tasks {
            task.waitUntilExit()
            #expect(task.terminationReason == .exit && task.terminationStatus == 0)
        }
        #expect(try FolderListing.names(in: "\(folder)/parts") == ["part-000000-of-000001.data", "part-000000-of-000001.json"])
        #expect(try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/merged"]).status == 0)
    }

    @Test("An alignment that is killed goes on with the same command, and its folder comes out the same")
    func killedAlignment() throws {
        let root = try work(120)[1]
        let (out, arguments) = ("\(folder)/out", ["align", root, "--threads", "1", "-o"])
        let process = try started(arguments + [out])
        let limit = ContinuousClock.now + .seconds(60)
        while kept(out) == 0, process.isRunning, ContinuousClock.now < limit { usleep(500) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(kept(out) > 0 && FileIdentity(path: "\(out)/faces.csv") == nil)
        // Other work is not mixed in, and a crop that went away is made again.
        let other = try CommandRun(["align", root, "--selection", "center", "-o", out])
        #expect(other.status == 2 && other.errors.contains("exists already"), "\(other.errors)")
        try FileManager.default.removeItem(atPath: "\(out)/0.png")
        #expect(try CommandRun(arguments + [out]).status == 0)
        let next = try CommandRun(arguments + ["\(folder)/whole"])
        #expect(next.status == 0 && !next.errors.contains("were done before"), "\(next.errors)")
        let names = try FolderListing.names(in: out)
        #expect(try names == FolderListing.names(in: "\(folder)/whole") && names.count == 122)
        for name in names { #expect(try Fixtures.bytes("\(out)/\(name)") == Fixtures.bytes("\(folder)/whole/\(name)"), "\(name)") }
    }

    @Test("Crops of other settings, and files that were changed, are not taken for those of an alignment that goes on")
    func mixedAlignments() throws {
        let root = try work(120)[1]
        let (out, arguments) = ("\(folder)/out", ["align", root, "--threads", "1", "-o"])
        func stop(_ options: [String], after files: Int) throws {
            let process = try started(arguments + [out] + options)
            let limit = ContinuousClock.now + .seconds(60)
            while kept(out) < files, process.isRunning, ContinuousClock.now < limit { usleep(500) }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal)
        }
        try stop([], after: 2)
        try stop(["--image-size", "96", "--force"], after: 3)
        Fixtures.write(Array("junk".utf8), to: "\(out)/100.png")
        #expect(try CommandRun(arguments + [out]).status == 0)
        #expect(try CommandRun(arguments + ["\(folder)/whole"]).status == 0)
        let names = try FolderListing.names(in: out)
        #expect(try names == FolderListing.names(in: "\(folder)/whole") && names.count == 122)
        for name in names { #expect(try Fixtures.bytes("\(out)/\(name)") == Fixtures.bytes("\(folder)/whole/\(name)"), "\(name)") }
    }

    @Test("A merge of crops that was killed goes on with the same command") func killedMerge() throws {
        let arguments = try work(120)
        #expect(try CommandRun(arguments + ["\(folder)/parts"]).status == 0)
        let process = try started(["merge", "\(folder)/parts", "-o", "\(folder)/merged"])
        let limit = ContinuousClock.now + .seconds(60)
        while FileIdentity(path: "\(folder)/merged/10.png") == nil, process.isRunning, ContinuousClock.now < limit { usleep(50) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && FileIdentity(path: "\(folder)/merged/0.png") != nil)
        #expect(try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/merged"]).status == 0)
        #expect(try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/whole"]).status == 0)
        let names = try FolderListing.names(in: "\(folder)/merged")
        #expect(try names == FolderListing.names(in: "\(folder)/whole") && names.count == 122)
        for name in names {
            #expect(try Fixtures.bytes("\(folder)/merged/\(name)") == Fixtures.bytes("\(folder)/whole/\(name)"), "\(name)")
        }
        // What is there without such an end stays.
        #expect(try CommandRun(["merge", "\(folder)/parts", "-o", "\(folder)/merged"]).status == 2)
    }

    @Test("A run that is killed goes on with the same command, and its file comes out the same") func killedRun() throws {
        let root = try work(120)[1]
        let arguments = [
            "run", Fixtures.path("models/ir_small.pth"), root, "--crop", "mtcnn", "--threads", "1", "-o",
        ]
        try FileManager.default.createDirectory(atPath: "\(folder)/out", withIntermediateDirectories: true)
        let process = try started(arguments + ["\(folder)/out/e.npz"])
        let limit = ContinuousClock.now + .seconds(60)
        while kept("\(folder)/out") == 0, process.isRunning, ContinuousClock.now < limit { usleep(500) }
        kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
        #expect(kept("\(folder)/out") > 0 && FileIdentity(path: "\(folder)/out/e.npz") == nil)
        let next = try CommandRun(arguments + ["\(folder)/out/e.npz"])
        #expect(next.status == 0 && next.errors.contains("pictures were done before"), "\(next.errors)")
        #expect(try CommandRun(arguments + ["\(folder)/whole.npz"]).status == 0)
        #expect(try Fixtures.bytes("\(folder)/out/e.npz") == Fixtures.bytes("\(folder)/whole.npz"))
        #expect(try FolderListing.names(in: "\(folder)/out") == ["e.npz"])
    }
}
