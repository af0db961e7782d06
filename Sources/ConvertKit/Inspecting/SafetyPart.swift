import ConvertFiles
import ConvertJSON
import PthReader

/// One part of the safety scan of a manifest's files.
public struct SafetyPart {
    private let root: String
    private let manifest: Manifest
    private let allowed: AllowedNames
    private let threads: Int?
    private let work: PartWork

    static let workName = "inspect --safety"

    /// - Parameters:
    ///   - root: the folder of the manifest's files.
    ///   - form: the form of the report, for which `run` is given pieces.
    ///   - allowList: the file with the names that count as clean; nil for none.
    ///   - threads: nil for one per core.
    ///   - shard: the part.
    public init(_ root: String, form: String, allowList: MappedFile?, threads: Int?, _ shard: ShardRequest) throws {
        try FolderListing.check(root)
        (self.root, self.threads) = (root, threads)
        allowed = try allowList.map { try AllowedNames($0) } ?? .none
        manifest = try Manifest(path: shard.manifest, arePictures: false)
        let identity = PartIdentity(
            work: SafetyPart.workName, manifest: manifest.digest,
            settings: JSONObject([
                "folder": PartIdentity.folder(root), "report": .string(form),
                "allow_sha256": allowList.map { .string(SHA256Digest(of: $0.bytes).text) } ?? .null,
            ]))
        work = PartWork(folder: PartFolder(shard.folder), shard: shard.shard, identity: identity, items: manifest.count)
    }

    /// Scans the part's files. A file that is not the one in the manifest ends the work.
    /// - Parameter piece: what a report needs of a file.
    public func run(events: EventHandler = { _ in }, piece: (SafetySweep.Entry) -> String) throws -> PartReport {
        try work.run { writer, range in
            let entries = try range.map { try manifest.entry($0) }
            var done = 0
            let (root, list) = (root, manifest.path)
            let files = entries.map { PathText.join(root, $0.path) }
            let check: @Sendable (Int) throws -> Void = { index in
                // An empty file is the scan's to report.
                do { _ = try entries[index].open(at: files[index], manifest: list) } catch FileError.empty {}
            }
            try SafetySweep(files, allowed: allowed, threads: threads, check: check).run { entry in
                if case .failure(let error) = entry.result, !PartWork.isLasting(error) { throw error }
                try writer.append(
                    PartRecord(
                        meta: JSONObject(["name": .string(entry.path), "outcome": .string(entry.outcome.rawValue)]),
                        payload: Array(piece(entry).utf8)))
                done += 1
                events(.progress(done: done, total: entries.count, unit: .files))
            }
        }
    }
}

/// The scan of all files from its parts.
public struct MergedSafety {
    private let parts: PartSet
    /// The form of the report that the parts hold pieces of.
    public let form: String
    /// How many parts there are.
    public var partCount: Int { parts.parts.count }
    /// Files of all parts.
    public var fileCount: Int { parts.items }

    /// Nil if the parts are of other work.
    init?(_ parts: PartSet) {
        guard parts.identity.work == SafetyPart.workName, let form = parts.identity.settings["report"]?.string else { return nil }
        (self.parts, self.form) = (parts, form)
    }

    /// Hands on what each file came to, and its piece of the report, in order.
    public func forEach(_ body: (SafetySweep.Outcome, String) throws -> Void) throws {
        try parts.forEach { record in
            guard let outcome = record.meta["outcome"]?.string.flatMap(SafetySweep.Outcome.init(rawValue:)) else {
                throw ShardError.damagedPart(path: parts.folder.path, reason: "a record is not that of a file")
            }
            try body(outcome, String(decoding: record.payload, as: UTF8.self))
        }
    }
}
