import ConvertFiles
import ConvertJSON

/// All parts of a list, whole and made in one way.
struct PartSet: Sendable {
    let folder: PartFolder
    let identity: PartIdentity
    /// In order.
    let parts: [PartDescription]

    /// Throws `ShardError` for parts that are missing, differ, or contradict themselves.
    init(_ path: String) throws {
        folder = PartFolder(path)
        try FolderListing.check(path)
        let shards = try folder.finished()
        guard let first = shards.first else {
            // Tasks that were all stopped show how many there are.
            guard let begun = try folder.begun().first else { throw ShardError.noParts(folder: path) }
            throw ShardError.incomplete(folder: path, missing: Array(0..<begun.count), of: begun.count)
        }
        var found: [Int: PartDescription] = [:]
        for shard in shards {
            guard shard.count == first.count else {
                throw ShardError.otherDivision(path: folder.description(shard), there: shard.count, here: first.count)
            }
            guard let part = try PartDescription(folder, shard), FileIdentity(path: folder.data(shard)) != nil else { continue }
            if let one = found.values.first {
                try part.check(one.identity, at: folder.description(shard))
                guard part.items == one.items else {
                    throw ShardError.differs(
                        path: folder.description(shard), what: "number of items", there: "\(part.items)", here: "\(one.items)")
                }
            }
            found[shard.index] = part
        }
        let missing = (0..<first.count).filter { found[$0] == nil }
        guard missing.isEmpty, let one = found[0] else {
            throw ShardError.incomplete(folder: path, missing: missing, of: first.count)
        }
        parts = (0..<first.count).compactMap { found[$0] }
        identity = one.identity
    }

    /// Every file of every part.
    var files: [String] { parts.flatMap { [folder.description($0.shard), folder.data($0.shard)] } }

    /// Items of the whole list.
    var items: Int { parts.first?.items ?? 0 }

    /// Items of the whole list that could be used.
    var doneCount: Int { parts.reduce(0) { $0 + $1.done } }

    /// Throws unless the parts are of this work.
    func check(work: String) throws(ShardError) {
        guard identity.work == work else { throw .otherWork(folder: folder.path, work: identity.work, wanted: work) }
    }

    /// Hands on all records, in the order of the list.
    func forEach(_ body: (PartRecord) throws -> Void) throws {
        try forEachPlace { meta, payload in try body(PartRecord(meta: meta, payload: payload.array)) }
    }

    /// The bytes of all records, where they are in their files.
    func payloads() throws -> [ByteView] {
        var payloads: [ByteView] = []
        try forEachPlace { _, payload in payloads.append(payload) }
        return payloads
    }

    private func forEachPlace(_ body: (JSONObject, ByteView) throws -> Void) throws {
        for part in parts {
            let data = try part.data(in: folder)
            guard data.matches(PartWriter.signature) else {
                throw ShardError.damagedPart(path: data.name, reason: "is not a part's data")
            }
            var count = 0
            try PartRecord.forEachPlace(in: data, from: PartWriter.signature.count) { meta, payload in
                count += 1
                try body(meta, payload)
            }
            guard count == part.range.count else {
                throw ShardError.damagedPart(path: data.name, reason: "holds \(count) records, its description says \(part.range.count)")
            }
        }
    }
}
