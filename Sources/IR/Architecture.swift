import ConvertJSON

/// The family of a network and the numbers that determine one network of it.
package struct Architecture: Sendable, Equatable {
    /// The family's name, such as `ir_resnet18`; `custom` if no family is known.
    package var name: String
    /// Hyper-parameters, such as `embedding_size`, in order.
    package var hyperparameters: JSONObject

    /// An architecture.
    package init(name: String, hyperparameters: JSONObject = JSONObject()) {
        self.name = name
        self.hyperparameters = hyperparameters
    }

    /// A graph that came with its file and belongs to no family known here.
    package static let custom = Architecture(name: "custom")
}
