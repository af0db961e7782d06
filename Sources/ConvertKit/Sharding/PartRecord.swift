import ConvertFiles
import ConvertJSON

/// What a part holds of one item of its list: a JSON object and bytes.
///
/// In a file: the lengths of both and the CRC-32 of both together, each in 32 bits with the lowest byte first, the object as text, the bytes.
struct PartRecord: Sendable {
    var meta: JSONObject
    var payload: [UInt8] = []

    /// Members that every kind of work has: why there is nothing else, and whether a face was looked for and not found.
    static let failure = "failure"
    static let missed = "missed"
    /// Whether the failure may have been the disk's or the memory's, so that another run tries again.
    static let isPassing = "passing"

    /// An item that could not be used.
    static func failed(_ name: String, _ error: any Error) -> PartRecord {
        let described = error as? any DescribedError
        var meta = JSONObject([
            "name": .string(name), PartRecord.failure: .string(described?.problem ?? "\(error)"),
            "remedy": .string(described?.remedy ?? ""),
        ])
        if !PartWork.isLasting(error) { meta.append(isPassing, .boolean(true)) }
        return PartRecord(meta: meta)
    }

    /// Why the item could not be used; nil if it was.
    var failure: RecordedFailure? {
        meta[PartRecord.failure]?.string.map { RecordedFailure(problem: $0, remedy: meta["remedy"]?.string ?? "") }
    }

    var encoded: [UInt8] {
        let text = Array(JSONValue.object(meta).text().utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(12 + text.count + payload.count)
        for number in [UInt32(clamping: text.count), UInt32(clamping: payload.count), PartRecord.checksum(text, payload)] {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes + text + payload
    }

    private static func checksum(_ text: [UInt8], _ payload: [UInt8]) -> UInt32 {
        let first = text.withUnsafeBytes { CRC32.update(0, with: $0) }
        return payload.withUnsafeBytes { CRC32.update(first, with: $0) }
    }

    /// Hands on every record of a file's bytes from `start` on, and lets go of what was read. Throws `ShardError.damagedPart`.
    static func forEach(in bytes: ByteView, from start: Int, _ body: (PartRecord) throws -> Void) throws {
        try forEachPlace(in: bytes, from: start) { meta, payload in try body(PartRecord(meta: meta, payload: payload.array)) }
    }

    /// The same with the payload where it is in the file.
    static func forEachPlace(in bytes: ByteView, from start: Int, _ body: (JSONObject, ByteView) throws -> Void) throws {
        var (at, released) = (start, start)
        while at < bytes.count {
            func damaged(_ reason: String) -> ShardError { .damagedPart(path: bytes.name, reason: "\(reason) at offset \(at)") }
            guard bytes.count - at >= 12 else { throw damaged("a record is cut off") }
            let textCount = Int(try bytes.integer(at: at, as: UInt32.self))
            let payloadCount = Int(try bytes.integer(at: at + 4, as: UInt32.self))
            guard bytes.count - at - 12 >= textCount + payloadCount else { throw damaged("a record is cut off") }
            let text = try bytes.window(at: at + 12, count: textCount).array
            let payload = try bytes.window(at: at + 12 + textCount, count: payloadCount)
            let sum = text.withUnsafeBytes { CRC32.update(0, with: $0) }
            guard try bytes.integer(at: at + 8, as: UInt32.self) == payload.withUnsafeBytes({ CRC32.update(sum, with: $0) }) else {
                throw damaged("a record does not have its checksum")
            }
            guard let meta = (try? JSONParser.parse(text))?.object else { throw damaged("a record is not understood") }
            try body(meta, payload)
            at += 12 + textCount + payloadCount
            if at - released > 4 << 20 {
                try bytes.window(at: released, count: at - released).letGo()
                released = at
            }
        }
    }
}

/// Why an item could not be used, as a part has it.
struct RecordedFailure: DescribedError {
    let problem: String
    let remedy: String
}
