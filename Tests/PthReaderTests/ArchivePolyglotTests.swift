import ConvertFiles
import PthReader
import TestSupport
import Testing

/// Archives in which two readers could see different contents are refused, and never clean.
@Suite struct ArchivePolyglotTests {
    static let dangerous: [(name: String, contents: [UInt8])] = [("archive/data.pkl", PickleBytes.dangerous)]
    static let harmless: [(name: String, contents: [UInt8])] = [
        ("archive/data.pkl", PickleBytes.emptyDictionary), ("archive/version", Array("3\n".utf8)),
    ]

    private func file(_ bytes: [UInt8]) throws -> MappedFile {
        let path = "\(Fixtures.temporaryFolder())/file.pth"
        Fixtures.write(bytes, to: path)
        return try MappedFile(path: path)
    }

    private func expectAmbiguous(_ bytes: [UInt8], _ what: Comment) throws {
        let file = try file(bytes)
        let error = #expect(throws: ZipError.self, what) { try Checkpoint(file) }
        if case .ambiguousDirectory? = error {} else { Issue.record("\(String(describing: error))") }
        #expect(!SafetyScan(file).isCleared, what)
    }

    @Test("An ordinary archive, with or without a comment, is read and clean")
    func anArchiveAloneIsReadAndClean() throws {
        for comment in [[], Array("a comment".utf8)] {
            let file = try file(ArchiveBytes.zip(ArchivePolyglotTests.harmless, comment: comment))
            _ = try Checkpoint(file)
            let scan = SafetyScan(file)
            #expect(scan.isCleared, "\(scan.obstacles)")
        }
    }

    @Test("An archive in the comment of another is refused")
    func anArchiveInTheCommentOfAnotherIsRefused() throws {
        let first = ArchiveBytes.zip(ArchivePolyglotTests.harmless)
        for base in [0, first.count] {
            let second = ArchiveBytes.zip(ArchivePolyglotTests.dangerous, base: base)
            try expectAmbiguous(ArchiveBytes.zip(ArchivePolyglotTests.harmless, comment: second), "base \(base)")
            // The second archive has a wrong comment length, which miniz ignores.
            let wrong = Array(second.dropLast(2)) + [7, 0]
            try expectAmbiguous(ArchiveBytes.zip(ArchivePolyglotTests.harmless, comment: wrong), "base \(base), wrong length")
        }
        try expectAmbiguous(ArchiveBytes.zip(ArchivePolyglotTests.harmless, comment: [0x50, 0x4B, 5, 6]), "a bare signature")
    }

    @Test("An archive after another is refused")
    func anArchiveBehindAnotherIsRefused() throws {
        let first = ArchiveBytes.zip(ArchivePolyglotTests.dangerous)
        for base in [0, first.count] {
            try expectAmbiguous(first + ArchiveBytes.zip(ArchivePolyglotTests.harmless, base: base), "base \(base)")
        }
    }

    @Test("An archive far before the directory is not clean")
    func anArchiveFarBeforeTheDirectoryIsNotClean() throws {
        let hidden = ArchiveBytes.zip(ArchivePolyglotTests.dangerous) + [UInt8](repeating: 0, count: 70_000)
        let file = try file(hidden + ArchiveBytes.zip(ArchivePolyglotTests.harmless, base: hidden.count))
        let scan = SafetyScan(file)
        #expect(!scan.isCleared && scan.obstacles.contains { $0.contains("does not name") }, "\(scan.obstacles)")
    }

    @Test("A directory that counts fewer entries than it holds is refused")
    func aDirectoryThatCountsFewerEntriesThanItHoldsIsRefused() throws {
        var bytes = ArchiveBytes.zip(ArchivePolyglotTests.harmless)
        bytes[bytes.count - 12] = 1
        bytes[bytes.count - 14] = 1
        try expectAmbiguous(bytes, "one of two entries counted")
    }

    @Test("An entry with different names in its two headers is refused")
    func anEntryWithTwoNamesIsRefused() throws {
        var bytes = ArchiveBytes.zip(ArchivePolyglotTests.harmless)
        bytes[30] = UInt8(ascii: "A")
        try expectAmbiguous(bytes, "Archive and archive")
    }

    @Test("Names that differ only in case are refused, and capitals do not hide a pickle")
    func entriesThatDifferInCaseAloneAreRefusedAndCapitalsHideNoPickle() throws {
        let two = try file(ArchiveBytes.zip(ArchivePolyglotTests.harmless + [("archive/DATA.PKL", PickleBytes.emptyDictionary)]))
        #expect(throws: ZipError.duplicateEntry(file: two.path, entry: "archive/DATA.PKL")) { try Checkpoint(two) }
        #expect(!SafetyScan(two).isCleared)
        // In protocol 0 no first byte identifies a pickle.
        let shouted = try file(ArchiveBytes.zip([("archive/DATA.PKL", PickleBytes.call("os", "system", "true") + [0x2E])]))
        #expect(SafetyScan(shouted).verdict == .dangerous)
    }

    @Test(
        "An archive after another container is not clean",
        arguments: ["containers/legacy.pth", "containers/bare_pickle.pkl", "containers/tar.pth"])
    func anArchiveBehindAnotherContainerIsNotClean(_ name: String) throws {
        let bytes = try Fixtures.bytes(Fixtures.path(name))
        for base in [0, bytes.count] {
            let scan = SafetyScan(try file(bytes + ArchiveBytes.zip(ArchivePolyglotTests.harmless, base: base)))
            #expect(!scan.isCleared && scan.obstacles.contains { $0.contains("a zip archive ends it") }, "\(scan.obstacles)")
        }
    }

    @Test("An ambiguous archive inside another is not clean")
    func anAmbiguousArchiveInsideAnotherIsNotClean() throws {
        let inner = ArchiveBytes.zip(ArchivePolyglotTests.harmless, comment: ArchiveBytes.zip(ArchivePolyglotTests.dangerous))
        let hidden = PickleBytes.emptyDictionary + ArchiveBytes.zip(ArchivePolyglotTests.dangerous)
        for contents in [inner, hidden] {
            let scan = SafetyScan(try file(ArchiveBytes.zip(ArchivePolyglotTests.harmless + [("archive/inner.pth", contents)])))
            #expect(!scan.isCleared)
        }
        let plain = ArchiveBytes.zip(ArchivePolyglotTests.harmless)
        let nested = SafetyScan(try file(ArchiveBytes.zip(ArchivePolyglotTests.harmless + [("archive/inner.pth", plain)])))
        #expect(nested.isCleared, "\(nested.obstacles)")
    }

    @Test("A zip archive that is also a tar is not clean")
    func anArchiveThatIsATarTooIsNotClean() throws {
        let name = String(repeating: "n", count: 600)
        var bytes = ArchiveBytes.zip([(name, []), ("archive/data.pkl", PickleBytes.emptyDictionary)])
        #expect(SafetyScan(try file(bytes)).isCleared)
        bytes.replaceSubrange(257..<262, with: Array("ustar".utf8))
        #expect(!SafetyScan(try file(bytes)).isCleared)
    }
}
