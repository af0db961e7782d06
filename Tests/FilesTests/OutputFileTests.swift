import ConvertFiles
import Foundation
import TestSupport
import Testing

@Suite struct OutputFileTests {
    let folder = Fixtures.temporaryFolder()

    private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    @Test("An output appears only on commit, and then it is whole")
    func nothingIsThereBeforeCommitAndTheWholeAfter() throws {
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

    @Test("An abandoned output leaves the old file as it was")
    func abandoningLeavesTheOldFile() throws {
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

    @Test("Existing files, inputs, folders and missing folders are refused as outputs")
    func whatMayNotBeWrittenIsRefused() throws {
        let path = "\(folder)/existing"
        Fixtures.write([7], to: path)
        let identity = try #require(FileIdentity(path: path))
        #expect(throws: FileError.outputExists(path: path)) { try OutputFile(target: path, replacing: false, inputs: []) }
        #expect(throws: FileError.outputIsInput(path: path)) { try OutputFile(target: path, replacing: true, inputs: [identity]) }
        let orphan = "\(folder)/none/out"
        #expect(throws: FileError.outputFolderMissing(path: orphan, folder: "\(folder)/none")) {
            try OutputFile(target: orphan, replacing: true, inputs: [])
        }
        #expect(throws: FileError.directory(path: folder)) { try OutputFile(target: folder, replacing: true, inputs: []) }
    }

    @Test("A file that appears before the commit is not replaced")
    func aFileThatAppearsMeanwhileIsNotReplaced() throws {
        let path = "\(folder)/racing"
        let output = try OutputFile(target: path, replacing: false, inputs: [])
        try output.write([1])
        Fixtures.write([7], to: path)
        #expect(throws: FileError.outputExists(path: path)) { try output.commit() }
        #expect(try Fixtures.bytes(path) == [7])
    }
}
