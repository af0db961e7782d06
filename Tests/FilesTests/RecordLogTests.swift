import ConvertFiles
import TestSupport
import Testing

/// Records outlive their process, and damage is noticed.
@Suite struct RecordLogTests {
    let path = Fixtures.temporaryFolder() + "/log"

    private func key(_ number: UInt8) -> SHA256Digest { SHA256Digest(of: [number]) }

    @Test("Records are there in a later run")
    func recordsComeBackInALaterRun() throws {
        do {
            let log = try RecordLog(path: path, recordCount: 3)
            #expect(log.record(key(1)) == nil && log.keptCount == 0)
            log.append([1, 2, 3], under: key(1))
            log.append([4, 5, 6], under: key(2))
            log.append([7, 8, 9], under: key(1))
            #expect(log.record(key(1)) == [7, 8, 9])
        }
        let log = try RecordLog(path: path, recordCount: 3)
        #expect(log.keptCount == 2 && log.record(key(2)) == [4, 5, 6] && log.record(key(1)) == [7, 8, 9])
        log.append([1, 2], under: key(3))
        #expect(log.record(key(3)) == nil && log.refusal == nil)
    }

    @Test("A damaged record is missing, and the others stay")
    func aDamagedRecordIsMissingAndTheOthersStay() throws {
        do {
            let log = try RecordLog(path: path, recordCount: 3)
            for number in UInt8(0)..<4 { log.append([number, number, number], under: key(number)) }
        }
        var bytes = try Fixtures.bytes(path)
        // A header of 64 bytes, then records of 32 + 4 + 4 + 3: damages the contents of the second, the key of the third, the end of the
        // fourth.
        #expect(bytes.count == 64 + 4 * 43)
        bytes[64 + 43 + 41] ^= 1
        bytes[64 + 2 * 43 + 5] ^= 1
        Fixtures.write(Array(bytes.dropLast(2)), to: path)
        let log = try RecordLog(path: path, recordCount: 3)
        #expect(log.damagedCount == 1 && log.keptCount == 2)
        #expect((0..<4).map { log.record(key($0)) } == [[0, 0, 0], nil, nil, nil] && log.damagedCount == 2)
        // New records overwrite the damaged ones, which are no longer reported.
        log.append([9, 9, 9], under: key(1))
        log.append([8, 8, 8], under: key(2))
        #expect(log.record(key(1)) == [9, 9, 9] && log.record(key(2)) == [8, 8, 8])
        #expect(try Fixtures.bytes(path).count == 64 + 3 * 43)
    }

    @Test("Damage is reported only until the record is replaced")
    func whatWasMendedIsToldOnce() throws {
        do {
            let log = try RecordLog(path: path, recordCount: 3)
            for number in UInt8(0)..<3 { log.append([number, number, number], under: key(number)) }
        }
        var bytes = try Fixtures.bytes(path)
        bytes[64 + 43] ^= 1
        Fixtures.write(bytes, to: path)
        do {
            let log = try RecordLog(path: path, recordCount: 3)
            #expect(log.damagedCount == 1 && log.keptCount == 2)
            log.append([1, 1, 1], under: key(1))
        }
        let log = try RecordLog(path: path, recordCount: 3)
        #expect(log.damagedCount == 0 && log.keptCount == 3 && log.record(key(1)) == [1, 1, 1])
    }

    @Test("A cut-off record and a damaged header are reported")
    func aCutOffRecordAndADamagedHeaderAreTold() throws {
        do { try RecordLog(path: path, recordCount: 8).append([UInt8](repeating: 1, count: 8), under: key(1)) }
        let whole = try Fixtures.bytes(path)
        Fixtures.write(Array(whole.dropLast()), to: path)
        do {
            let log = try RecordLog(path: path, recordCount: 8)
            #expect(log.keptCount == 0 && log.complaint?.contains("cut off") == true)
        }
        #expect(try Fixtures.bytes(path).count == 64)
        Fixtures.write(whole, to: path)
        do {
            let log = try RecordLog(path: path, recordCount: 9)
            #expect(log.keptCount == 0 && log.complaint?.contains("started over") == true)
        }
        #expect(try RecordLog(path: path, recordCount: 9).complaint == nil)
        // A damaged byte of the signature, and a header that is cut off.
        for damaged in [[whole[0] ^ 1] + whole.dropFirst(), Array(whole.prefix(10)), Array(whole.prefix(33))] {
            Fixtures.write(damaged, to: path)
            #expect(RecordLog.isOne(at: path))
            let log = try RecordLog(path: path, recordCount: 8)
            #expect(log.keptCount == 0 && log.complaint?.contains("started over") == true)
        }
    }

    @Test("A file in use is not removed")
    func whatIsInUseIsNotTakenAway() throws {
        do {
            let log = try RecordLog(path: path, recordCount: 3)
            #expect(try !RecordLog.remove(path))
            log.append([1, 2, 3], under: key(1))
        }
        #expect(try RecordLog.remove(path) && FileIdentity(path: path) == nil)
    }

    @Test("A different kind of file is refused and left as it is")
    func anotherKindOfFileIsRefusedAndLeftAsItIs() throws {
        for other in [[1, 2, 3], [UInt8](repeating: 7, count: 4000)] as [[UInt8]] {
            Fixtures.write(other, to: path)
            #expect(throws: FileError.notOwn(path: path)) { try RecordLog(path: path, recordCount: 8) }
            #expect(try Fixtures.bytes(path) == other)
        }
        Fixtures.write([], to: path)
        #expect(try RecordLog(path: path, recordCount: 8).keptCount == 0)
    }

    @Test("Several threads append without losing a record")
    func severalThreadsAppendWithoutLosingARecord() async throws {
        let log = try RecordLog(path: path, recordCount: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in UInt8(0)..<4 {
                group.addTask { [self] in
                    for number in stride(from: start, to: 200, by: 4) { log.append([number, 0, 1], under: key(number)) }
                }
            }
            try await group.waitForAll()
        }
        #expect((UInt8(0)..<200).allSatisfy { log.record(key($0)) == [$0, 0, 1] })
    }

    @Test("Two runs cannot write to the same file")
    func twoRunsDoNotWriteToOneFile() throws {
        let log = try RecordLog(path: path, recordCount: 3)
        #expect(throws: FileError.inUse(path: path)) { try RecordLog(path: path, recordCount: 3) }
        log.append([1, 2, 3], under: key(1))
    }
}
