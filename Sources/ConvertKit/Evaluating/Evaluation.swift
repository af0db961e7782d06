import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertInference
import Verifier

/// A model evaluated on pairs of pictures: align, embed, score, judge.
public struct Evaluation {
    private let request: EvaluationRequest
    private let choices: ProtocolChoices?
    private let pairsFile: PairListFile
    private var pairs: PairList
    private let embedders: [Embedder]
    private let faces: FaceSettings
    private let otherFaces: FaceSettings?
    private let folder: ReportFolder?
    private let given: GivenCrops?
    private let loaded: [LoadedModel]

    /// Finds what can be found wrong without the model.
    public static func check(_ request: EvaluationRequest) throws {
        let pairsFile = try PairListFile(path: request.pairsFile, folds: request.judging.folds)
        let pairs = pairsFile.pairs
        _ = try request.judging.groups(of: pairs, name: request.pairsFile)
        _ = try request.judging.folder(request.contents, inputs: pairsFile.identities)
        let given = try request.cropsFolder.map(GivenCrops.init(folder:))
        _ = try EvaluationImages.present(pairs.uniqueImages, request, given, events: { _ in })
    }

    /// Finds what can be found wrong with a model that is to be evaluated: the detector's weights and the cache exist, and so does the model
    /// that it is compared with.
    public static func check(_ request: EvaluationRequest, of model: Model, name: String) throws {
        var request = request
        _ = ProtocolChoices.complete(&request)
        if request.mirror == .add { try Embedder.checkFlip(model, name: name) }
        let faces = try FaceSettings(request.faces, contract: model.contract)
        if request.cropsFolder == nil, faces.preprocess.looksForFaces {
            try faces.checkTemplate()
            _ = try DetectorWeights.paths(folder: faces.weightsFolder)
        }
        if !request.keepsNothing, request.cacheFolder != nil { _ = try CacheFolder.ifUsable(request.cacheFolder, events: { _ in }) }
        if let other = request.against { _ = try other.load().network() }
    }

    /// Opens models and lists, and finds everything that can be found wrong before the long work.
    public init(_ request: EvaluationRequest, events: EventHandler = { _ in }) throws {
        try self.init(request) { try EvaluatedModels($0, events: events) }
    }

    /// An evaluation of models that share crops.
    /// - Parameter models: opens them, as the completed request says.
    init(_ request: EvaluationRequest, models open: (EvaluationRequest) throws -> EvaluatedModels) throws {
        var request = request
        choices = ProtocolChoices.complete(&request)
        if request.parts != nil { request.keepsNothing = true }
        self.request = request
        pairsFile = try PairListFile(path: request.pairsFile, folds: request.judging.folds)
        pairs = pairsFile.pairs
        _ = try request.judging.groups(of: pairs, name: request.pairsFile)
        let models = try open(request)
        (loaded, embedders) = (models.loaded, models.embedders)
        let embedder = models.embedders[0]
        var faces = try FaceSettings(request.faces, contract: embedder.model.contract)
        faces.imageSize = embedder.imageSize
        if request.cropsFolder == nil { try faces.checkTemplate() }
        self.faces = faces
        otherFaces = embedders.count > 1 ? try? FaceSettings(request.faces, contract: embedders[1].model.contract) : nil
        let inputs = pairsFile.identities + loaded.map(\.opened.file.identity)
        folder = try request.judging.folder(request.contents, inputs: inputs)
        given = try request.cropsFolder.map(GivenCrops.init(folder:))
    }

    /// Runs it.
    public func run(events: EventHandler = { _ in }) throws -> EvaluationResult {
        let made = try embed(events: events)
        return try conclude(made, model: 0, against: embedders.count > 1 ? 1 : nil, folder: folder)
    }

    /// The embeddings of all images by every model.
    struct Embedded {
        let run: EmbeddingRun
        /// Those whose images have embeddings.
        let pairs: PairList
        let edition: LFWEdition?
    }

    /// Finds faces and embeds them.
    /// - Parameter endsAtModelFailure: whether a model without usable embeddings ends the work; `run.modelFailures` has it otherwise.
    func embed(endsAtModelFailure: Bool = true, events: EventHandler) throws -> Embedded {
        var pairs = pairs
        reportCrops(events)
        let images = try EvaluationImages.present(pairs.uniqueImages, request, given, events: events)
        // Unknown if the crops were made elsewhere.
        let edition = given == nil ? request.root.map(LFWEdition.init(root:)) : nil
        if let edition, edition != .deepFunneled {
            events(.otherEdition(edition, isJudged: request.judging.hasExpectations))
        }
        var run = try prepare(events)
        run.endsAtModelFailure = endsAtModelFailure
        if let parts = request.parts {
            try run.take(
                EvaluationPart.settings(request, embedders, faces, images: images), from: parts, images: images, root: request.root ?? ".",
                events: events)
        } else {
            try run.perform(images, allowsMissing: request.allowsMissing, threads: faces.threads, events: events)
        }
        let missing = run.missing(of: pairs.uniqueImages)
        if !missing.isEmpty { pairs = try pairs.dropping(images: missing, file: request.pairsFile) }
        try pairsFile.checkUnchanged()
        return Embedded(run: run, pairs: pairs, edition: edition)
    }

    /// Judges one of the models, compared with another of them if there is one.
    func conclude(_ made: Embedded, model: Int, against: Int?, folder: ReportFolder?) throws -> EvaluationResult {
        func table(_ index: Int) throws -> EmbeddingTable {
            try EmbeddingTable(
                paths: made.run.names, width: embedders[index].width, values: made.run.values[index], file: embedders[index].name)
        }
        let own = try table(model)
        let other = try against.map { other in
            (
                name: embedders[other].name, scores: try table(other).scores(of: made.pairs),
                rounded: RoundedModels(embedders[model], embedders[other])
            )
        }
        var provenance = provenance(made.run, edition: made.edition, of: [model] + (against.map { [$0] } ?? []))
        let speed = made.run.speed(of: model)
        if request.reportsTime { provenance.speed = speed }
        var result = try request.judging.conclude(
            try own.scores(of: made.pairs), provenance: provenance, embeddings: own, against: other, folder: folder)
        (result.times, result.speed) = (made.run.times, speed)
        return result
    }

    /// Reports if crops are not what a model was trained with.
    private func reportCrops(_ events: EventHandler) {
        if let choices { events(.protocolFollowed(choices)) }
        if faces.preprocess == .arcface, request.faces.crop == nil, given == nil {
            events(.alignedByFivePoints(model: embedders[0].name, selection: faces.crop.selection))
        }
        if let given {
            for remark in given.remarks(pairs.uniqueImages, for: faces) { events(.givenCrops(folder: given.folder, remark)) }
        } else if let other = otherFaces, other.crop.cut != faces.crop.cut || other.preprocess != faces.preprocess {
            events(.differentCrops(second: embedders[1].name, first: embedders[0].name))
        }
    }

    /// Opens what earlier runs cached, and the detector if it is needed.
    private func prepare(_ events: EventHandler) throws -> EmbeddingRun {
        let cache = request.keepsNothing ? nil : try CacheFolder.ifUsable(request.cacheFolder, events: events)
        let size = faces.imageSize
        let way: CropSource.Way
        let settings: SHA256Digest
        if let given {
            way = .given(given)
            settings = SHA256Digest(of: Array("given crops".utf8))
        } else {
            let weights = !faces.preprocess.looksForFaces ? [] : try DetectorWeights.paths(folder: faces.weightsFolder)
            settings = faces.digest(weights: try weights.map { SHA256Digest(of: try MappedFile(path: $0).bytes) })
            way = .made(try faces.aligner(), root: request.root ?? ".", isDetecting: faces.preprocess.looksForFaces)
        }
        let crops =
            given == nil
            ? try CacheFolder.opened(events) { try cache?.crops(settings, byteCount: CropSource.recordCount(size)) } : nil
        // A model that is compared with itself has one file.
        var logs: [SHA256Digest: RecordLog?] = [:]
        for embedder in embedders where logs[embedder.digest] == nil {
            logs[embedder.digest] = try CacheFolder.opened(events) {
                try cache?.embeddings(embedder.digest, crops: settings, width: embedder.width)
            }
        }
        return EmbeddingRun(
            source: CropSource(way: way, imageSize: size, kept: crops),
            embedders: embedders.map { ($0, logs[$0.digest] ?? nil) }, threads: faces.threads)
    }

    /// What a report says of where its figures come from.
    private func provenance(_ run: EmbeddingRun, edition: LFWEdition?, of models: [Int]) -> EvaluationProvenance {
        var provenance = EvaluationProvenance(models.map { embedders[$0] }, mirror: request.mirror ?? .none)
        provenance.lfwRoot = request.root.map(PathText.baseName)
        provenance.pairsFile = pairsFile.name
        let preprocess = given.map(\.preprocess) ?? faces.preprocess
        provenance.preprocess = preprocess?.rawValue
        if preprocess == .mtcnn { provenance.mtcnnMargin = given.map(\.margin) ?? faces.crop.margin }
        if run.isDetecting, preprocess?.looksForFaces == true, !run.names.isEmpty {
            provenance.successRate = Double(run.names.count - run.missed.count) / Double(run.names.count)
            provenance.missedImages = run.missed
        }
        if let given { provenance.notes.append(.givenCrops(given.settingsText)) }
        if faces.preprocess.looksForFaces, given == nil {
            let detection = faces.detection
            provenance.notes.append(
                .detector(
                    leastFace: detection.minFaceSize, thresholds: detection.thresholds, factor: detection.factor,
                    selection: faces.crop.selection.rawValue))
        }
        if given == nil, faces.crop.exif == .follow { provenance.notes.append(.orientationFollowed) }
        if let edition { provenance.notes.append(.init("images", edition.description)) }
        return provenance
    }
}
