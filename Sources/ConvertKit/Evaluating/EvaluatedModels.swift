import ConvertInference
import Verifier

/// The model that is evaluated, and the one that it is compared with, ready to embed.
struct EvaluatedModels: Sendable {
    let loaded: [LoadedModel]
    /// At least one; all take crops of the same size.
    let embedders: [Embedder]

    /// Models that are open.
    init(loaded: [LoadedModel], embedders: [Embedder]) { (self.loaded, self.embedders) = (loaded, embedders) }

    /// Opens what a request names. Throws `EvaluationError.differentSizes` for two models that cannot share crops.
    init(_ request: EvaluationRequest, events: EventHandler) throws {
        let (options, isAligned) = (request.executor, !request.sets.isEmpty)
        let first = try request.model.load()
        first.report(to: events)
        let embedder = try Embedder(first, mirror: request.mirror ?? .none, isAligned: isAligned, options: options)
        var loaded = [first]
        var embedders = [embedder]
        if let against = request.against {
            let second = try against.load()
            second.report(to: events)
            let other = try Embedder(
                second, mirror: request.mirror ?? .none, imageSize: embedder.imageSize, isAligned: isAligned, options: options)
            if other.imageSize != embedder.imageSize {
                throw EvaluationError.differentSizes(
                    first: embedder.name, size: embedder.imageSize, second: other.name, other: other.imageSize)
            }
            loaded.append(second)
            embedders.append(other)
        }
        (self.loaded, self.embedders) = (loaded, embedders)
    }
}
