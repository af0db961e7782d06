import ConvertFiles
import PthReader
import TestSupport
import Testing

/// Bytes after the end of a zip archive: torch and Python ignore them, so the archive is read; what could be another archive is refused.
@Suite struct ZipTailTests {
    private let whole: [UInt8] = ArchiveBytes.zip([
        ("archive/data.pkl", PickleBytes.emptyDictionary), ("archive/version", Array("3\n".utf8)),
    ])

    private func file(_ bytes: [UInt8]) throws -> MappedFile {
        let path = "\(Fixtures.temporaryFolder())/file.pth"
        Fixtures.write(bytes, to: path)
        return try MappedFile(path: path)
    }

    @Test(
        "Line ends and zeros after the archive are reported, and the file is read and clean",
        arguments: [[0x0A], [0x0D, 0x0A], [UInt8](repeating: 0, count: 512), [UInt8](repeating: 0, count: 65_535)])
    func lineEndsAndZerosAreReportedAndTheFileIsReadAndClean(_ tail: [UInt8]) throws {
        let file = try file(whole + tail)
        let checkpoint = try Checkpoint(file)
        #expect(checkpoint.facts.contains { $0.name == "warning" && $0.text.contains("\(tail.count) bytes stand after") })
        let scan = SafetyScan(file)
        #expect(scan.isCleared, "\(scan.obstacles)")
    }

    @Test("Other bytes after the archive are ignored, but the scan is not complete")
    func otherBytesAreReadOverButTheScanIsNotComplete() throws {
        let file = try file(whole + Array("signature: 1234".utf8))
        _ = try Checkpoint(file)
        #expect(!SafetyScan(file).isCleared)
    }

    @Test("A tail too long for readers to find the directory is refused, as torch refuses it")
    func aTailPastTheReachOfReadersIsRefusedAsTorchRefusesIt() throws {
        let file = try file(whole + [UInt8](repeating: 0, count: 65_536))
        #expect(throws: ZipError.noDirectory(file: file.path, size: file.bytes.count)) { try Checkpoint(file) }
    }

    @Test("A truncated archive is still reported as truncated")
    func aCutArchiveIsStillCutShort() throws {
        for missing in [1, 10, 22, 60] {
            let file = try file(Array(whole.dropLast(missing)))
            let error = #expect(throws: ZipError.self) { try Checkpoint(file) }
            #expect(error.map { "\($0)" }?.contains("cut short") == true, "\(missing)")
        }
    }

    @Test("An archive in the tail is never clean")
    func anArchiveInTheTailIsNeverClean() throws {
        let hidden = ArchiveBytes.zip([("x/data.pkl", PickleBytes.dangerous)])
        for tail in [hidden, hidden + [0x0A], Array(hidden.dropLast(22)), ArchiveBytes.zip([("x", [1])], base: whole.count)] {
            let scan = SafetyScan(try file(whole + tail))
            #expect(!scan.isCleared && scan.verdict != .clean || !scan.isComplete)
            #expect(!scan.isCleared)
        }
    }
}
