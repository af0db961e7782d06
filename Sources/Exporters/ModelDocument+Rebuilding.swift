import Architectures
import IR

extension ModelDocument {
    /// The document for formats that keep the checkpoint's facts in entries of their own, where every reader sees them. The graph is left
    /// out where its family rebuilds the very same one from the weights.
    static func besideMetadata(_ model: Model) -> ModelDocument {
        var document = ModelDocument(model)
        document.metadata = Metadata()
        if let rebuilt = try? Architectures.rebuild(model.weights, requested: model.architecture.name), rebuilt.droppedKeys.isEmpty,
            rebuilt.model.graph == model.graph, rebuilt.model.architecture == model.architecture
        {
            document.graph = nil
        }
        return document
    }
}
