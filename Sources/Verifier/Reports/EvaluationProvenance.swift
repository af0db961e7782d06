/// What was evaluated and how. All of it is optional: scores alone have no model. Base names, never paths, so that the same run gives the same
/// bytes in any folder.
public struct EvaluationProvenance: Sendable, Equatable {
    /// A further setting or version that the report lists, such as `convert` and its version.
    public struct Note: Sendable, Equatable {
        /// What it is, in lower case with underscores.
        public let name: String
        /// Its value.
        public let value: String

        /// A note.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What kind of model it was; the reference project writes `local_checkpoint`.
    public var model: String?
    /// The network, such as `ir_resnet18`.
    public var backbone: String?
    /// Base name of the model's file.
    public var checkpoint: String?
    /// `mtcnn` or `resize`.
    public var preprocess: String?
    /// Margin of the crop, in pixels of the crop.
    public var mtcnnMargin: Int?
    /// Whether embeddings are means of an image's and its mirror image's.
    public var ttaFlip: Bool?
    /// Side of the crop in pixels.
    public var imageSize: Int?
    /// What the network ran on; `cpu` here.
    public var device: String?
    /// Base name of the images' folder.
    public var lfwRoot: String?
    /// Base name of the pairs' or the scores' file.
    public var pairsFile: String?
    /// Share of images in which a face was found, 0…1.
    public var successRate: Double?
    /// Images in which none was found, by path.
    public var missedImages: [String]?
    /// SHA-256 of the model's file, in hexadecimal.
    public var modelDigest: String?
    /// Anything else that the figures depend on.
    public var notes: [Note] = []

    /// Nothing known.
    public init() {}
}
