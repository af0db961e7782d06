/// Numbers that enter or leave a network, in C order: images × channels × height × width, or images × features.
public struct Batch: Sendable, Equatable {
    /// Sizes, images first.
    public let shape: [Int]
    /// The numbers.
    public var values: [Float]

    /// Throws if shape and count disagree.
    public init(shape: [Int], values: [Float]) throws(InferenceError) {
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
    public var imageCount: Int { shape[0] }
    /// Numbers of one image.
    public var imageSize: Int { shape.dropFirst().reduce(1, *) }

    /// Some of the images.
    public func images(_ range: Range<Int>) -> Batch {
        Batch(unchecked: [range.count] + shape.dropFirst(), Array(values[range.lowerBound * imageSize..<range.upperBound * imageSize]))
    }

    init(unchecked shape: [Int], _ values: [Float]) {
        self.shape = shape
        self.values = values
    }
}

/// One output of a network.
public struct NamedBatch: Sendable {
    /// The output's name in the graph.
    public let name: String
    /// Its numbers.
    public var batch: Batch
}
