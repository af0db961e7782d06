import ConvertFiles

/// Two images and whether they show the same person.
package struct LFWPair: Sendable, Equatable {
    /// Path of the first image, relative to the images' folder.
    package let imageA: String
    /// Path of the second image, relative to the images' folder.
    package let imageB: String
    /// Whether both show the same person (label 1).
    package let isSame: Bool

    /// Creates a pair.
    package init(_ imageA: String, _ imageB: String, isSame: Bool) {
        self.imageA = imageA
        self.imageB = imageB
        self.isSame = isSame
    }

    /// Whether the labels and, byte for byte, the paths are equal.
    package static func == (one: LFWPair, other: LFWPair) -> Bool {
        one.isSame == other.isSame && ExactText(one.imageA) == ExactText(other.imageA) && ExactText(one.imageB) == ExactText(other.imageB)
    }

    /// Longest path, in bytes, as in the kernel (PATH_MAX).
    static let pathLimit = 4096
}
