import ConvertIR

/// What was evaluated and how. Every member is optional, because scores alone have no model. Files are given by base name, so that the same
/// run gives the same bytes in any folder.
package struct EvaluationProvenance: Sendable, Equatable {
    /// A further setting or version that the report lists, such as `convert` and its version.
    package struct Note: Sendable, Equatable {
        /// The name, in lower case with underscores.
        package let name: String
        /// Its value.
        package let value: String

        /// Creates a note.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The kind of model; the reference project writes `local_checkpoint`.
    package var model: String?
    /// The network, such as `ir_resnet18`.
    package var backbone: String?
    /// Base name of the model's file.
    package var checkpoint: String?
    /// `mtcnn`, `arcface` or `resize`.
    package var preprocess: String?
    /// Margin around the face, in pixels of the crop.
    package var mtcnnMargin: Int?
    /// Whether embeddings are averaged over an image and its mirror image.
    package var ttaFlip: Bool?
    /// Height and width of the crop in pixels.
    package var imageSize: GivenFacts.ImageSize?
    /// The device that the network ran on; always `cpu` here.
    package var device: String?
    /// Base name of the images' folder.
    package var lfwRoot: String?
    /// Base name of the file with the pairs or the scores.
    package var pairsFile: String?
    /// Share of images in which a face was found, 0…1.
    package var successRate: Double?
    /// Paths of images in which no face was found.
    package var missedImages: [String]?
    /// SHA-256 of the model's file, in hexadecimal.
    package var modelDigest: String?
    /// Other settings and versions that affect the figures.
    package var notes: [Note] = []

    /// How long it took, for files that are to say so.
    package var speed: EvaluationSpeed?

    /// Nothing is known.
    package init() {}
}
