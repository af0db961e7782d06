import Files
import PthReader
import TestSupport
import Testing

/// Archives in which two readers could see two things are refused, and never judged clean.
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

    @Test func anArchiveAloneIsReadAndClean() throws {
        for comment in [[], Array("a comment".utf8)] {
            let file = try file(ArchiveBytes.zip(ArchivePolyglotTests.harmless, comment: comment))
            _ = try Checkpoint(file)
            let scan = SafetyScan(file)
            #expect(scan.isCleared, "\(scan.obstacles)")
        }
    }

    @Test func anArchiveInTheCommentOfAnotherIsRefused() throws {
        let first = ArchiveBytes.zip(ArchivePolyglotTests.harmless)
        for base in [0, first.count] {
            let second = ArchiveBytes.zip(ArchivePolyglotTests.dangerous, base: base)
            try expectAmbiguous(ArchiveBytes.zip(ArchivePolyglotTests.harmless, comment: second), "base \(base)")
            // The second's comment length is wrong, which miniz does not look at.
            let wrong = Array(second.dropLast(2)) + [7, 0]
            try expectAmbiguous(ArchiveBytes.zip(ArchivePolyglotTests.harmless, comment: wrong), "base \(base), wrong length")
        }
        try expectAmbiguous(ArchiveBytes.zip(ArchivePolyglotTests.harmless, comment: [0x50, 0x4B, 5, 6]), "a bare signature")
    }

    @Test func anArchiveBehindAnotherIsRefused() throws {
        let first = ArchiveBytes.zip(ArchivePolyglotTests.dangerous)
        for base in [0, first.count] {
            try expectAmbiguous(first + ArchiveBytes.zip(ArchivePolyglotTests.harmless, base: base), "base \(base)")
        }
    }

    @Test func anArchiveFarBeforeTheDirectoryIsNotClean() throws {
        let hidden = ArchiveBytes.zip(ArchivePolyglotTests.dangerous) + [UInt8](repeating: 0, count: 70_000)
        let file = try file(hidden + ArchiveBytes.zip(ArchivePolyglotTests.harmless, base: hidden.count))
        let scan = SafetyScan(file)
        #expect(!scan.isCleared && scan.obstacles.contains { $0.contains("does not name") }, "\(scan.obstacles)")
    }

    @Test func aDirectoryThatCountsFewerEntriesThanItHoldsIsRefused() throws {
        var bytes = ArchiveBytes.zip(ArchivePolyglotTests.harmless)
        bytes[bytes.count - 12] = 1
        bytes[bytes.count - 14] = 1
        try expectAmbiguous(bytes, "one of two entries counted")
    }

    @Test func anEntryWithTwoNamesIsRefused() throws {
        var bytes = ArchiveBytes.zip(ArchivePolyglotTests.harmless)
        bytes[30] = UInt8(ascii: "A")
        try expectAmbiguous(bytes, "Archive and archive")
    }

    @Test func entriesThatDifferInCaseAloneAreRefusedAndCapitalsHideNoPickle() throws {
        let two = try file(ArchiveBytes.zip(ArchivePolyglotTests.harmless + [("archive/DATA.PKL", PickleBytes.emptyDictionary)]))
        #expect(throws: ZipError.duplicateEntry(file: two.path, entry: "archive/DATA.PKL")) { try Checkpoint(two) }
        #expect(!SafetyScan(two).isCleared)
        // Protocol 0 has no first byte that gives it away.
        let shouted = try file(ArchiveBytes.zip([("archive/DATA.PKL", PickleBytes.call("os", "system", "true") + [0x2E])]))
        #expect(SafetyScan(shouted).verdict == .dangerous)
    }

    @Test(arguments: ["containers/legacy.pth", "containers/bare_pickle.pkl", "containers/tar.pth"])
    func anArchiveBehindAnotherContainerIsNotClean(_ name: String) throws {
        let bytes = try Fixtures.bytes(Fixtures.path(name))
        for base in [0, bytes.count] {
            let scan = SafetyScan(try file(bytes + ArchiveBytes.zip(ArchivePolyglotTests.harmless, base: base)))
            #expect(!scan.isCleared && scan.obstacles.contains { $0.contains("a zip archive ends it") }, "\(scan.obstacles)")
        }
    }

    @Test func anAmbiguousArchiveInsideAnotherIsNotClean() throws {
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

    @Test func anArchiveThatIsATarTooIsNotClean() throws {
        let name = String(repeating: "n", count: 600)
        var bytes = ArchiveBytes.zip([(name, []), ("archive/data.pkl", PickleBytes.emptyDictionary)])
        #expect(SafetyScan(try file(bytes)).isCleared)
        bytes.replaceSubrange(257..<262, with: Array("ustar".utf8))
        #expect(!SafetyScan(try file(bytes)).isCleared)
    }
}

/// The first container of torch, whose readers also disagree.
@Suite struct TarPolyglotTests {
    static let members: [ArchiveBytes.TarMember] = [
        ("storages", PickleBytes.whole([0x4B, 0]) + PickleBytes.whole([0x5D]), "0"), ("tensors", PickleBytes.whole([0x4B, 0]), "0"),
        ("pickle", PickleBytes.emptyDictionary, "0"),
    ]

    private func file(_ bytes: [UInt8]) throws -> MappedFile {
        let path = "\(Fixtures.temporaryFolder())/file.tar"
        Fixtures.write(bytes, to: path)
        return try MappedFile(path: path)
    }

    @Test func anOrdinaryTarIsReadAndClean() throws {
        let file = try file(ArchiveBytes.tar(TarPolyglotTests.members))
        #expect(try Checkpoint(file).container == .tar)
        let scan = SafetyScan(file)
        #expect(scan.isCleared, "\(scan.obstacles)")
    }

    /// Python's tarfile reads kinds that it does not know as plain files, so such a member could replace an earlier one.
    @Test(arguments: ["7", "1", "2", "L", "K", "g", "S", "Z"] as [Character]) func aMemberOfAnUnusualKindIsRefused(_ kind: Character) throws
    {
        let file = try file(ArchiveBytes.tar(TarPolyglotTests.members + [("pickle", PickleBytes.dangerous, kind)]))
        #expect(throws: PthError.self) { try Checkpoint(file) }
        #expect(!SafetyScan(file).isCleared)
    }

    @Test func twoMembersOfOneNameAreRefused() throws {
        let file = try file(ArchiveBytes.tar(TarPolyglotTests.members + [("pickle", PickleBytes.dangerous, "0")]))
        #expect(throws: PthError.self) { try Checkpoint(file) }
        #expect(!SafetyScan(file).isCleared)
    }

    @Test func aTarWhoseFirstNameIsAPickleIsDangerous() throws {
        let name = String(decoding: PickleBytes.global("os", "system") + Array("S'true'\n\u{85}R.".utf8), as: UTF8.self)
        let hidden: ArchiveBytes.TarMember = (name, [], "0")
        let file = try file(ArchiveBytes.tar([hidden] + TarPolyglotTests.members))
        #expect(ContainerKind.recognize(file.bytes) == .tar)
        #expect(SafetyScan(file).verdict == .dangerous)
    }

    @Test func aPickleThatTarfileWouldOpenIsNotClean() throws {
        // A text of 512 bytes whose sum stands where a tar's stands, and no "ustar": the oldest tars have none.
        let head = PickleBytes.whole(PickleBytes.text("x"))
        let header = ArchiveBytes.withChecksum(head + [UInt8](repeating: 0, count: 512 - head.count))
        let file = try file(header + [UInt8](repeating: 0, count: 1024))
        #expect(ContainerKind.recognize(file.bytes) == .tar)
        #expect(!SafetyScan(file).isCleared)
    }
}
