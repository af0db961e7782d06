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

    /// Bytes that a path may have, as in the kernel (PATH_MAX).
    static let pathLimit = 4096
}
