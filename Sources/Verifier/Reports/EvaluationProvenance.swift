/// What was evaluated and how. Every member is optional, because scores alone have no model. Files are given by base name, so that the same
/// run gives the same bytes in any folder.
public struct EvaluationProvenance: Sendable, Equatable {
    /// A further setting or version that the report lists, such as `convert` and its version.
    public struct Note: Sendable, Equatable {
        /// The name, in lower case with underscores.
        public let name: String
        /// Its value.
        public let value: String

        /// Creates a note.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The kind of model; the reference project writes `local_checkpoint`.
    public var model: String?
    /// The network, such as `ir_resnet18`.
    public var backbone: String?
    /// Base name of the model's file.
    public var checkpoint: String?
    /// `mtcnn` or `resize`.
    public var preprocess: String?
    /// Margin around the face, in pixels of the crop.
    public var mtcnnMargin: Int?
    /// Whether embeddings are averaged over an image and its mirror image.
    public var ttaFlip: Bool?
    /// Side of the crop in pixels.
    public var imageSize: Int?
    /// The device that the network ran on; always `cpu` here.
    public var device: String?
    /// Base name of the images' folder.
    public var lfwRoot: String?
    /// Base name of the file with the pairs or the scores.
    public var pairsFile: String?
    /// Share of images in which a face was found, 0…1.
    public var successRate: Double?
    /// Paths of images in which no face was found.
    public var missedImages: [String]?
    /// SHA-256 of the model's file, in hexadecimal.
    public var modelDigest: String?
    /// Other settings and versions that affect the figures.
    public var notes: [Note] = []

    /// Nothing is known.
    public init() {}
}
