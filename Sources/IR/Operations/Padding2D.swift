/// Rows and columns put around an image.
public struct Padding2D: Sendable, Equatable {
    /// Rows above.
    public var top: Int
    /// Columns before.
    public var left: Int
    /// Rows below.
    public var bottom: Int
    /// Columns after.
    public var right: Int

    /// Four numbers.
    public init(top: Int, left: Int, bottom: Int, right: Int) {
        self.top = top
        self.left = left
        self.bottom = bottom
        self.right = right
    }

    /// The same on all sides.
    public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

    /// `vertical` above and below, `horizontal` before and after.
    public init(vertical: Int, horizontal: Int) { self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal) }

    /// Whether there is none.
    public var isZero: Bool { top == 0 && left == 0 && bottom == 0 && right == 0 }
}
