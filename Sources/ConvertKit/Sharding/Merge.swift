import ConvertFiles
import ConvertJSON

/// What came of merging parts.
public struct MergeReport: Sendable {
    /// What was done in parts: `align`, `run`, `evaluate`, `inspect --safety` or `score`.
    public let work: String
    /// The folder or file that was written.
    public let output: String
    /// How many parts there are.
    public let parts: Int
    /// Items of the whole list.
    public internal(set) var items = 0
    /// Items that could not be used, and why.
    public internal(set) var failures: [(path: String, reason: any Error)] = []
    /// Items in which a face was looked for and not found.
    public internal(set) var withoutFace = 0
    /// The worst outcome of a safety scan's files, as an exit code; nil for other work.
    public internal(set) var status: Int32?

    init(work: String, output: String, parts: Int) { (self.work, self.output, self.parts) = (work, output, parts) }

    /// Counts a record. Returns whether its item could not be used.
    mutating func take(_ record: PartRecord, _ events: EventHandler) -> Bool {
        if record.meta[PartRecord.missed]?.boolean == true { withoutFace += 1 }
        guard let failure = record.failure else { return false }
        let name = record.meta["name"]?.string ?? ""
        failures.append((name, failure))
        events(.pictureFailed(path: name, reason: failure))
        return true
    }
}

/// Parts joined to what the whole work would have written.
public struct Merge {
    /// The folder with the parts.
    public var folder: String
    /// The folder or file that is written.
    public var output: String
    /// Whether files may be replaced.
    public var isReplacing = false

    /// A merge that replaces nothing.
    public init(_ folder: String, to output: String) { (self.folder, self.output) = (folder, output) }

    /// Checks all parts and writes the result. Throws `ShardError.incomplete` if parts are missing.
    public func run(events: EventHandler = { _ in }) throws -> MergeReport {
        let parts = try PartSet(folder)
        switch parts.identity.work {
        case AlignmentPart.workName:
            return try MergedAlignment(parts).write(to: output, replacing: isReplacing, events: events)
        default:
            throw ShardError.damagedPart(path: folder, reason: "holds parts of \(parts.identity.work), which this version does not know")
        }
    }
}
