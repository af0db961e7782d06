import ConvertFiles
import PthReader
import TestSupport
import Testing

/// A truncated file is always an error, never a trap and never a success with fewer bytes.
@Suite struct CutFilesTests {
    @Test(
        "Every prefix of a checkpoint is an error",
        arguments: ["containers/zip.pth", "containers/legacy.pth", "containers/bare_pickle.pkl"])
    func everyPrefixIsRefused(_ name: String) throws {
        let bytes = try Fixtures.bytes(Fixtures.path(name))
        let folder = Fixtures.temporaryFolder()
        let path = "\(folder)/cut.pth"
        for length in stride(from: 1, to: bytes.count, by: 7) {
            Fixtures.write(Array(bytes[..<length]), to: path)
            #expect(throws: (any Error).self, "\(length) bytes") { try Checkpoint(try MappedFile(path: path)) }
        }
    }

    @Test("No changed byte traps", arguments: ["containers/zip.pth", "containers/legacy.pth", "metadata/everything.pth"])
    func noChangedByteTraps(_ name: String) throws {
        let bytes = try Fixtures.bytes(Fixtures.path(name))
        let folder = Fixtures.temporaryFolder()
        let path = "\(folder)/changed.pth"
        for place in stride(from: 0, to: bytes.count, by: 5) {
            var changed = bytes
            changed[place] ^= UInt8(truncatingIfNeeded: 1 << (place % 8))
            Fixtures.write(changed, to: path)
            // It may be read or refused; all that matters is that it returns.
            _ = try? Checkpoint(try MappedFile(path: path))
        }
    }
}
