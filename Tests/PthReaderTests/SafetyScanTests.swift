import ConvertFiles
import ConvertJSON
import PthReader
import TestSupport
import Testing

/// Files that would run code are reported by name, and reading them does nothing.
@Suite struct SafetyScanTests {
    static let judged = Fixtures.names(in: "hostile").filter {
        ["dangerous", "unknown", "clean"].contains(Fixtures.manifest[$0]?["verdict"]?.string ?? "")
    }
    static let broken = Fixtures.names(in: "hostile").filter {
        $0.hasSuffix(".pkl") && Fixtures.manifest[$0]?["verdict"]?.string == "error"
    }

    @Test("The verdict is the recorded one", arguments: judged)
    func theVerdictIsTheRecordedOne(_ name: String) throws {
        let scan = SafetyScan(try MappedFile(path: Fixtures.path(name)))
        let expected = try #require(Fixtures.manifest[name])
        #expect(scan.verdict.rawValue == expected["verdict"]?.string)
        #expect(scan.isCleared == (expected["verdict"]?.string == "clean"))
        if let global = expected["global"]?.string, !global.hasPrefix("extension") {
            #expect(scan.findings.contains { "\($0.module) \($0.name)" == global }, "\(global)")
        }
    }

    @Test("A scan that cannot finish is never clean", arguments: broken)
    func aScanThatCannotFinishIsNeverClean(_ name: String) throws {
        guard let file = try? MappedFile(path: Fixtures.path(name)) else { return }
        let scan = SafetyScan(file)
        #expect(!scan.isComplete)
        #expect(scan.verdict != .clean)
    }

    @Test(
        "Ordinary checkpoints are complete and clean",
        arguments: ["containers/zip.pth", "containers/legacy.pth", "containers/tar.pth", "training/small_epoch_003.pth"])
    func ordinaryCheckpointsAreCompleteAndClean(_ name: String) throws {
        let scan = SafetyScan(try MappedFile(path: Fixtures.path(name)))
        #expect(scan.isCleared, "\(scan.obstacles) \(scan.findings)")
    }

    @Test("A pickle between the storages of a tar is judged")
    func aPickleBetweenTheStoragesOfATarIsJudged() throws {
        // The number of storages, 0, after a call whose result is discarded.
        func hidden(_ value: [UInt8]) -> [UInt8] {
            [0x80, 2] + Array("cos\nsystem\n".utf8) + [0x58, 2, 0, 0, 0] + Array("id".utf8) + [0x85, 0x52, 0x30] + value + [0x2E]
        }
        let zero: [UInt8] = [0x4B, 0]
        let tar = ArchiveBytes.tar([
            ("storages", hidden(zero) + [0x80, 2, 0x5D, 0x2E], "0"), ("tensors", [0x80, 2] + zero + [0x2E], "0"),
            ("pickle", [0x80, 2, 0x7D, 0x2E], "0"),
        ])
        let path = "\(Fixtures.temporaryFolder())/hidden.tar"
        Fixtures.write(tar, to: path)
        let scan = SafetyScan(try MappedFile(path: path))
        #expect(scan.verdict == .dangerous, "\(scan.obstacles)")
    }
}
