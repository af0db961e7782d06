extension EvaluationProvenance.Note {
    /// How pixels enter the network.
    package static func input(_ scaling: String) -> Self { .init("input", scaling) }

    /// The second model.
    package static func against(_ name: String, architecture: String, digest: String, scaling: String) -> Self {
        .init("against", "\(name) (\(architecture), SHA-256 \(digest)), input \(scaling)")
    }

    /// Finished crops and how they were made; nil if nothing says it.
    package static func givenCrops(_ settings: String?) -> Self {
        .init("crops", settings ?? "finished ones; nothing says how they were made")
    }

    /// How faces were found.
    package static func detector(leastFace: Int, thresholds: [Double], factor: Double, selection: String) -> Self {
        let thresholds = thresholds.map { "\($0)" }.joined(separator: " ")
        return .init("mtcnn", "least face \(leastFace), thresholds \(thresholds), factor \(factor), face \(selection)")
    }

    /// EXIF orientation was followed, which the reference project does not do.
    package static var orientationFollowed: Self { .init("exif", "orientation followed") }

    /// What a page calls it; other notes are programs with their versions.
    var label: String {
        switch name {
        case "input": "Pixels enter as"
        case "against": "Compared with"
        case "crops": "Given crops"
        case "mtcnn": "Detector"
        case "exif": "EXIF"
        case "images": "Edition of the pictures"
        case "flip": "Mirror images"
        case "mean": "Mean embedding"
        case "embeddings": "Given embeddings"
        case "pictures": "Pictures"
        default: "Version of \(name)"
        }
    }
}
