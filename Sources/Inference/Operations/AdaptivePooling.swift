import ConvertIR
import Kernels

extension PlainNode {
    func adaptiveAveragePool(_ size: Size2D) -> PlainTensor {
        var result = PlainTensor(zeros: [x.shape[0], x.shape[1], size.height, size.width])
        for n in 0..<x.shape[0] {
            for c in 0..<x.shape[1] {
                for y in 0..<size.height {
                    for z in 0..<size.width {
                        let rows = Size2D.adaptiveRange(y, of: size.height, size: x.shape[2])
                        let columns = Size2D.adaptiveRange(z, of: size.width, size: x.shape[3])
                        var sum = 0.0
                        for row in rows { for column in columns { sum += x[n, c, row, column] } }
                        result[n, c, y, z] = sum / Double(rows.count * columns.count)
                    }
                }
            }
        }
        return result
    }
}

extension PlannedLayer {
    /// A pooling with one window size if the parts are equal.
    func adaptiveAveragePool(_ size: Size2D) -> ExecutionStep {
        guard input.height.isMultiple(of: size.height), input.width.isMultiple(of: size.width) else { return small(.adaptiveAveragePool) }
        let window = Size2D(input.height / size.height, input.width / size.width)
        return pool(Pooling(kernel: window, stride: window), isMaximum: false)
    }
}

extension SmallJob {
    func adaptiveAveragePool(_ image: Int) {
        for row in 0..<output.height {
            let rows = Size2D.adaptiveRange(row, of: output.height, size: input.height)
            for column in 0..<output.width {
                let columns = Size2D.adaptiveRange(column, of: output.width, size: input.width)
                let target = output.pixel(image, row, column)
                target.update(repeating: 0, count: output.paddedChannels)
                for y in rows {
                    for x in columns {
                        let source = input.pixel(image, y, x)
                        for channel in 0..<input.channels { target[channel] += source[channel] }
                    }
                }
                let count = Float(rows.count * columns.count)
                for channel in 0..<input.channels { target[channel] /= count }
            }
        }
    }
}
