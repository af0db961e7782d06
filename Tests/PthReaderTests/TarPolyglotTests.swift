import ConvertFiles
import PthReader
import TestSupport
import Testing

/// torch's oldest container, about which readers also disagree.
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

    @Test("An ordinary tar is read and clean")
    func anOrdinaryTarIsReadAndClean() throws {
        let file = try file(ArchiveBytes.tar(TarPolyglotTests.members))
        #expect(try Checkpoint(file).container == .tar)
        let scan = SafetyScan(file)
        #expect(scan.isCleared, "\(scan.obstacles)")
    }

    /// Python's tarfile reads unknown kinds as plain files, so such a member could replace an earlier one.
    @Test("A tar member of an unusual kind is refused", arguments: ["7", "1", "2", "L", "K", "g", "S", "Z"] as [Character])
    func aMemberOfAnUnusualKindIsRefused(_ kind: Character) throws {
        let file = try file(ArchiveBytes.tar(TarPolyglotTests.members + [("pickle", PickleBytes.dangerous, kind)]))
        let error = #expect(throws: PthError.self) { try Checkpoint(file) }
        if case .malformedContainer? = error {} else { Issue.record("\(String(describing: error))") }
        #expect(!SafetyScan(file).isCleared)
    }

    @Test("Two tar members with the same name are refused")
    func twoMembersOfOneNameAreRefused() throws {
        let file = try file(ArchiveBytes.tar(TarPolyglotTests.members + [("pickle", PickleBytes.dangerous, "0")]))
        let error = #expect(throws: PthError.self) { try Checkpoint(file) }
        if case .malformedContainer? = error {} else { Issue.record("\(String(describing: error))") }
        #expect(!SafetyScan(file).isCleared)
    }

    @Test("A tar whose first name is a dangerous pickle is dangerous")
    func aTarWhoseFirstNameIsAPickleIsDangerous() throws {
        let name = String(decoding: PickleBytes.global("os", "system") + Array("S'true'\n\u{85}R.".utf8), as: UTF8.self)
        let hidden: ArchiveBytes.TarMember = (name, [], "0")
        let file = try file(ArchiveBytes.tar([hidden] + TarPolyglotTests.members))
        #expect(ContainerKind.recognize(file.bytes) == .tar)
        #expect(SafetyScan(file).verdict == .dangerous)
    }

    @Test("A pickle that tarfile would open is not clean")
    func aPickleThatTarfileWouldOpenIsNotClean() throws {
        // 512 bytes of text whose sum is where a tar has it, without "ustar": the oldest tars have none.
        let head = PickleBytes.whole(PickleBytes.text("x"))
        let header = ArchiveBytes.withChecksum(head + [UInt8](repeating: 0, count: 512 - head.count))
        let file = try file(header + [UInt8](repeating: 0, count: 1024))
        #expect(ContainerKind.recognize(file.bytes) == .tar)
        #expect(!SafetyScan(file).isCleared)
    }
}
