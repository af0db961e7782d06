import IR

/// Channels, height and width of a value; vectors are images of one pixel.
struct ValueExtent: Hashable, Sendable {
    var channels: Int
    var height: Int
    var width: Int

    /// Nil where a size is not known.
    init?(_ type: ValueType) {
        let sizes = type.shape.dropFirst().map(\.fixed)
        switch sizes.count {
        case 1:
            guard let channels = sizes[0] else { return nil }
            (self.channels, height, width) = (channels, 1, 1)
        case 3:
            guard let channels = sizes[0], let height = sizes[1], let width = sizes[2] else { return nil }
            (self.channels, self.height, self.width) = (channels, height, width)
        default: return nil
        }
    }
}

/// What a layer's algorithm is; it follows from the layer alone, so that results do not depend on the batch.
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
