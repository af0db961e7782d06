/// Offsets of the local headers, read from the central directory (PKWARE APPNOTE 4.3.12 to 4.3.16).
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
    /// Offset of the directory; all local headers and data are before it.
    let start: Int
    /// Offset after the end record and its comment; bytes that are not part of the archive may follow.
    let archiveEnd: Int
    /// Offset after the end record, where its comment begins.
    let commentStart: Int

    init(_ bytes: ByteView) throws {
        let end = try ZipCentralDirectory.findEnd(bytes)
        commentStart = end + 22
        archiveEnd = commentStart + Int(try bytes.integer(at: end + 20, as: UInt16.self))
        var entryCount = Int(try bytes.integer(at: end + 10, as: UInt16.self))
        var size = Int(try bytes.integer(at: end + 12, as: UInt32.self))
        var start = Int(try bytes.integer(at: end + 16, as: UInt32.self))
        var directoryEnd = end
        if end >= 20, bytes.matches([0x50, 0x4B, 0x06, 0x07], at: end - 20) {
            let wide = try bytes.integer(at: end - 20 + 8, as: UInt64.self)
            guard let wideEnd = Int(exactly: wide), bytes.matches([0x50, 0x4B, 0x06, 0x06], at: wideEnd) else {
                throw ZipError.damagedDirectory(
                    file: bytes.name, detail: "the ZIP64 end record is not where it should be", offset: end - 20)
            }
            // Some readers always use the ZIP64 numbers, others only if the 32-bit ones are at their maximum, so both must agree.
            func agreed(_ narrow: Int, most: Int, at offset: Int) throws -> Int {
                let number = try ZipCentralDirectory.int(bytes, wideEnd + offset)
                guard narrow == most || narrow == number else {
                    throw ZipError.ambiguousDirectory(
                        file: bytes.name, detail: "ZIP64 says \(number) where \(narrow) is given", offset: wideEnd)
                }
                return number
            }
            entryCount = try agreed(entryCount, most: 0xFFFF, at: 32)
            size = try agreed(size, most: 0xFFFF_FFFF, at: 40)
            start = try agreed(start, most: 0xFFFF_FFFF, at: 48)
            guard wideEnd == end - 20 - 56 else {
                throw ZipError.ambiguousDirectory(
                    file: bytes.name, detail: "the ZIP64 end record is not right before its locator", offset: wideEnd)
            }
            directoryEnd = wideEnd
        }
        let (needed, overflow) = start.addingReportingOverflow(size)
        guard !overflow, start >= 0, size >= 0, needed <= end else {
            throw ZipError.damagedDirectory(file: bytes.name, detail: "it claims \(size) bytes at \(start)", offset: end)
        }
        // Python's zipfile counts back from the end record, torch's reader from the start of the file: only a directory immediately
        // before its end record is the same for both.
        guard needed == directoryEnd else {
            throw ZipError.ambiguousDirectory(
                file: bytes.name, detail: "\(directoryEnd - needed) bytes are between the directory and the end record", offset: needed)
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
        // One reader goes by the number of entries, another by the size in bytes.
        guard at == needed else {
            throw ZipError.ambiguousDirectory(
                file: bytes.name, detail: "its \(entryCount) entries end there, the directory itself at \(needed)", offset: at)
        }
        self.records = records
        self.start = start
    }

    /// Offset of the end record, which is followed by at most 65,535 bytes of comment and other bytes.
    ///
    /// miniz, which torch reads with, takes the last signature that has 22 bytes, whatever follows it; Python's zipfile takes the very
    /// last, and ignores bytes after the comment. If the two could differ, the archive is refused.
    private static func findEnd(_ bytes: ByteView) throws -> Int {
        let places = try endSignatures(in: bytes)
        func end(_ place: Int) throws -> Int? {
            guard place + 22 <= bytes.count else { return nil }
            return place + 22 + Int(try bytes.integer(at: place + 20, as: UInt16.self))
        }
        guard let found = try places.last(where: { try end($0).map { $0 <= bytes.count } ?? false }) else {
            throw ZipError.noDirectory(file: bytes.name, size: bytes.count)
        }
        for place in places where place != found {
            if try place > found || end(place) == bytes.count || hasAbsoluteDirectory(bytes, end: place) {
                throw ZipError.ambiguousDirectory(
                    file: bytes.name, detail: "there is another end record besides the one at \(found)", offset: place)
            }
        }
        return found
    }

    /// Offsets at which end records may begin, in order.
    static func endSignatures(in bytes: ByteView) throws -> [Int] {
        let start = max(0, bytes.count - 22 - 0xFFFF)
        return try bytes.window(at: start, count: bytes.count - start).withUnsafeBytes { raw in
            guard raw.count >= 4 else { return [] }
            return (0...raw.count - 4).filter { at in
                raw[at] == 0x50 && raw[at + 1] == 0x4B && raw[at + 2] == 0x05 && raw[at + 3] == 0x06
            }.map { start + $0 }
        }
    }

    /// Four bytes of a tensor may look like an end record; it is one if a directory is where it says, counted from either end.
    static func hasDirectory(_ bytes: ByteView, end: Int) -> Bool {
        guard let size = try? bytes.integer(at: end + 12, as: UInt32.self) else { return false }
        return hasAbsoluteDirectory(bytes, end: end) || bytes.matches([0x50, 0x4B, 0x06, 0x07], at: end - 20)
            || bytes.matches(recordSignature, at: end - Int(size))
    }

    /// The same, but counted only from the start of the file, as libzip does; an archive that is a stored entry of this one has none.
    private static func hasAbsoluteDirectory(_ bytes: ByteView, end: Int) -> Bool {
        if bytes.matches([0x50, 0x4B, 0x06, 0x07], at: end - 20), let wide = try? bytes.integer(at: end - 12, as: UInt64.self),
            let wideEnd = Int(exactly: wide), bytes.matches([0x50, 0x4B, 0x06, 0x06], at: wideEnd)
        {
            return true
        }
        guard let start = try? bytes.integer(at: end + 16, as: UInt32.self) else { return false }
        return bytes.matches(recordSignature, at: Int(start))
    }

    static let recordSignature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    static let localSignature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

    private static func int(_ bytes: ByteView, _ offset: Int) throws -> Int {
        guard let value = Int(exactly: try bytes.integer(at: offset, as: UInt64.self)) else {
            throw ZipError.damagedDirectory(file: bytes.name, detail: "a ZIP64 number is out of range", offset: offset)
        }
        return value
    }

    private static func record(_ bytes: ByteView, at: Int) throws -> (Record, next: Int) {
        guard bytes.matches(recordSignature, at: at) else {
            throw ZipError.damagedDirectory(file: bytes.name, detail: "no entry record found", offset: at)
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

    /// Offset of an entry's bytes: after its local header, whose name and extra field may be of a different length than in the directory.
    static func dataOffset(of record: Record, in bytes: ByteView) throws -> Int {
        guard bytes.matches(localSignature, at: record.localHeader) else {
            throw ZipError.damagedDirectory(file: bytes.name, detail: "no local header found", offset: record.localHeader)
        }
        let nameLength = Int(try bytes.integer(at: record.localHeader + 26, as: UInt16.self))
        let extraLength = Int(try bytes.integer(at: record.localHeader + 28, as: UInt16.self))
        guard try bytes.window(at: record.localHeader + 30, count: nameLength).array == record.name else {
            throw ZipError.ambiguousDirectory(
                file: bytes.name, detail: "a local header and the directory give different names", offset: record.localHeader)
        }
        return record.localHeader + 30 + nameLength + extraLength
    }
}
