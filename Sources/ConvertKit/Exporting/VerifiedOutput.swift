import ConvertFiles
import Exporters

/// An output that gets its name only after it was read back from disk and found to be right: written, flushed, read back, compared, and
/// then committed. Every export of this library goes through here.
public struct VerifiedOutput<Finding> {
    /// Bytes of the output and of the files that belong to it.
    public let byteCount: Int
    /// Base names of files that belong to the output.
    public let companions: [String]
    /// What the comparison found.
    public let finding: Finding
    /// Whether it was committed; otherwise nothing was left behind.
    public let isCommitted: Bool

    /// Something that is committed together with the output, or not at all.
    public struct Attachment {
        let commit: () throws -> Void
        let abandon: () -> Void
    }

    /// Writes, checks and commits.
    /// - Parameters:
    ///   - target: the file to write.
    ///   - replacing: whether an existing file may be replaced.
    ///   - events: receives what happens.
    ///   - source: what the output is made from; it must not have changed when the output is committed.
    ///   - write: writes to the file, and returns files that belong to it.
    ///   - compare: what the flushed file is opened and compared by; throws if it is not what was written. The options say where companions
    ///     are until they have their names.
    ///   - accepts: whether a finding lets the output be committed.
    ///   - attach: makes what is committed with it; called after the comparison.
    package init(
        _ target: String, replacing: Bool, source: OpenedFile, events: EventHandler,
        write: (OutputFile) throws -> [OutputFile],
        compare: (MappedFile, OpenOptions) throws -> Finding,
        accepts: (Finding) -> Bool = { _ in true },
        attach: () throws -> Attachment? = { nil }
    ) throws {
        let output = try OutputFile(target: target, replacing: replacing, inputs: source.sources.map(\.identity))
        events(.writing(path: target))
        let companions = try source.namingDamage { try write(output) }
        for file in companions + [output] { try file.flush() }
        events(.readingBack(path: target))
        let places = companions.map { (PathText.baseName($0.target), $0.temporaryPath) }
        let options = OpenOptions(companions: Dictionary(places, uniquingKeysWith: { first, _ in first }))
        finding = try compare(try output.readBack(), options)
        self.companions = companions.map { PathText.baseName($0.target) }
        byteCount = (companions + [output]).reduce(0) { $0 + (FileIdentity(path: $1.temporaryPath)?.size ?? 0) }
        guard accepts(finding) else {
            isCommitted = false
            return
        }
        try source.checkUnchanged()
        let attachment = try attach()
        defer { attachment?.abandon() }
        for file in companions { try file.commit() }
        try attachment?.commit()
        try output.commit()
        isCommitted = true
    }
}
