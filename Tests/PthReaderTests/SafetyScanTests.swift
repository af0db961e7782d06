import Files
import JSON
import PthReader
import TestSupport
import Testing

/// Files that would run code are named for what they are, and reading them does nothing.
@Suite struct SafetyScanTests {
    static let judged = Fixtures.names(in: "hostile").filter {
        ["dangerous", "unknown", "clean"].contains(Fixtures.manifest[$0]?["verdict"]?.string ?? "")
    }
    static let broken = Fixtures.names(in: "hostile").filter {
        $0.hasSuffix(".pkl") && Fixtures.manifest[$0]?["verdict"]?.string == "error"
    }

    @Test(arguments: judged) func theVerdictIsTheRecordedOne(_ name: String) throws {
        let scan = SafetyScan(try MappedFile(path: Fixtures.path(name)))
        let expected = try #require(Fixtures.manifest[name])
        #expect(scan.verdict.rawValue == expected["verdict"]?.string)
        #expect(scan.isCleared == (expected["verdict"]?.string == "clean"))
        if let global = expected["global"]?.string, !global.hasPrefix("extension") {
            #expect(scan.findings.contains { "\($0.module) \($0.name)" == global }, "\(global)")
        }
    }

    @Test(arguments: broken) func aScanThatCannotFinishIsNeverClean(_ name: String) throws {
        guard let file = try? MappedFile(path: Fixtures.path(name)) else { return }
        let scan = SafetyScan(file)
        #expect(!scan.isComplete)
        #expect(scan.verdict != .clean)
    }

    @Test(arguments: ["containers/zip.pth", "containers/legacy.pth", "containers/tar.pth", "training/small_epoch_003.pth"])
    func ordinaryCheckpointsAreCompleteAndClean(_ name: String) throws {
        let scan = SafetyScan(try MappedFile(path: Fixtures.path(name)))
        #expect(scan.isCleared, "\(scan.obstacles) \(scan.findings)")
    }
}
