/// Two numbers, along height and width.
public struct Size2D: Sendable, Equatable {
    /// Along height.
    public var height: Int
    /// Along width.
    public var width: Int

    /// Two numbers.
    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    /// The same along both.
    public init(_ both: Int) { self.init(both, both) }
}
