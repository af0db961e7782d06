import ConvertFiles
import ConvertInference
import Verifier

/// A model evaluated on sets of finished pictures in pairs: decode, embed, score, judge, one set after another.
public struct SetEvaluation {
    private let request: EvaluationRequest
    private let sets: [PairSet]
    private let models: EvaluatedModels

    /// The result on one set.
    public struct SetResult: Sendable {
        /// The set's name: its file's base name without the ending.
        public let name: String
        /// Every figure.
        public let result: EvaluationResult
    }

    /// Opens models and sets, and finds everything that can be found wrong before the long work.
    ///
    /// With several sets, each gets a folder of its own name in the folder for reports.
    public init(_ request: EvaluationRequest, events: EventHandler = { _ in }) throws {
        var request = request
        let choices = ProtocolChoices.complete(&request)
        self.request = request
        let files = try request.sets.map { try MappedFile(path: $0) }
        sets = try files.map { try PairSet($0, folds: request.judging.folds) }
        for (place, set) in sets.enumerated() {
            if let first = sets[..<place].first(where: { ExactText($0.name) == ExactText(set.name) }) {
                throw PairSetError.sameName(name: set.name, first: first.file.path, second: set.file.path)
            }
        }
        models = try EvaluatedModels(request, events: events)
        let (name, size) = (models.embedders[0].name, models.embedders[0].imageSize)
        guard size.height == size.width else { throw EmbedderError.setsAreSquare(file: name, size: size) }
        if let choices { events(.protocolFollowed(choices)) }
        if case .mtcnn(let margin) = models.embedders[0].model.contract.crop {
            events(.setIsAligned(model: models.embedders[0].name, margin: margin))
        }
        // Nothing can be in the way in a folder that does not exist yet.
        let isThere = try severalFolder.map { try OutputFolder.check($0) } ?? true
        if isThere { _ = try reportFolders() }
    }

    /// The folder in which each of several sets gets one of its own.
    private var severalFolder: String? { sets.count > 1 ? request.judging.outputFolder : nil }

    private func reportFolders() throws -> [ReportFolder?] {
        let inputs = sets.map(\.file.identity) + models.loaded.map(\.opened.file.identity)
        return try sets.map { set in
            var judging = request.judging
            if let severalFolder { judging.outputFolder = PathText.join(severalFolder, set.name) }
            return try judging.folder(request.contents, inputs: inputs)
        }
    }

    /// Runs it.
    public func run(events: EventHandler = { _ in }) throws -> [SetResult] {
        if let severalFolder { try OutputFolder.create(severalFolder) }
        return try zip(sets, try reportFolders()).map { set, folder in
            SetResult(name: set.name, result: try run(set, folder, events))
        }
    }

    private func run(_ set: PairSet, _ folder: ReportFolder?, _ events: EventHandler) throws -> EvaluationResult {
        var pairs = set.pairs
        let images = pairs.uniqueImages
        var run = try prepare(set, events)
        try run.perform(images, allowsMissing: request.allowsMissing, threads: request.faces.threads, events: events)
        let missing = run.missing(of: images)
        if !missing.isEmpty { pairs = try pairs.dropping(images: missing, file: set.file.path) }
        try set.file.checkUnchanged()
        let tables = try zip(models.embedders, run.values).map { embedder, values in
            try EmbeddingTable(paths: run.names, width: embedder.width, values: values, file: embedder.name)
        }
        let other =
            tables.count > 1
            ? (
                name: models.embedders[1].name, scores: try tables[1].scores(of: pairs),
                rounded: RoundedModels(models.embedders[0], models.embedders[1])
            ) : nil
        var provenance = provenance(set)
        if request.reportsTime { provenance.speed = run.speed(of: 0) }
        var result = try request.judging.conclude(
            try tables[0].scores(of: pairs), provenance: provenance, embeddings: tables[0], against: other, folder: folder)
        (result.times, result.speed) = (run.times, run.speed(of: 0))
        return result
    }

    /// Opens what earlier runs cached.
    private func prepare(_ set: PairSet, _ events: EventHandler) throws -> EmbeddingRun {
        let cache = request.keepsNothing ? nil : try CacheFolder.ifUsable(request.cacheFolder, events: events)
        let size = models.embedders[0].imageSize
        var logs: [SHA256Digest: RecordLog?] = [:]
        for embedder in models.embedders where logs[embedder.digest] == nil {
            logs[embedder.digest] = try CacheFolder.opened(events) {
                try cache?.embeddings(embedder.digest, crops: SetPictures.settings(side: size.height), width: embedder.width)
            }
        }
        return EmbeddingRun(
            source: CropSource(way: .set(SetPictures(set: set)), imageSize: size, kept: nil),
            embedders: models.embedders.map { ($0, logs[$0.digest] ?? nil) }, threads: request.faces.threads)
    }

    private func provenance(_ set: PairSet) -> EvaluationProvenance {
        var provenance = EvaluationProvenance(models.embedders, mirror: request.mirror ?? .none)
        provenance.pairsFile = set.file.name
        provenance.notes.append(.init("pictures", "those of the set, aligned already"))
        return provenance
    }
}
