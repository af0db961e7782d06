import Files
import Foundation
import TestSupport
import Testing

@Suite struct MappedFileTests {
    let folder = Fixtures.temporaryFolder()

    @Test func whatIsNoRegularFileIsNamed() {
        let fifo = "\(folder)/fifo"
        mkfifo(fifo, 0o600)
        #expect(throws: FileError.directory(path: folder)) { try MappedFile(path: folder) }
        #expect(throws: FileError.notRegular(path: fifo)) { try MappedFile(path: fifo) }
        #expect(throws: FileError.missing(path: "\(folder)/none")) { try MappedFile(path: "\(folder)/none") }
        Fixtures.write([], to: "\(folder)/empty")
        #expect(throws: FileError.empty(path: "\(folder)/empty")) { try MappedFile(path: "\(folder)/empty") }
    }

    @Test func readsPastTheEndThrow() throws {
        let view = ByteView(copying: [1, 2, 3, 4, 5], name: "v")
        #expect(try view.integer(at: 1, as: UInt32.self) == 0x0504_0302)
        #expect(throws: FileError.self) { try view.integer(at: 2, as: UInt32.self) }
        #expect(throws: FileError.self) { try view.window(at: 3, count: 3) }
        #expect(throws: FileError.self) { try view.window(at: -1, count: 1) }
        #expect(throws: FileError.self) { try view.window(at: 1, count: Int.max) }
        #expect(try view.window(at: 1, count: 3).array == [2, 3, 4])
    }

    @Test func aFileChangedWhileReadIsNoticed() throws {
        let path = "\(folder)/changing"
        Fixtures.write([1, 2, 3], to: path)
        let file = try MappedFile(path: path)
        try file.checkUnchanged()
        Fixtures.write([1, 2, 3, 4], to: path)
        #expect(throws: FileError.changedWhileRead(path: path)) { try file.checkUnchanged() }
    }

    @Test func checksumsAreThoseOfZlib() {
        #expect(CRC32.checksum(of: ByteView(copying: Array("123456789".utf8), name: "v")) == 0xCBF4_3926)
        #expect(CRC32.checksum(of: ByteView(copying: [], name: "v")) == 0)
    }
}

@Suite struct OutputFileTests {
    let folder = Fixtures.temporaryFolder()

    private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    @Test func nothingIsThereBeforeCommitAndTheWholeAfter() throws {
        let path = "\(folder)/out"
        let output = try OutputFile(target: path, replacing: false, inputs: [])
        try output.write([1, 2, 3])
        output.seek(to: 1)
        try output.write([9])
        output.seek(to: 3)
        try output.write([4])
        try output.flush()
        #expect(!FileManager.default.fileExists(atPath: path))
        try output.commit()
        #expect(try Fixtures.bytes(path) == [1, 9, 3, 4])
        #expect(names == ["out"])
    }

    @Test func abandoningLeavesTheOldFile() throws {
        let path = "\(folder)/old"
        Fixtures.write([7], to: path)
        do {
            let output = try OutputFile(target: path, replacing: true, inputs: [])
            try output.write([1, 2, 3])
            try output.flush()
        }
        #expect(try Fixtures.bytes(path) == [7])
        #expect(names == ["old"])
    }

    @Test func whatMayNotBeWrittenIsRefused() throws {
        let path = "\(folder)/existing"
        Fixtures.write([7], to: path)
        let identity = try #require(FileIdentity(path: path))
        #expect(throws: FileError.outputExists(path: path)) { try OutputFile(target: path, replacing: false, inputs: []) }
        #expect(throws: FileError.outputIsInput(path: path)) { try OutputFile(target: path, replacing: true, inputs: [identity]) }
        #expect(throws: FileError.self) { try OutputFile(target: "\(folder)/none/out", replacing: true, inputs: []) }
        #expect(throws: FileError.directory(path: folder)) { try OutputFile(target: folder, replacing: true, inputs: []) }
    }

    @Test func aFileThatAppearsMeanwhileIsNotReplaced() throws {
        let path = "\(folder)/racing"
        let output = try OutputFile(target: path, replacing: false, inputs: [])
        try output.write([1])
        Fixtures.write([7], to: path)
        #expect(throws: FileError.outputExists(path: path)) { try output.commit() }
        #expect(try Fixtures.bytes(path) == [7])
    }
}

@Suite struct ZipArchiveTests {
    @Test func whatIsWrittenIsAlignedAndReadsBack() throws {
        let path = "\(Fixtures.temporaryFolder())/a.zip"
        let output = try OutputFile(target: path, replacing: false, inputs: [])
        let contents = (0..<5).map { size in [UInt8](repeating: UInt8(size + 1), count: size * 1000 + size) }
        try ZipArchiveWriter.write(
            contents.enumerated().map { .init(name: "root/data/\($0.offset)", contents: ByteView(copying: $0.element, name: "c")) },
            to: output)
        try output.commit()
        let archive = try ZipArchive(try MappedFile(path: path).bytes)
        #expect(archive.entries.count == 5)
        for (entry, expected) in zip(archive.entries, contents) {
            #expect(entry.dataOffset % 64 == 0)
            #expect(try archive.contents(of: entry).array == expected)
            try archive.verify(entry)
        }
    }
}

@Suite struct InterruptionTests {
    @Test func aFileTruncatedWhileMappedEndsTheProcessWith2AndItsName() async throws {
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
