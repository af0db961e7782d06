/// A rectangle of whole pixels; `right` and `bottom` are exclusive.
package struct PixelBox: Sendable, Equatable {
    /// First column.
    package var left: Int
    /// First row.
    package var top: Int
    /// One past the last column.
    package var right: Int
    /// One past the last row.
    package var bottom: Int

    /// Creates a box from its edges.
    package init(left: Int, top: Int, right: Int, bottom: Int) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }
}
