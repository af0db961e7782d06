import Files

/// Two images and whether they show the same person.
public struct LFWPair: Sendable, Equatable {
    /// Path of the first image below the images' folder.
    public let imageA: String
    /// Path of the second image.
    public let imageB: String
    /// Whether both are of one person: label 1.
    public let isSame: Bool

    /// A pair.
    public init(_ imageA: String, _ imageB: String, isSame: Bool) {
        self.imageA = imageA
        self.imageB = imageB
        self.isSame = isSame
    }

    /// Equal labels and, byte for byte, equal paths.
    public static func == (one: LFWPair, other: LFWPair) -> Bool {
        one.isSame == other.isSame && ExactText(one.imageA) == ExactText(other.imageA) && ExactText(one.imageB) == ExactText(other.imageB)
    }

    /// Bytes that a path may have, as in the kernel (PATH_MAX).
    static let pathLimit = 4096
}
