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
    /// The folder or file that is written.
    public let output: String
    /// Whether files may be replaced.
    public var isReplacing = false
    private let parts: PartSet

    /// What was done in parts: `align`, `run`, `evaluate`, `inspect --safety` or `score`.
    public var work: String { parts.identity.work }

    /// Opens all parts. Throws `ShardError.incomplete` if some are missing, and other cases of `ShardError` if they do not belong together.
    public init(_ folder: String, to output: String) throws {
        self.output = output
        parts = try PartSet(folder)
        // What is merged must not be overwritten, not even on request.
        let there = FileIdentity(path: output)?.place
        let isPart = ([folder] + parts.files).contains { FileIdentity(path: $0)?.place == there }
        if there != nil, isPart { throw FileError.outputIsInput(path: output) }
    }

    /// The safety scan; nil if other work was done.
    public var safety: MergedSafety? { MergedSafety(parts) }

    /// Writes the result.
    public func run(events: EventHandler = { _ in }) throws -> MergeReport {
        switch work {
        case AlignmentPart.workName:
            return try MergedAlignment(parts).write(to: output, replacing: isReplacing, events: events)
        case PictureRunPart.workName:
            return try MergedPictureRun(parts: parts).write(to: try table(), replacing: isReplacing, events: events)
        case EvaluationPart.workName:
            return try MergedEmbeddings(parts: parts).write(to: try table(), replacing: isReplacing, events: events)
        case RateScoring.workName: return try MergedRates(parts: parts).write(to: output, replacing: isReplacing)
        default:
            throw ShardError.damagedPart(path: parts.folder.path, reason: "holds parts of \(work), which this version does not know")
        }
    }

    /// The file for a table of numbers.
    private func table() throws -> RunOutput {
        guard let output = RunOutput(output), !output.isStandardOutput else { throw ShardError.unknownForm(path: output, work: work) }
        return output
    }
}
