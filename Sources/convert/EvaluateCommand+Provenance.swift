import Files
import Verifier

extension EvaluateCommand {
    /// What a report says of where its figures come from.
    static func provenance(
        _ request: EvaluateRequest, _ faces: FaceOptions, _ given: GivenCrops?, _ embedder: Embedder, _ second: Embedder?,
        _ run: EmbeddingRun, pairsFile: MappedFile, edition: LFWEdition?
    ) -> EvaluationProvenance {
        var provenance = EvaluationProvenance()
        provenance.model = "local_checkpoint"
        provenance.backbone = embedder.model.architecture.name
        provenance.checkpoint = embedder.name
        provenance.ttaFlip = request.flips
        provenance.imageSize = embedder.imageSize
        provenance.device = "cpu"
        provenance.lfwRoot = request.root.map(PathText.baseName)
        provenance.pairsFile = pairsFile.name
        provenance.modelDigest = embedder.fileDigest.text
        let preprocess = given.map(\.preprocess) ?? faces.preprocess
        provenance.preprocess = preprocess?.rawValue
        if preprocess == .mtcnn { provenance.mtcnnMargin = given.map(\.margin) ?? faces.crop.margin }
        if run.isDetecting, preprocess == .mtcnn, !run.names.isEmpty {
            provenance.successRate = Double(run.names.count - run.missed.count) / Double(run.names.count)
            provenance.missedImages = run.missed
        }
        provenance.notes.append(.init("input", embedder.model.contract.scalingText))
        if let second {
            provenance.notes.append(
                .init(
                    "against",
                    "\(second.name) (\(second.model.architecture.name), SHA-256 \(second.fileDigest.text)), input "
                        + second.model.contract.scalingText))
        }
        if let given { provenance.notes.append(.init("crops", given.description)) }
        if faces.preprocess == .mtcnn, given == nil {
            let detection = faces.detection
            provenance.notes.append(
                .init(
                    "mtcnn",
                    "least face \(detection.minFaceSize), thresholds \(detection.thresholds.map { "\($0)" }.joined(separator: " ")), factor "
                        + "\(detection.factor), face \(faces.crop.selection.rawValue)"))
        }
        if given == nil, faces.crop.exif == .follow { provenance.notes.append(.init("exif", "orientation followed")) }
        if let edition { provenance.notes.append(.init("images", edition.description)) }
        return provenance
    }
}
