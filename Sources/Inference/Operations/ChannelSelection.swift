import ConvertIR
import Kernels

extension PlainNode {
    func selectChannels(_ channels: [Int]) -> PlainTensor {
        let plane = x.shape.dropFirst(2).reduce(1, *)
        let image = x.shape[1] * plane
        var values: [Double] = []
        for start in stride(from: 0, to: x.values.count, by: max(image, 1)) {
            for channel in channels { values += x.values[start + channel * plane..<start + (channel + 1) * plane] }
        }
        return PlainTensor(shape: [x.shape[0], channels.count] + x.shape.dropFirst(2), values: values)
    }
}

extension LayerFusion {
    mutating func selectChannels(_ node: Node, _ channels: [Int]) { append(node, .selectChannels(channels)) }
}

extension SmallJob {
    func select(_ channels: [Int], _ image: Int) {
        for row in 0..<output.height {
            for column in 0..<output.width {
                let (source, target) = (input.pixel(image, row, column), output.pixel(image, row, column))
                for (index, channel) in channels.enumerated() { target[index] = source[channel] }
                for index in channels.count..<output.paddedChannels { target[index] = 0 }
            }
        }
    }
}
