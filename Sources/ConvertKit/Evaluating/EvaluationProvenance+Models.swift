import ConvertIR
import Verifier

extension EvaluationProvenance {
    /// What a report says about the networks. The first is the one that is evaluated.
    init(_ embedders: [Embedder], mirror: MirrorUse) {
        self.init()
        model = "local_checkpoint"
        device = "cpu"
        ttaFlip = mirror != .none
        guard let embedder = embedders.first else { return }
        backbone = embedder.model.architecture.name
        checkpoint = embedder.name
        imageSize = embedder.imageSize
        modelDigest = embedder.fileDigest.text
        if mirror == .concatenate { notes.append(.init("flip", "vectors of image and mirror image side by side")) }
        notes.append(.input(embedder.model.contract.scalingText))
        for second in embedders.dropFirst() {
            notes.append(
                .against(
                    second.name, architecture: second.model.architecture.name, digest: second.fileDigest.text,
                    scaling: second.model.contract.scalingText))
        }
    }
}
