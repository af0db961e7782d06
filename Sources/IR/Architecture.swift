import JSON

/// The family of a network and the numbers that determine one network of it.
public struct Architecture: Sendable, Equatable {
    /// The family's name, such as `ir_resnet18`; `custom` if no family is known.
    public var name: String
    /// Hyper-parameters, such as `embedding_size`, in order.
    public var hyperparameters: JSONObject

    /// An architecture.
    public init(name: String, hyperparameters: JSONObject = JSONObject()) {
        self.name = name
        self.hyperparameters = hyperparameters
    }

    /// A graph that came with its file and belongs to no family known here.
    public static let custom = Architecture(name: "custom")
}
