import Architectures
import ConvertIR

extension ModelDocument {
    /// The document for formats that store the checkpoint's metadata in entries of their own, where every reader sees it. The graph is left
    /// out if its family rebuilds an identical one from the weights.
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
