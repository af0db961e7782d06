/// A rectangle of whole pixels; `right` and `bottom` are exclusive.
public struct PixelBox: Sendable, Equatable {
    /// First column.
    public var left: Int
    /// First row.
    public var top: Int
    /// One past the last column.
    public var right: Int
    /// One past the last row.
    public var bottom: Int

    /// Creates a box from its edges.
    public init(left: Int, top: Int, right: Int, bottom: Int) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }
}
