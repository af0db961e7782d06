import ConvertFiles
import Pickle
import PthReader
import TestSupport
import Testing

/// What a pickle leaves to the loading program, and loaders that it passes on: never clean, because nothing in the file says what they
/// do.
@Suite struct LoaderSuppliedTests {
    private func file(_ opcodes: [UInt8]) throws -> MappedFile {
        let path = "\(Fixtures.temporaryFolder())/file.pkl"
        Fixtures.write(PickleBytes.whole(opcodes), to: path)
        return try MappedFile(path: path)
    }

    @Test("A persistent id of protocol 0 is never clean")
    func aPersistentIdOfProtocol0IsNeverClean() throws {
        let file = try file(Array("Pstorage\n".utf8))
        let scan = SafetyScan(file)
        #expect(scan.verdict == .unknown && !scan.isCleared)
        #expect(scan.findings.contains { $0.opcode == "PERSID" && $0.offset == 2 })
        let detail = "a plain pickle has no storages (storage was requested)"
        #expect(throws: PthError.malformedCall(file: file.path, call: "persistent id", detail: detail)) { try Checkpoint(file) }
    }

    @Test("A persistent id outside torch's containers is never clean")
    func aPersistentIdThatNoContainerDefinesIsNeverClean() throws {
        let file = try file(PickleBytes.text("id") + [0x51])
        let scan = SafetyScan(file)
        #expect(scan.verdict == .unknown)
        #expect(scan.findings.map(\.opcode) == ["BINPERSID"])
        let detail = "a plain pickle has no storages (id was requested)"
        #expect(throws: PthError.malformedCall(file: file.path, call: "persistent id", detail: detail)) { try Checkpoint(file) }
    }

    @Test(
        "An extension code is an inert value and never clean",
        arguments: [("EXT1", [0x82, 5], "5"), ("EXT2", [0x83, 5, 1], "261"), ("EXT4", [0x84, 5, 0, 1, 0], "65541")]
            as [(
                String, [UInt8], String
            )])
    func anExtensionCodeIsAnInertValueAndNeverClean(_ opcode: String, _ bytes: [UInt8], _ code: String) throws {
        let file = try file(bytes)
        let scan = SafetyScan(file)
        #expect(scan.verdict == .unknown)
        #expect(scan.findings.map(\.opcode) == [opcode] && scan.findings.map(\.name) == [code])
        guard case .placeholder(let object) = try Checkpoint(file).root else {
            Issue.record("no placeholder")
            return
        }
        #expect(object.className == "copyreg extension \(code)")
    }

    @Test(
        "A buffer outside the pickle is an inert value and never clean",
        arguments: [
            ("NEXT_BUFFER", [0x97]), ("READONLY_BUFFER", [0x43, 1, 7, 0x98]), ("NEXT_BUFFER", [0x97, 0x98]),
            ("NEXT_BUFFER", [0x97, 0x30, 0x4E]),
        ] as [(String, [UInt8])])
    func aBufferOutsideThePickleIsAnInertValueAndNeverClean(_ opcode: String, _ bytes: [UInt8]) throws {
        let file = try file(bytes)
        let scan = SafetyScan(file)
        #expect(scan.verdict == .unknown)
        #expect(scan.findings.first?.opcode == opcode)
        _ = try Checkpoint(file)
    }

    static let loaders = [("torch", "load"), ("pickle", "loads"), ("torch.storage", "_load_from_bytes"), ("numpy", "load")]

    /// `callable(loader, "x")` with callables that would not be dangerous by themselves.
    @Test(
        "A loader passed on as an argument is dangerous", arguments: loaders,
        [("functools", "partial"), ("builtins", "map"), ("collections", "defaultdict"), ("some", "thing")])
    func aLoaderHandedOnAsAnArgumentIsDangerous(_ loader: (String, String), _ callable: (String, String)) throws {
        let arguments = PickleBytes.global(loader.0, loader.1) + PickleBytes.text("x") + [0x86]
        let scan = SafetyScan(try file(PickleBytes.global(callable.0, callable.1) + arguments + [0x52]))
        #expect(scan.verdict == .dangerous)
    }

    @Test("A harmless class passed on as an argument is clean")
    func aHarmlessClassHandedOnIsClean() throws {
        let arguments = PickleBytes.global("builtins", "list") + [0x85]
        let scan = SafetyScan(try file(PickleBytes.global("collections", "defaultdict") + arguments + [0x52]))
        #expect(scan.isCleared, "\(scan.findings)")
    }

    @Test("60,000 nested tuples that are discarded do not overflow the stack")
    func sixtyThousandNestedTuplesThatAreThrownAwayDoNotOverflowTheStack() throws {
        let file = try file([0x29] + [UInt8](repeating: 0x85, count: 60_000) + [0x30, 0x4B, 7])
        #expect(throws: PickleError.tooDeep(file: file.path, limit: 256)) { try Checkpoint(file) }
        let scan = SafetyScan(file)
        #expect(!scan.isComplete && scan.verdict != .clean)
    }

    @Test("A time zone of Int.min days does not trap")
    func aTimeZoneOfTheSmallestNumberOfDaysIsNoTrap() throws {
        let days: [UInt8] = [0x8A, 8, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x4B, 0, 0x4B, 0, 0x87, 0x52]
        let duration = PickleBytes.global("datetime", "timedelta") + days
        guard case .date(let text) = try Checkpoint(try file(duration)).root else {
            Issue.record("no duration")
            return
        }
        #expect(text == "P-9223372036854775808DT0S")
        let zone = try Checkpoint(try file(PickleBytes.global("datetime", "timezone") + duration + [0x85, 0x52])).root
        guard case .placeholder(let object) = zone else {
            Issue.record("no placeholder")
            return
        }
        #expect(object.className == "datetime.timezone")
    }
}
