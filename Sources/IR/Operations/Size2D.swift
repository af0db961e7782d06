/// Two numbers, along height and width.
package struct Size2D: Sendable, Equatable {
    /// Along height.
    package var height: Int
    /// Along width.
    package var width: Int

    /// Two numbers.
    package init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    /// The same along both.
    package init(_ both: Int) { self.init(both, both) }
}
