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

    /// The hyper-parameter that lists those that weights do not show and a family's usual value was taken for.
    package static let assumedFacts = "assumed"

    /// Hyper-parameters that are assumed, in words.
    var assumedWords: [String] {
        (hyperparameters[Architecture.assumedFacts]?.array ?? []).compactMap(\.string).compactMap { name in
            hyperparameters[name].map {
                "\($0.integer.map(String.init) ?? $0.text()) \(name.map { $0 == "_" ? " " : String($0) }.joined())"
            }
        }
    }

    /// A graph that came with its file and belongs to no family known here.
    package static let custom = Architecture(name: "custom")
}
