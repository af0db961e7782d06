import ConvertIR
import Kernels

extension PlainNode {
    func flatten() -> PlainTensor { PlainTensor(shape: [x.shape[0], x.shape.dropFirst().reduce(1, *)], values: x.values) }
}

extension SmallJob {
    /// Pixels with their channels inside become channels with their pixels inside, as torch keeps them.
    func flatten(_ image: Int) {
        let target = output.pixel(image, 0, 0)
        let size = input.height * input.width
        for row in 0..<input.height {
            for column in 0..<input.width {
                let source = input.pixel(image, row, column)
                let position = row * input.width + column
                for channel in 0..<input.channels { target[channel * size + position] = source[channel] }
            }
        }
        for index in output.channels..<output.paddedChannels { target[index] = 0 }
    }
}

extension PlannedLayer {
    func flatten() -> ExecutionStep { source.layout.order == .image ? small(.flatten) : reshape() }
}
