import ConvertIR

/// The algorithm of a convolution; it follows from the layer alone, so that results do not depend on the batch.
enum ConvolutionMethod {
    case direct
    case winograd
    case depthwise
}

extension FusedLayer {
    /// The method for a convolution.
    static func method(_ layer: Convolution, weightShape: [Int], output: ValueExtent?, isExact: Bool) -> ConvolutionMethod {
        if layer.groups > 1, weightShape[1] == 1, weightShape[0] == layer.groups { return .depthwise }
        // On smaller images, or with fewer channels, the transforms cost more than the multiplications that they save.
        let isSquare = weightShape[2] == 3 && weightShape[3] == 3 && layer.stride == Size2D(1) && layer.dilation == Size2D(1)
        guard !isExact, isSquare, layer.groups == 1, let output else { return .direct }
        return weightShape[0] >= 16 && weightShape[1] >= 16 && output.height >= 8 && output.width >= 8 ? .winograd : .direct
    }
}

/// Sums of many products are divided into parts, as one long chain of additions loses digits.
enum PartialSum {
    /// Products in a part: by default, as many as keep a network's error within 1.25 times PyTorch's; exact sums are of so few that crops come out
    /// byte for byte like the detector's in PyTorch.
    static func terms(isExact: Bool) -> Int { isExact ? 32 : 144 }
}
