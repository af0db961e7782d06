import ConvertIR

/// A family of networks: what its keys look like, and how its graph is built from them. Adding one takes a file and a line in
/// `Architectures`.
protocol ArchitectureFamily: Sendable {
    /// Names of the family's networks, for messages.
    static var knownNames: [String] { get }
    /// The canonical spelling of a name of this family; nil for any other name. The argument is lower case, with `_` in place of `-`.
    static func canonicalName(_ name: String) -> String?
    /// Whether the family's own definition brings its output to unit length.
    static var endsInNormalization: Bool { get }
    /// Keys that only this family has, for messages.
    static var tellTaleKeys: [String] { get }
    /// The network that the keys show; nil if the distinctive keys are absent.
    static func recognize(_ weights: Weights) -> RecognizedNetwork?
    /// Builds graph and contract. Throws `ArchitectureError` if a weight is missing, unexpected or of the wrong shape.
    /// - Parameter imageSize: The size that the caller states; nil to take the checkpoint's, or else the family's usual one.
    static func build(_ network: RecognizedNetwork, from weights: Weights, imageSize: GivenFacts.ImageSize?) throws -> BuiltNetwork
}

extension ArchitectureFamily {
    static var endsInNormalization: Bool { false }
}

/// What keys and shapes show about a network.
struct RecognizedNetwork {
    /// The canonical spelling of the network's name.
    let name: String
    /// The prefix that all keys share.
    let prefix: String
}

/// A graph with everything that belongs to it.
struct BuiltNetwork {
    let graph: Graph
    let contract: InputContract
    let hyperparameters: Metadata
    /// Keys that inference does not need, such as `logits.weight`.
    let extraKeys: [String]
    /// What a user should know about the network, one sentence each.
    var remarks: [String] = []
}
