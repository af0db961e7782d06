import IR

/// A family of networks: how its keys look, and how its graph is built from them. Adding one is a file and a line in `Architectures`.
protocol ArchitectureFamily: Sendable {
    /// Names for messages.
    static var knownNames: [String] { get }
    /// The one spelling of a name that this family answers to; nil for other names. The name is lower case with `_` for `-`.
    static func canonicalName(_ name: String) -> String?
    /// Whether the family's own definition brings its output to unit length.
    static var endsInNormalization: Bool { get }
    /// Keys that only this family has, for messages.
    static var tellTaleKeys: [String] { get }
    /// The network that the keys show; nil where the tell-tale keys are not there.
    static func recognize(_ weights: Weights) -> RecognizedNetwork?
    /// Builds graph and contract; throws where a weight is missing, unexpected or of the wrong shape.
    /// - Parameter imageSize: the size that the user gives; nil to take what the checkpoint states, else the usual one.
    static func build(_ network: RecognizedNetwork, from weights: Weights, imageSize: GivenFacts.ImageSize?) throws -> BuiltNetwork
}

extension ArchitectureFamily {
    static var endsInNormalization: Bool { false }
}

/// What keys and shapes show.
struct RecognizedNetwork {
    /// The one spelling of the network's name.
    let name: String
    /// What stands before every key.
    let prefix: String
}

/// A graph with what belongs to it.
struct BuiltNetwork {
    let graph: Graph
    let contract: InputContract
    let hyperparameters: Metadata
    /// Keys that inference does not need, such as `logits.weight`.
    let extraKeys: [String]
    /// What a user should know about it, one sentence each.
    var remarks: [String] = []
}
