import Files
import TestSupport
import Testing

/// Records survive their process, and damage is noticed.
@Suite struct RecordLogTests {
    let path = Fixtures.temporaryFolder() + "/log"

    private func key(_ number: UInt8) -> SHA256Digest { SHA256Digest(of: [number]) }

    @Test func recordsComeBackInALaterRun() throws {
        do {
            let log = try RecordLog(path: path, recordCount: 3)
            #expect(log.record(key(1)) == nil && log.keptCount == 0)
            try log.append([1, 2, 3], under: key(1))
            try log.append([4, 5, 6], under: key(2))
            try log.append([7, 8, 9], under: key(1))
            #expect(log.record(key(1)) == [7, 8, 9])
        }
        let log = try RecordLog(path: path, recordCount: 3)
        #expect(log.keptCount == 2 && log.record(key(2)) == [4, 5, 6] && log.record(key(1)) == [7, 8, 9])
        #expect(throws: FileError.self) { try log.append([1, 2], under: key(3)) }
    }

    @Test func aDamagedRecordIsMissingAndTheOthersStay() throws {
        do {
            let log = try RecordLog(path: path, recordCount: 3)
            for number in UInt8(0)..<4 { try log.append([number, number, number], under: key(number)) }
        }
        var bytes = try Fixtures.bytes(path)
        bytes[32 + 39 + 37] ^= 1
        Fixtures.write(Array(bytes.dropLast(2)), to: path)
        let log = try RecordLog(path: path, recordCount: 3)
        #expect((0..<4).map { log.record(key($0)) } == [[0, 0, 0], nil, [2, 2, 2], nil] && log.damagedCount == 1)
        try log.append([9, 9, 9], under: key(1))
        #expect(log.record(key(1)) == [9, 9, 9])
    }

    @Test func aCutOffRecordAndADamagedHeaderAreTold() throws {
        do { try RecordLog(path: path, recordCount: 8).append([UInt8](repeating: 1, count: 8), under: key(1)) }
        let whole = try Fixtures.bytes(path)
        Fixtures.write(Array(whole.dropLast()), to: path)
        do {
            let log = try RecordLog(path: path, recordCount: 8)
            #expect(log.keptCount == 0 && log.complaint?.contains("cut off") == true)
        }
        #expect(try Fixtures.bytes(path).count == 32)
        Fixtures.write(whole, to: path)
        do {
            let log = try RecordLog(path: path, recordCount: 9)
            #expect(log.keptCount == 0 && log.complaint?.contains("begun anew") == true)
        }
        #expect(try RecordLog(path: path, recordCount: 9).complaint == nil)
    }

    @Test func anotherKindOfFileIsRefusedAndLeftAsItIs() throws {
        for other in [[1, 2, 3], [UInt8](repeating: 7, count: 4000)] as [[UInt8]] {
            Fixtures.write(other, to: path)
            #expect(throws: FileError.notOwn(path: path)) { try RecordLog(path: path, recordCount: 8) }
            #expect(try Fixtures.bytes(path) == other)
        }
        Fixtures.write([], to: path)
        #expect(try RecordLog(path: path, recordCount: 8).keptCount == 0)
    }

    @Test func severalThreadsAppendWithoutLosingARecord() async throws {
        let log = try RecordLog(path: path, recordCount: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in UInt8(0)..<4 {
                group.addTask { [self] in
                    for number in stride(from: start, to: 200, by: 4) { try log.append([number, 0, 1], under: key(number)) }
                }
            }
            try await group.waitForAll()
        }
        #expect((UInt8(0)..<200).allSatisfy { log.record(key($0)) == [$0, 0, 1] })
    }

    @Test func twoRunsDoNotWriteToOneFile() throws {
        let log = try RecordLog(path: path, recordCount: 3)
        #expect(throws: FileError.inUse(path: path)) { try RecordLog(path: path, recordCount: 3) }
        try log.append([1, 2, 3], under: key(1))
    }
}
