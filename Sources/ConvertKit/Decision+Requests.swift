import ConvertFiles

extension Decision {
    /// Whether anything is cached.
    package static let noCache = Decision("noCache", "running without a cache")
    /// Whether pairs whose pictures cannot be used are left out.
    package static let allowMissing = Decision("allowMissing", "leaving pairs out")
    /// The folder of the pictures of an evaluation.
    package static let pictures = Decision("pictures", "a folder of pictures")
    /// The folder of finished crops.
    package static let crops = Decision("crops", "a folder of crops")
    /// Scores of another run to compare with.
    package static let baseline = Decision("baseline", "a baseline")
    /// An array in place of pictures.
    package static let array = Decision("array", "an input array")
    /// That the tensors' numbers are checked.
    package static let numberCheck = Decision("numberCheck", "checking numbers")
}
