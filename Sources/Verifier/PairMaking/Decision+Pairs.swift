import ConvertFiles

extension Decision {
    /// How many pairs are made.
    package static let pairCount = Decision("pairCount", "a number of pairs")
}
