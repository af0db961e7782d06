import ConvertFiles
import Foundation
import TestSupport
import Testing

@Suite struct InterruptionTests {
    @Test("A file truncated while mapped ends the process with exit code 2 and the file's name")
    func aFileTruncatedWhileMappedEndsTheProcessWith2AndItsName() async throws {
        let result = await #expect(processExitsWith: .exitCode(2), observing: [\.standardErrorContent]) {
            Interruption.install()
            let path = "/tmp/convert-test-truncated-\(getpid())"
            Fixtures.write([UInt8](repeating: 1, count: 1 << 16), to: path)
            let file = try MappedFile(path: path)
            let output = try OutputFile(target: path + ".out", replacing: false, inputs: [])
            try output.write([1])
            try output.flush()
            truncate(path, 0)
            unlink(path)
            _ = try file.bytes.byte(at: 1 << 15)
        }
        let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(said.contains("convert-test-truncated") && said.contains("shorter while it was being read"))
        let left = ((try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []).filter { $0.hasPrefix(".convert-test-truncated") }
        #expect(left.isEmpty, "the temporary output is removed")
    }
}
