import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import Glibc
import TestSupport
import Testing

/// Damaged and misleading flat files: each is refused with a typed error, by every reader, and none ends the process.
@Suite struct FlatDamageTests {
    let path = "\(Fixtures.temporaryFolder())/t.flat"

    /// Three tensors, the third an alias of the first; 12, 3 and 12 bytes of data.
    private func small() throws -> [UInt8] {
        let first = try FlatExport.tensor(.float32, [3])
        let weights = FlatExport.weights([("first", first), ("second", try FlatExport.tensor(.int8, [3], seed: 9)), ("third", first)])
        return try Fixtures.bytes(try FlatExport.write(.weights(weights)))
    }

    private func open(_ bytes: [UInt8]) throws -> OpenedFile {
        Fixtures.write(bytes, to: path)
        return try FormatRegistry.open(path)
    }

    private func number(_ bytes: [UInt8], at offset: Int) -> Int { (0..<8).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }

    /// Stores a number of `width` bytes.
    private func put(_ number: UInt64, width: Int, at offset: Int, in bytes: inout [UInt8]) {
        for place in 0..<width { bytes[offset + place] = UInt8(truncatingIfNeeded: number >> UInt64(8 * place)) }
    }

    /// Corrects the header's checksum, so that the checks after it are tested.
    private func seal(_ bytes: inout [UInt8]) {
        let length = number(bytes, at: 16)
        guard length >= 92, length <= bytes.count else { return }
        put(0, width: 4, at: 88, in: &bytes)
        let checksum = bytes[..<length].withUnsafeBytes { CRC32.update(0, with: $0) }
        put(UInt64(checksum), width: 4, at: 88, in: &bytes)
    }

    @Test("The checksum computed by these tests is the writer's own") func theSealOfTheseTestsIsTheWritersOwn() throws {
        let bytes = try small()
        var sealed = bytes
        seal(&sealed)
        #expect(sealed == bytes)
    }

    @Test("A flipped bit anywhere in the header is refused") func aFlippedBitAnywhereInTheHeaderIsRefused() throws {
        let bytes = try small()
        for offset in 0..<number(bytes, at: 16) {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[offset] ^= 1 << UInt8(bit)
                #expect(throws: (any Error).self, "byte \(offset), bit \(bit)") { try open(damaged) }
            }
        }
    }

    @Test("A flipped bit in the data is found and the tensor named") func aFlippedBitInTheDataIsFoundAndTheTensorNamed() throws {
        let bytes = try small()
        let start = number(bytes, at: 16)
        for offset in start..<bytes.count {
            var damaged = bytes
            damaged[offset] ^= 0x10
            if (start + 12..<start + 64).contains(offset) {
                let error = #expect(throws: FlatError.self) { try open(damaged) }
                #expect(error == .nonZeroPadding(file: path, offset: offset))
                continue
            }
            let opened = try open(damaged)
            let name = offset < start + 64 ? "first" : "second"
            let error = #expect(throws: TensorError.self) { try opened.weights?[name]?.storage.verify() }
            #expect(error?.description.contains("tensor \(name)") == true)
            let failed = opened.checksums.filter { check in (try? check.run()) == nil }
            #expect(failed.map(\.name) == (name == "first" ? ["first", "third"] : ["second"]))
        }
    }

    @Test("Every truncation is refused") func everyTruncationIsRefused() throws {
        let bytes = try small()
        for count in bytes.indices {
            #expect(throws: (any Error).self, "\(count) bytes") { try open(Array(bytes[..<count])) }
        }
    }

    @Test("Bytes after the end are refused") func bytesBehindTheEndAreRefused() throws {
        let bytes = try small()
        #expect(throws: FlatError.trailingBytes(file: path, offset: UInt64(bytes.count), count: 1)) { try open(bytes + [0]) }
        // Even if the file's length includes them.
        var longer = bytes + [0]
        put(UInt64(longer.count), width: 8, at: 24, in: &longer)
        seal(&longer)
        #expect(throws: FlatError.trailingBytes(file: path, offset: UInt64(bytes.count), count: 1)) { try open(longer) }
        try refusedByAll(longer, "trailing")
    }

    @Test("A different version is refused by number") func anotherVersionIsRefusedByNumber() throws {
        var bytes = try small()
        put(7, width: 4, at: 8, in: &bytes)
        seal(&bytes)
        let error = #expect(throws: FlatError.unknownVersion(file: path, found: 7, known: 1)) { try open(bytes) }
        #expect(error?.description.contains("version 7") == true && error?.description.contains("version 1") == true)
        // A file of a different version is refused as such whatever else it contains.
        #expect(throws: FlatError.unknownVersion(file: path, found: 7, known: 1)) { try open(Array(bytes[..<12])) }
    }

    /// Header fields with impossible values, and a correct checksum.
    @Test(
        "Impossible header fields are refused",
        arguments: [(12, 1), (16, 64), (24, 8), (32, 8), (40, 8), (48, 8), (56, 8), (64, 8), (72, 8), (80, 8), (92, 4), (120, 8)])
    func impossibleHeaderFieldsAreRefused(_ offset: Int, _ width: Int) throws {
        let bytes = try small()
        for value in [UInt64.max, UInt64(Int64.max), 1 << 40, 1 << 32, 99_999_999, 1, UInt64(number(bytes, at: offset)) &+ 64] {
            var changed = bytes
            put(value, width: min(width, 8), at: offset, in: &changed)
            guard changed != bytes else { continue }
            seal(&changed)
            #expect(throws: (any Error).self, "\(value) at \(offset)") { try open(changed) }
        }
    }

    @Test("A huge tensor count is refused before anything is allocated") func aHugeTensorCountIsRefusedBeforeAnythingIsAllocated() throws {
        var bytes = try small()
        put(1 << 56, width: 8, at: 56, in: &bytes)
        seal(&bytes)
        #expect(throws: FlatError.self) { try open(bytes) }
    }

    /// A change to one field of one entry (104 bytes each): the entry, the offset in it, the width, the change.
    private func entryChange(_ entry: Int, _ offset: Int, _ width: Int, _ value: (Int) -> UInt64) throws -> [UInt8] {
        var bytes = try small()
        let place = number(bytes, at: 48) + 104 * entry + offset
        put(value(number(bytes, at: 16)), width: width, at: place, in: &bytes)
        seal(&bytes)
        return bytes
    }

    /// The second tensor moved 64 bytes on, so that only zeros are left at its old offset.
    private func withHole() throws -> [UInt8] {
        var bytes = try small()
        let start = number(bytes, at: 16) + 64
        bytes.insert(contentsOf: repeatElement(0, count: 64), at: start)
        put(UInt64(start + 64), width: 8, at: number(bytes, at: 48) + 104 + 80, in: &bytes)
        put(UInt64(bytes.count), width: 8, at: 24, in: &bytes)
        seal(&bytes)
        return bytes
    }

    /// No reader may open these.
    private func refusedByAll(_ bytes: [UInt8], _ what: String) throws {
        #expect(throws: (any Error).self, "\(what)") { try open(bytes) }
        #expect(try ProgramRun(["python3", "Tests/flat_reader.py", path]).status == 1, "Python, \(what)")
        #expect(try ProgramRun([try ProgramRun.loader.get(), path]).status == 2, "C, \(what)")
    }

    @Test("Misleading entries are refused by every reader") func misleadingEntriesAreRefusedByEveryReader() throws {
        for (what, bytes) in [
            ("misaligned", try entryChange(1, 80, 8) { UInt64($0) + 65 }),
            ("overlap: the second begins where the first does", try entryChange(1, 80, 8) { UInt64($0) }),
            ("hole", try withHole()),
            ("in the header", try entryChange(1, 80, 8) { _ in 0 }),
            ("past the end", try entryChange(1, 80, 8) { _ in 1 << 62 }),
            ("past 64 bits", try entryChange(1, 80, 8) { _ in UInt64.max - 63 }),
            ("length past 64 bits", try entryChange(1, 88, 8) { _ in UInt64.max }),
            ("length of another shape", try entryChange(1, 88, 8) { _ in 2 }),
            ("shape past 64 bits", try entryChange(1, 16, 8) { _ in UInt64.max }),
            ("shape of another length", try entryChange(1, 16, 8) { _ in 4 }),
            ("empty, but placed", try entryChange(1, 16, 8) { _ in 0 }),
            ("rank 9", try entryChange(1, 12, 4) { _ in 9 }),
            ("size behind the rank", try entryChange(1, 24, 8) { _ in 1 }),
            ("dtype 0", try entryChange(1, 8, 4) { _ in 0 }),
            ("dtype 22", try entryChange(1, 8, 4) { _ in 22 }),
            ("name elsewhere", try entryChange(1, 0, 4) { _ in 0 }),
            ("name past the names", try entryChange(1, 4, 4) { _ in UInt64(UInt32.max) }),
            ("name too short", try entryChange(2, 4, 4) { _ in 4 }),
            ("reserved field", try entryChange(1, 100, 4) { _ in 1 }),
            ("an alias with another checksum", try entryChange(2, 96, 4) { _ in 1 }),
        ] { try refusedByAll(bytes, what) }
    }

    @Test("Common damage is reported by name") func theCommonOnesAreToldByName() throws {
        let start = number(try small(), at: 16)
        #expect(throws: FlatError.misaligned(file: path, name: "second", start: UInt64(start) + 65)) {
            try open(try entryChange(1, 80, 8) { UInt64($0) + 65 })
        }
        #expect(throws: FlatError.overlap(file: path, name: "first", offset: start)) {
            try open(try entryChange(1, 80, 8) { UInt64($0) })
        }
        #expect(throws: FlatError.hole(file: path, offset: start + 12, next: start + 128)) { try open(try withHole()) }
    }

    @Test("Duplicate and malformed names are refused") func duplicateAndMalformedNamesAreRefused() throws {
        let bytes = try small()
        let names = number(bytes, at: 64)
        // "first", "second", "third": five, six and five letters.
        var duplicate = bytes
        duplicate.replaceSubrange(names + 11..<names + 16, with: Array("first".utf8))
        seal(&duplicate)
        #expect(throws: FlatError.duplicateName(file: path, name: "first", entry: 2)) { try open(duplicate) }
        try refusedByAll(duplicate, "duplicate")
        var malformed = bytes
        malformed[names] = 0xFF
        seal(&malformed)
        #expect(throws: FlatError.malformedName(file: path, entry: 0, offset: number(bytes, at: 48))) { try open(malformed) }
    }

    @Test("A malformed document is refused") func aMalformedDocumentIsRefused() throws {
        var bytes = try small()
        bytes[128] = UInt8(ascii: "[")
        seal(&bytes)
        let error = #expect(throws: FlatError.self) { try open(bytes) }
        #expect(error?.description.contains("document at offset 128") == true)
    }

    /// Damage that the checksum would catch is let through here, so that every later check meets every kind of damage.
    @Test("No byte of a sealed header can trap the reader") func noByteOfASealedHeaderCanTrapTheReader() throws {
        let bytes = try small()
        for offset in 12..<number(bytes, at: 16) {
            for value in [0x00, 0x7F, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[offset] = value
                seal(&changed)
                for entry in (try? open(changed))?.weights?.entries ?? [] { try? entry.tensor.storage.verify() }
            }
        }
    }
}
