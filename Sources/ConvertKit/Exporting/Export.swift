import ConvertFiles
import ConvertIR
import Exporters
import Verifier

/// What an export is asked to do.
public struct ExportRequest: Sendable {
    /// How much of the output is checked before it gets its name.
    public enum Checking: String, CaseIterable, Sendable {
        /// The same as `tensors`, and both networks run on seeded images.
        case full
        /// Every tensor bit for bit, graph and input contract.
        case tensors
        /// Nothing.
        case none
    }

    /// What is exported.
    public var source: ModelSource
    /// The file to write.
    public var target: String
    /// The format of the output.
    package var format: any FileFormat.Type
    /// Whether an existing file may be replaced.
    public var isReplacing = false
    /// How much is checked.
    public var checking = Checking.full
    /// What is changed on the way.
    public var plan = ExportPlan()
    /// What concerns one format.
    public var options = ExportOptions()
    /// ONNX: the folder for seeded input and outputs, to compare a different engine with.
    public var proofFolder: String?

    /// The threshold that the output carries in its metadata; nil for that of the source, if it has one.
    public var threshold: StoredThreshold? {
        didSet { plan.metadata = threshold?.metadata ?? Metadata() }
    }

    /// An export without changes, fully checked, in the format of the target's ending. Throws if it is the ending of none.
    public init(_ source: ModelSource, to target: String) throws { try self.init(source, to: target, format: nil) }

    /// An export without changes, fully checked. Throws if the target's ending says no format and none is given.
    package init(_ source: ModelSource, to target: String, format: (any FileFormat.Type)?) throws {
        guard let format = format ?? FormatRegistry.format(forOutput: target) else { throw ExportError.unwritableExtension(path: target) }
        self.source = source
        self.target = target
        self.format = format
    }
}

/// An export of a network, or of weights alone, to any writable format: rebuilt, written, read back from disk, compared, run.
///
/// ```swift
/// let report = try Export(ExportRequest(ModelSource("epoch_024.pth"), to: "face.onnx")).run()
/// print(report.isWritten)
/// ```
public struct Export: Sendable {
    /// What was asked for.
    public let request: ExportRequest
    /// The source.
    public let model: LoadedModel
    /// What will be written.
    package let outcome: ExportPlan.Outcome

    /// Opens the source and applies the plan; nothing is written yet. Throws if the source gives nothing to export, if a change means
    /// nothing for it, or if the output could not be written.
    public init(_ request: ExportRequest) throws {
        self.request = request
        let opened = try request.source.openFile()
        try OutputFile.check(target: request.target, replacing: request.isReplacing, inputs: opened.sources.map(\.identity))
        model = try LoadedModel(opened, choice: request.source.choice)
        outcome = try request.plan.apply(to: model.found, for: request.format)
    }

    /// Writes the output and checks it from disk. The output gets its name only if it is the same network; see `ExportReport.isWritten`.
    public func run(events: EventHandler = { _ in }) throws -> ExportReport {
        let content = outcome.content
        var options = request.options
        options.inputs = model.opened.sources.map(\.identity)
        options.isReplacing = request.isReplacing
        let output = try VerifiedOutput<Verification?>(
            request.target, replacing: request.isReplacing, source: model.opened, events: events,
            write: { try request.format.write(content, to: $0, options: options) },
            compare: { file, companions in
                guard request.checking != .none else { return nil }
                let back = try request.format.open(file, options: companions)
                for check in back.checksums { try check.run() }
                try ModelComparison.check(back, against: content, file: request.target)
                guard request.checking == .full, content.model != nil else { return nil }
                events(.runningNetworks)
                return try fullCheck(back)
            },
            accepts: { $0?.isSame ?? true },
            attach: {
                try request.proofFolder.flatMap { folder in
                    try Proof.write(folder, content: content, request: request, inputs: options.inputs)
                }.map { proof in .init(commit: { try proof.commit() }, abandon: { proof.abandon() }) }
            })
        return ExportReport(export: self, output: output)
    }

    /// Runs the network that was read back alongside the one that came in, before any change that was asked for.
    private func fullCheck(_ back: OpenedFile) throws -> Verification {
        var settings = Verification.Settings()
        // Each kind of image, twice; two images if one run serves both.
        settings.seededImages = 12
        settings.imagesWhereProven = 4
        // A few images take little time one by one, and a fraction of the memory.
        settings.executor.imagesAtOnce = 1
        return try Verification(
            export: Verification.Export(back), source: model.content, names: (request.target, model.name), settings: settings)
    }
}

/// What an export did.
public struct ExportReport {
    /// The export that this is the report of.
    public let export: Export
    /// Bytes of the output with its companions.
    public let byteCount: Int
    /// Base names of files that belong to the output.
    public let companions: [String]
    /// How the networks compare; nil if they were not run.
    public let verification: Verification?
    /// The answer of the comparison; nil if the networks were not run.
    public var verdict: Verdict? { verification?.verdict }
    /// Whether the output has its name; if not, it was not the same network, and nothing was left behind.
    public let isWritten: Bool

    init(export: Export, output: VerifiedOutput<Verification?>) {
        self.export = export
        byteCount = output.byteCount
        companions = output.companions
        verification = output.finding
        isWritten = output.isCommitted
    }

    /// What was asked for.
    public var request: ExportRequest { export.request }
    /// The source.
    public var model: LoadedModel { export.model }
    /// What was written.
    package var content: ExportContent { export.outcome.content }
}
