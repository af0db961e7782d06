import Files
import PthReader
import TestSupport
import Testing

/// A file cut at any byte is an error, never a trap and never a success with fewer bytes.
@Suite struct CutFilesTests {
    @Test(arguments: ["containers/zip.pth", "containers/legacy.pth", "containers/bare_pickle.pkl"])
    func everyPrefixIsRefused(_ name: String) throws {
        let bytes = try Fixtures.bytes(Fixtures.path(name))
        let folder = Fixtures.temporaryFolder()
        let path = "\(folder)/cut.pth"
        for length in stride(from: 1, to: bytes.count, by: 7) {
            Fixtures.write(Array(bytes[..<length]), to: path)
            #expect(throws: (any Error).self, "\(length) bytes") { try Checkpoint(try MappedFile(path: path)) }
        }
    }

    @Test(arguments: ["containers/zip.pth", "containers/legacy.pth", "metadata/everything.pth"])
    func noChangedByteTraps(_ name: String) throws {
        let bytes = try Fixtures.bytes(Fixtures.path(name))
        let folder = Fixtures.temporaryFolder()
        let path = "\(folder)/changed.pth"
        for place in stride(from: 0, to: bytes.count, by: 5) {
            var changed = bytes
            changed[place] ^= UInt8(truncatingIfNeeded: 1 << (place % 8))
            Fixtures.write(changed, to: path)
            // Either it is read or it is refused; what matters is that it returns.
            _ = try? Checkpoint(try MappedFile(path: path))
        }
    }
}
