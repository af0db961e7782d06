/// Numbers that enter or leave a network, in C order: images × channels × height × width, or images × features.
package struct Batch: Sendable, Equatable {
    /// Sizes, images first.
    package let shape: [Int]
    /// The numbers.
    package var values: [Float]

    /// Throws if shape and count disagree.
    package init(shape: [Int], values: [Float]) throws(InferenceError) {
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else { throw .wrongCount(shape: shape, count: values.count) }
            count = product
        }
        guard count == values.count, !shape.isEmpty else { throw .wrongCount(shape: shape, count: values.count) }
        self.shape = shape
        self.values = values
    }

    /// Images.
    package var imageCount: Int { shape[0] }
    /// Numbers of one image.
    package var imageSize: Int { shape.dropFirst().reduce(1, *) }

    /// Some of the images.
    package func images(_ range: Range<Int>) -> Batch {
        Batch(unchecked: [range.count] + shape.dropFirst(), Array(values[range.lowerBound * imageSize..<range.upperBound * imageSize]))
    }

    init(unchecked shape: [Int], _ values: [Float]) {
        self.shape = shape
        self.values = values
    }
}

/// One output of a network.
package struct NamedBatch: Sendable {
    /// The output's name in the graph.
    package let name: String
    /// Its numbers.
    package var batch: Batch
}
