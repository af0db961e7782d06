import ConvertFiles

extension Decision {
    /// Whether numbers that are not finite may enter a network or come out of it.
    package static let allowNotFinite = Decision("allowNotFinite", "allowing numbers that are not finite")
}
