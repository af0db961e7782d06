import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertInference
import Exporters
import Verifier

/// A file compared with what it was made from.
public struct Comparison {
    /// How the two are compared.
    public struct Settings: Sendable {
        /// How networks are run.
        public var executor = FastExecutor.Options()
        /// Overrules the usual tolerance.
        public var tolerance: NumericComparison.Tolerance?
        /// Pixels from 0 to 255 in a `.npy` file, in place of seeded images.
        public var array: String?
        /// A picture or a folder of pictures, in place of seeded images.
        public var pictures: String?
        /// What is done about the pictures' EXIF orientation.
        public var exif = ExifRule.follow

        /// Seeded images and the usual tolerance.
        public init() {}
    }

    /// The file that is checked.
    public struct ExportSide {
        let opened: OpenedFile
        let side: Verification.Export

        /// Its base name.
        public var name: String { opened.file.name }
        /// What of it is not followed to the letter.
        public var remarks: [String] { opened.remarks }
    }

    /// The file that is checked.
    public let export: ExportSide
    /// What it was made from.
    public let source: LoadedModel
    private let given: GivenFacts

    /// Opens both files. Damage that a checksum reveals is an error, and not a difference.
    public init(export: ModelSource, source: ModelSource) throws {
        var (export, source) = (export, source)
        (export.allowsPlain, source.allowsPlain) = (true, true)
        let exported = try export.openFile()
        let original = try source.openFile()
        if source.dequantizes, [exported, original].allSatisfy({ $0.selection?.dequantizedNames.isEmpty != false }) {
            throw ExportError.nothingToDequantize(file: original.file.path)
        }
        for opened in [exported, original] { for check in opened.checksums { try check.run() } }
        self.source = try LoadedModel(original, choice: source.choice)
        // A network that was recognized by its keys is not the one that the source's own graph would run.
        if let reason = self.source.found.passedOver, source.choice.architecture == nil, source.choice.description == nil { throw reason }
        given = source.choice.given
        self.export = ExportSide(opened: exported, side: try Verification.Export(exported, epsilon: given.epsilon))
    }

    /// Whether both files hold networks, so that numbers can be compared.
    public var canRun: Bool { source.content.model != nil && (export.side.model != nil || export.side.failure != nil) }

    /// The file that holds bare weights; nil if none does.
    public var bareName: String? { canRun ? nil : source.content.model == nil ? source.name : export.name }

    /// Compares everything that both files state, and what the networks compute.
    public func run(_ settings: Settings = Settings(), events: EventHandler = { _ in }) throws -> Verification {
        let given = given
        var how = Verification.Settings()
        how.executor = settings.executor
        how.tolerance = settings.tolerance
        how.overrule = { given.apply(to: $0) }
        how.images = try images(settings, events)
        if canRun { events(.runningNetworks) }
        let verification = try Verification(
            export: export.side, source: source.content, sourceIsForeign: source.opened.isForeign,
            sourceFailure: source.found.bareReason.map { "\($0)" }, names: (export.name, source.name), settings: how)
        for opened in [export.opened, source.opened] { try opened.checkUnchanged() }
        return verification
    }

    private func images(_ settings: Settings, _ events: EventHandler) throws -> NumericComparison.Images? {
        if let path = settings.array {
            let array = try NumpyArray(try MappedFile(path: path))
            let batch = try Batch(shape: array.shape, values: array.floats)
            // NaN in gives NaN out of any network: two that differ would look the same.
            if let index = batch.values.firstIndex(where: { !$0.isFinite }) {
                throw InferenceError.inputNotFinite(image: index / max(batch.imageSize, 1), index: index)
            }
            return .init(batch, ofArray: path)
        }
        guard let path = settings.pictures, let model = source.content.model else { return nil }
        return try PictureBatch.forComparison(
            path, model: model, name: source.name, exif: settings.exif, threads: settings.executor.threads, events: events)
    }
}
