import ConvertFiles
import Glibc
import TestSupport
import Testing

@Suite struct MappedFileTests {
    let folder = Fixtures.temporaryFolder()

    @Test("Folders, pipes, missing files and empty files are refused by name")
    func whatIsNoRegularFileIsNamed() {
        let fifo = "\(folder)/fifo"
        mkfifo(fifo, 0o600)
        #expect(throws: FileError.directory(path: folder)) { try MappedFile(path: folder) }
        #expect(throws: FileError.notRegular(path: fifo)) { try MappedFile(path: fifo) }
        #expect(throws: FileError.missing(path: "\(folder)/none")) { try MappedFile(path: "\(folder)/none") }
        Fixtures.write([], to: "\(folder)/empty")
        #expect(throws: FileError.empty(path: "\(folder)/empty")) { try MappedFile(path: "\(folder)/empty") }
    }

    @Test("Reads past the end throw, with what was wanted and what is left")
    func readsPastTheEndThrow() throws {
        let view = ByteView(copying: [1, 2, 3, 4, 5], name: "v")
        #expect(try view.integer(at: 1, as: UInt32.self) == 0x0504_0302)
        func outOfBounds(_ offset: Int, _ count: Int, available: Int) -> FileError {
            .outOfBounds(what: "v", offset: offset, count: count, available: available)
        }
        #expect(throws: outOfBounds(2, 4, available: 3)) { try view.integer(at: 2, as: UInt32.self) }
        #expect(throws: outOfBounds(3, 3, available: 2)) { try view.window(at: 3, count: 3) }
        #expect(throws: outOfBounds(-1, 1, available: 5)) { try view.window(at: -1, count: 1) }
        #expect(throws: outOfBounds(1, .max, available: 4)) { try view.window(at: 1, count: Int.max) }
        #expect(try view.window(at: 1, count: 3).array == [2, 3, 4])
    }

    @Test("A file that changes while it is read is noticed")
    func aFileChangedWhileReadIsNoticed() throws {
        let path = "\(folder)/changing"
        Fixtures.write([1, 2, 3], to: path)
        let file = try MappedFile(path: path)
        try file.checkUnchanged()
        Fixtures.write([1, 2, 3, 4], to: path)
        #expect(throws: FileError.changedWhileRead(path: path)) { try file.checkUnchanged() }
    }

    @Test("CRC-32 is zlib's")
    func checksumsAreThoseOfZlib() {
        #expect(CRC32.checksum(of: ByteView(copying: Array("123456789".utf8), name: "v")) == 0xCBF4_3926)
        #expect(CRC32.checksum(of: ByteView(copying: [], name: "v")) == 0)
    }
}
