/// Numbers in float64 with their sizes, in C order.
package struct PlainTensor: Sendable, Equatable {
    /// Sizes, outermost first.
    package let shape: [Int]
    /// The numbers.
    package var values: [Double]

    /// A tensor; the caller answers for the count.
    package init(shape: [Int], values: [Double]) {
        self.shape = shape
        self.values = values
    }

    /// Zeros.
    init(zeros shape: [Int]) { self.init(shape: shape, values: [Double](repeating: 0, count: shape.reduce(1, *))) }

    /// The number at four indices.
    subscript(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Double {
        get { values[((n * shape[1] + c) * shape[2] + y) * shape[3] + x] }
        set { values[((n * shape[1] + c) * shape[2] + y) * shape[3] + x] = newValue }
    }
}
