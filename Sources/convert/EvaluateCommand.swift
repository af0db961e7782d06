import Faces
import Files
import IR
import Inference
import JSON
import Verifier

/// `convert evaluate MODEL`: align, embed, score, judge.
enum EvaluateCommand {
    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: EvaluateRequest.table, command: "evaluate")
        if parsed.has("--help") {
            Terminal.print(HelpText.evaluate)
            return .fine
        }
        return try run(parsed)
    }

    /// Finds what can be found wrong without the model.
    static func check(_ parsed: ParsedArguments) throws {
        let request = try EvaluateRequest(parsed)
        let judging = try JudgingOptions(parsed)
        let pairsFile = try MappedFile(path: request.pairsFile)
        let pairs = try PairList(pairsFile, folds: judging.folds)
        _ = try judging.folder(request.contents, inputs: [pairsFile.identity])
        _ = try present(pairs.uniqueImages, request, try request.cropsFolder.map(GivenCrops.init(folder:)), isQuiet: true)
    }

    /// Finds what can be found wrong with a model that is to be evaluated: the detector's weights and the cache are there, and so is the model
    /// that it is held against.
    static func check(_ parsed: ParsedArguments, of model: Model, name: String) throws {
        let request = try EvaluateRequest(parsed)
        if request.flips { try Embedder.checkFlip(model, name: name) }
        let faces = try FaceOptions(parsed, contract: model.contract)
        if request.cropsFolder == nil, faces.preprocess == .mtcnn { _ = try MTCNNWeights.paths(folder: faces.weightsFolder) }
        if !request.keepsNothing, request.cacheFolder != nil { _ = try CacheFolder.ifUsable(request.cacheFolder) }
        if let other = request.against { _ = try RunnableModel(path: other, architecture: request.architecture, parsed: parsed) }
    }

    /// - Parameter document: what an export before it has to say, with `--json`.
    static func run(_ parsed: ParsedArguments, after document: JSONObject? = nil) throws -> ExitStatus {
        let request = try EvaluateRequest(parsed)
        let judging = try JudgingOptions(parsed)
        let isQuiet = parsed.has("--quiet")
        if !isQuiet { for note in request.notes { Terminal.error("convert: note: \(note)") } }

        // Everything that can fail soon does so before the long work.
        let pairsFile = try MappedFile(path: request.pairsFile)
        var pairs = try PairList(pairsFile, folds: judging.folds)
        let first = try embedder(request.model, request, asked: nil, parsed)
        let second = try request.against.map { try embedder($0, request, asked: first.imageSize, parsed) }
        if let second, second.imageSize != first.imageSize {
            throw EvaluateError.differentSizes(
                first: first.name, size: first.imageSize, second: second.name, other: second.imageSize)
        }
        var faces = try FaceOptions(parsed, contract: first.model.contract)
        try parsed.finish(because: "nothing of what is asked for uses it")
        faces.crop.imageSize = first.imageSize
        if let remark = faces.remark, request.cropsFolder == nil, !isQuiet { Terminal.error("convert: \(first.name): \(remark)") }
        let inputs = [pairsFile.identity] + [request.model, request.against].compactMap { $0 }.compactMap(FileIdentity.init(path:))
        let folder = try judging.folder(request.contents, inputs: inputs)
        let given = try request.cropsFolder.map(GivenCrops.init(folder:))
        if let given, !isQuiet {
            for remark in given.remarks(pairs.uniqueImages, for: faces) { Terminal.error("convert: \(given.folder): \(remark)") }
        }
        if let second, !isQuiet, let other = try? FaceOptions(parsed, contract: second.model.contract), given == nil,
            other.preprocess != faces.preprocess || other.crop.margin != faces.crop.margin
        {
            Terminal.error("convert: \(second.name) takes its faces cut in another way; both models get the crops that \(first.name) takes")
        }
        let images = try present(pairs.uniqueImages, request, given, isQuiet: isQuiet)
        // Of finished crops it is not known.
        let edition = given == nil ? request.root.map(LFWEdition.init(root:)) : nil
        if let edition, !isQuiet { tell(edition, judging) }

        var run = try prepare(request, faces, given, [first] + (second.map { [$0] } ?? []), isQuiet: isQuiet)
        var progress = Progress(total: images.count, unit: "images", isQuiet: isQuiet)
        if !isQuiet { for line in run.complaints + [run.keptText].compactMap(\.self) { Terminal.error("convert: \(line)") } }
        if run.isKeeping { Interruption.setFarewell("convert: stopped; the same command again goes on where this one ended") }
        do { try run.run(images, allowsMissing: request.allowsMissing, progress: &progress) } catch {
            progress.clear()
            throw tellDamage(images, run.source, threads: faces.threads, error: error) ?? error
        }
        progress.clear()
        Interruption.setFarewell(nil)
        for refusal in run.refusals { Terminal.error("convert: no more is kept of this run: \(refusal)") }

        if run.damagedCount > 0, !isQuiet { Terminal.error("convert: \(run.damagedCount) kept entries were damaged and were made again") }
        if !isQuiet, let remark = TurnedPictures.remark(run.turned, of: images.count) { Terminal.error("convert: note: \(remark)") }
        for failure in run.failures { Terminal.error("convert: left out: \(failure.error)") }
        let there = Set(run.names.map { ExactText($0) })
        let gone = pairs.uniqueImages.filter { !there.contains(ExactText($0)) }
        if !gone.isEmpty { pairs = try pairs.dropping(images: gone, file: request.pairsFile) }
        try pairsFile.checkUnchanged()
        let tables = try zip(run.embedders, run.values).map { each, values in
            try EmbeddingTable(paths: run.names, width: each.embedder.width, values: values, file: each.embedder.name)
        }
        let provenance = provenance(request, faces, given, first, second, run, pairsFile: pairsFile, edition: edition)
        let other = try second.map { second in (name: second.name, scores: try tables[1].scores(of: pairs)) }
        return try judging.conclude(
            try tables[0].scores(of: pairs), provenance: provenance, embeddings: tables[0], against: other, folder: folder, after: document)
    }

    private static func embedder(_ path: String, _ request: EvaluateRequest, asked: Int?, _ parsed: ParsedArguments) throws -> Embedder {
        let opened = try RunnableModel(path: path, architecture: request.architecture, parsed: parsed)
        try ContractQuestion.check(opened.model, file: PathText.baseName(path))
        if !parsed.has("--quiet") { for remark in opened.remarks { Terminal.error("convert: \(remark)") } }
        return try Embedder(opened, name: PathText.baseName(path), flips: request.flips, imageSize: asked, options: request.executor)
    }

    private static func tell(_ edition: LFWEdition, _ judging: JudgingOptions) {
        guard edition != .deepFunneled else { return }
        Terminal.error(
            "convert: the pictures are \(edition.description)"
                + (judging.hasExpectations ? "; the reference project's figures belong to LFW deep-funneled" : ""))
    }

    /// Opens what earlier runs kept, and the detector where it is needed.
    private static func prepare(
        _ request: EvaluateRequest, _ faces: FaceOptions, _ given: GivenCrops?, _ embedders: [Embedder], isQuiet: Bool
    ) throws -> EmbeddingRun {
        let cache = request.keepsNothing ? nil : try CacheFolder.ifUsable(request.cacheFolder)
        let size = faces.crop.imageSize
        let way: CropSource.Way
        let settings: SHA256Digest
        if let given {
            way = .given(given)
            settings = SHA256Digest(of: Array("given crops".utf8))
        } else {
            let weights = faces.preprocess == .resize ? [] : try MTCNNWeights.paths(folder: faces.weightsFolder)
            settings = faces.digest(weights: try weights.map { SHA256Digest(of: try MappedFile(path: $0).bytes) })
            way = .made(try faces.aligner(), root: request.root ?? ".", isDetecting: faces.preprocess == .mtcnn)
        }
        func open(_ log: () throws -> RecordLog?) throws -> RecordLog? {
            do { return try log() } catch let error as FileError {
                switch error {
                case .notKept, .notPrivate: Terminal.error("convert: nothing is kept of this run: \(error)")
                case .inUse(let path):
                    if !isQuiet {
                        Terminal.error(
                            "convert: \(path) is in use by another run; nothing is taken from it, and nothing is kept of this run")
                    }
                default: throw error
                }
                return nil
            }
        }
        let crops =
            given == nil ? try open { try cache?.crops(settings, byteCount: CropSource.recordCount(imageSize: size)) } : nil
        // A model that is held against itself has one file.
        var logs: [SHA256Digest: RecordLog?] = [:]
        for embedder in embedders where logs[embedder.digest] == nil {
            logs[embedder.digest] = try open { try cache?.embeddings(embedder.digest, crops: settings, width: embedder.width) }
        }
        return EmbeddingRun(
            source: CropSource(way: way, imageSize: size, kept: crops),
            embedders: embedders.map { ($0, logs[$0.digest] ?? nil) }, threads: faces.threads)
    }
}
