/// A rectangle of whole pixels; right and bottom are the first that no longer belong to it.
public struct PixelBox: Sendable, Equatable {
    /// First column.
    public var left: Int
    /// First row.
    public var top: Int
    /// The column behind the last.
    public var right: Int
    /// The row behind the last.
    public var bottom: Int

    /// A box.
    public init(left: Int, top: Int, right: Int, bottom: Int) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }
}
