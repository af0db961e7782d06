import ConvertIR

extension InputContract {
    /// The scale in which networks are compared on made-up images if nobody knows theirs: both sides get the same.
    package static let comparisonScaling: (mean: ChannelNumbers, standardDeviation: ChannelNumbers) = (127.5, 127.5)

    /// Pixels from 0 to 255, as RGB planes N×3×H×W, as the network takes them: N×C×H×W in its channel order and scale. An unknown scale is
    /// `comparisonScaling`; whoever needs the network's own asks for it first.
    package func standardize(_ pixels: Batch) throws -> Batch {
        let ordered = try arranged(pixels)
        let (mean, deviation) = scaling ?? InputContract.comparisonScaling
        guard mean != 0 || deviation != 1 else { return ordered }
        var values = ordered.values
        let channels = ordered.shape.count == 4 ? ordered.shape[1] : 1
        let plane = values.count / max(ordered.imageCount * channels, 1)
        for image in 0..<ordered.imageCount {
            for channel in 0..<channels {
                let (offset, divisor) = (Float(mean[channel]), Float(deviation[channel]))
                let start = (image * channels + channel) * plane
                for index in start..<start + plane { values[index] = (values[index] - offset) / divisor }
            }
        }
        return try Batch(shape: ordered.shape, values: values)
    }

    /// The channels in the network's order. Images that do not have three planes are returned as they are.
    private func arranged(_ pixels: Batch) throws -> Batch {
        guard channelOrder != .rgb, pixels.shape.count == 4, pixels.shape[1] == 3 else { return pixels }
        var values = pixels.values
        let plane = pixels.shape[2] * pixels.shape[3]
        if channelOrder == .bgr {
            for image in 0..<pixels.imageCount {
                let start = image * 3 * plane
                for index in 0..<plane { values.swapAt(start + index, start + 2 * plane + index) }
            }
            return try Batch(shape: pixels.shape, values: values)
        }
        var gray: [Float] = []
        gray.reserveCapacity(pixels.imageCount * plane)
        for image in 0..<pixels.imageCount {
            let start = image * 3 * plane
            for index in start..<start + plane {
                gray.append(Luminance.of(values[index], values[index + plane], values[index + 2 * plane]))
            }
        }
        return try Batch(shape: [pixels.shape[0], 1, pixels.shape[2], pixels.shape[3]], values: gray)
    }
}
