/// Where each entry's local header stands, read from the central directory (PKWARE APPNOTE 4.3.12 to 4.3.16).
///
/// libzip lists entries but cannot tell where a stored entry's bytes begin; this answers only that.
struct ZipCentralDirectory {
    struct Record {
        let name: [UInt8]
        let flags: UInt16
        let method: UInt16
        let crc32: UInt32
        let compressedSize: Int
        let size: Int
        let localHeader: Int
    }

    let records: [Record]
    /// Where the directory begins; all local headers and data lie before it.
    let start: Int

    init(_ bytes: ByteView) throws {
        let end = try ZipCentralDirectory.findEnd(bytes)
        var entryCount = Int(try bytes.integer(at: end + 10, as: UInt16.self))
        var size = Int(try bytes.integer(at: end + 12, as: UInt32.self))
        var start = Int(try bytes.integer(at: end + 16, as: UInt32.self))
        if end >= 20, bytes.matches([0x50, 0x4B, 0x06, 0x07], at: end - 20) {
            let wide = try bytes.integer(at: end - 20 + 8, as: UInt64.self)
            guard let wideEnd = Int(exactly: wide), bytes.matches([0x50, 0x4B, 0x06, 0x06], at: wideEnd) else {
                throw ZipError.damagedDirectory(
                    file: bytes.name, detail: "the ZIP64 end record is not where it should be", offset: end - 20)
            }
            // ZIP64 fields hold where the 32-bit ones are at their maximum.
            if entryCount == 0xFFFF { entryCount = try ZipCentralDirectory.int(bytes, wideEnd + 32) }
            if size == 0xFFFF_FFFF { size = try ZipCentralDirectory.int(bytes, wideEnd + 40) }
            if start == 0xFFFF_FFFF { start = try ZipCentralDirectory.int(bytes, wideEnd + 48) }
        }
        let (needed, overflow) = start.addingReportingOverflow(size)
        guard !overflow, start >= 0, size >= 0, needed <= end else {
            throw ZipError.damagedDirectory(file: bytes.name, detail: "it claims \(size) bytes at \(start)", offset: end)
        }
        guard entryCount <= size / 46 else {
            throw ZipError.damagedDirectory(file: bytes.name, detail: "it claims \(entryCount) entries in \(size) bytes", offset: end)
        }
        var records: [Record] = []
        records.reserveCapacity(entryCount)
        var at = start
        for _ in 0..<entryCount {
            let (record, next) = try ZipCentralDirectory.record(bytes, at: at)
            records.append(record)
            at = next
        }
        self.records = records
        self.start = start
    }

    /// The end record, at most a comment of 65,535 bytes from the end.
    private static func findEnd(_ bytes: ByteView) throws -> Int {
        var at = bytes.count - 22
        let lowest = max(0, bytes.count - 22 - 0xFFFF)
        while at >= lowest {
            if bytes.matches([0x50, 0x4B, 0x05, 0x06], at: at) {
                let comment = Int(try bytes.integer(at: at + 20, as: UInt16.self))
                if at + 22 + comment == bytes.count { return at }
            }
            at -= 1
        }
        throw ZipError.noDirectory(file: bytes.name, size: bytes.count)
    }

    private static func int(_ bytes: ByteView, _ offset: Int) throws -> Int {
        guard let value = Int(exactly: try bytes.integer(at: offset, as: UInt64.self)) else {
            throw ZipError.damagedDirectory(file: bytes.name, detail: "a ZIP64 number is out of range", offset: offset)
        }
        return value
    }

    private static func record(_ bytes: ByteView, at: Int) throws -> (Record, next: Int) {
        guard bytes.matches([0x50, 0x4B, 0x01, 0x02], at: at) else {
            throw ZipError.damagedDirectory(file: bytes.name, detail: "no entry record is there", offset: at)
        }
        let nameLength = Int(try bytes.integer(at: at + 28, as: UInt16.self))
        let extraLength = Int(try bytes.integer(at: at + 30, as: UInt16.self))
        let commentLength = Int(try bytes.integer(at: at + 32, as: UInt16.self))
        let name = try bytes.window(at: at + 46, count: nameLength).array
        var compressedSize = Int(try bytes.integer(at: at + 20, as: UInt32.self))
        var size = Int(try bytes.integer(at: at + 24, as: UInt32.self))
        var localHeader = Int(try bytes.integer(at: at + 42, as: UInt32.self))
        var extra = at + 46 + nameLength
        let extraEnd = extra + extraLength
        while extra + 4 <= extraEnd {
            let id = try bytes.integer(at: extra, as: UInt16.self)
            let length = Int(try bytes.integer(at: extra + 2, as: UInt16.self))
            if id == 0x0001 {
                var field = extra + 4
                if size == 0xFFFF_FFFF { (size, field) = (try int(bytes, field), field + 8) }
                if compressedSize == 0xFFFF_FFFF { (compressedSize, field) = (try int(bytes, field), field + 8) }
                if localHeader == 0xFFFF_FFFF { (localHeader, field) = (try int(bytes, field), field + 8) }
            }
            extra += 4 + length
        }
        let record = Record(
            name: name, flags: try bytes.integer(at: at + 8, as: UInt16.self), method: try bytes.integer(at: at + 10, as: UInt16.self),
            crc32: try bytes.integer(at: at + 16, as: UInt32.self), compressedSize: compressedSize, size: size, localHeader: localHeader)
        return (record, extraEnd + commentLength)
    }

    /// Where the bytes of an entry begin: behind its local header, whose name and extra lengths may differ from the directory's.
    static func dataOffset(of record: Record, in bytes: ByteView) throws -> Int {
        guard bytes.matches([0x50, 0x4B, 0x03, 0x04], at: record.localHeader) else {
            throw ZipError.damagedDirectory(file: bytes.name, detail: "no local header is there", offset: record.localHeader)
        }
        let nameLength = Int(try bytes.integer(at: record.localHeader + 26, as: UInt16.self))
        let extraLength = Int(try bytes.integer(at: record.localHeader + 28, as: UInt16.self))
        return record.localHeader + 30 + nameLength + extraLength
    }
}
