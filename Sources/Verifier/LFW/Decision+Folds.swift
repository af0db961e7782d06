import ConvertFiles

extension Decision {
    /// Into how many folds pairs are divided.
    package static let folds = Decision("folds", "a number of folds")
}
