/// Rows and columns put around an image.
package struct Padding2D: Sendable, Equatable {
    /// Rows above.
    package var top: Int
    /// Columns before.
    package var left: Int
    /// Rows below.
    package var bottom: Int
    /// Columns after.
    package var right: Int

    /// Four numbers.
    package init(top: Int, left: Int, bottom: Int, right: Int) {
        self.top = top
        self.left = left
        self.bottom = bottom
        self.right = right
    }

    /// The same on all sides.
    package init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

    /// `vertical` above and below, `horizontal` before and after.
    package init(vertical: Int, horizontal: Int) { self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal) }

    /// Whether there is none.
    package var isZero: Bool { top == 0 && left == 0 && bottom == 0 && right == 0 }
}
