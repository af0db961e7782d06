import IR

/// Each operation as its definition reads, in float64. This is what the fast executor is held against; it is not meant to be fast.
enum PlainOperations {
    static func convolution(_ x: PlainTensor, weight w: PlainTensor, bias: [Double]?, _ layer: Convolution) -> PlainTensor {
        let (rows, columns) = (w.shape[2], w.shape[3])
        let height =
            (x.shape[2] + layer.padding.top + layer.padding.bottom - (rows - 1) * layer.dilation.height - 1) / layer.stride.height + 1
        let width =
            (x.shape[3] + layer.padding.left + layer.padding.right - (columns - 1) * layer.dilation.width - 1) / layer.stride.width + 1
        var result = PlainTensor(zeros: [x.shape[0], w.shape[0], height, width])
        let (perGroupIn, perGroupOut) = (w.shape[1], w.shape[0] / layer.groups)
        for n in 0..<x.shape[0] {
            for o in 0..<w.shape[0] {
                let firstChannel = o / perGroupOut * perGroupIn
                for y in 0..<height {
                    for z in 0..<width {
                        var sum = bias?[o] ?? 0
                        for c in 0..<perGroupIn {
                            for i in 0..<rows {
                                let row = y * layer.stride.height - layer.padding.top + i * layer.dilation.height
                                guard row >= 0, row < x.shape[2] else { continue }
                                for j in 0..<columns {
                                    let column = z * layer.stride.width - layer.padding.left + j * layer.dilation.width
                                    guard column >= 0, column < x.shape[3] else { continue }
                                    sum += x[n, firstChannel + c, row, column] * w[o, c, i, j]
                                }
                            }
                        }
                        result[n, o, y, z] = sum
                    }
                }
            }
        }
        return result
    }

    static func batchNormalization(
        _ x: PlainTensor, scale: [Double], bias: [Double], mean: [Double], variance: [Double], epsilon: Double
    ) -> PlainTensor {
        byChannel(x) { value, c in (value - mean[c]) / (variance[c] + epsilon).squareRoot() * scale[c] + bias[c] }
    }

    static func prelu(_ x: PlainTensor, slope: [Double]) -> PlainTensor {
        byChannel(x) { value, c in value < 0 ? value * slope[slope.count == 1 ? 0 : c] : value }
    }

    /// A function of each number and its channel.
    static func byChannel(_ x: PlainTensor, _ function: (Double, Int) -> Double) -> PlainTensor {
        let inner = x.shape.dropFirst(2).reduce(1, *)
        return PlainTensor(
            shape: x.shape, values: x.values.indices.map { function(x.values[$0], $0 / inner % x.shape[1]) })
    }

    static func pool(_ x: PlainTensor, _ pooling: Pooling, height: Int, width: Int, isMaximum: Bool) -> PlainTensor {
        var result = PlainTensor(zeros: [x.shape[0], x.shape[1], height, width])
        for n in 0..<x.shape[0] {
            for c in 0..<x.shape[1] {
                for y in 0..<height {
                    for z in 0..<width {
                        var inside: [Double] = []
                        for i in 0..<pooling.kernel.height {
                            let row = y * pooling.stride.height - pooling.padding.top + i
                            guard row >= 0, row < x.shape[2] else { continue }
                            for j in 0..<pooling.kernel.width {
                                let column = z * pooling.stride.width - pooling.padding.left + j
                                if column >= 0, column < x.shape[3] { inside.append(x[n, c, row, column]) }
                            }
                        }
                        // A NaN is passed on, as torch does.
                        let largest = inside.contains(where: \.isNaN) ? .nan : inside.max() ?? -.infinity
                        result[n, c, y, z] = isMaximum ? largest : inside.reduce(0, +) / Double(max(inside.count, 1))
                    }
                }
            }
        }
        return result
    }

    static func globalAveragePool(_ x: PlainTensor) -> PlainTensor {
        let inner = x.shape[2] * x.shape[3]
        let means = stride(from: 0, to: x.values.count, by: inner).map { x.values[$0..<$0 + inner].reduce(0, +) / Double(inner) }
        return PlainTensor(shape: [x.shape[0], x.shape[1], 1, 1], values: means)
    }

    static func linear(_ x: PlainTensor, weight w: PlainTensor, bias: [Double]?) -> PlainTensor {
        var result = PlainTensor(zeros: [x.shape[0], w.shape[0]])
        for n in 0..<x.shape[0] {
            for o in 0..<w.shape[0] {
                var sum = bias?[o] ?? 0
                for i in 0..<w.shape[1] { sum += x.values[n * w.shape[1] + i] * w.values[o * w.shape[1] + i] }
                result.values[n * w.shape[0] + o] = sum
            }
        }
        return result
    }

    static func concatenate(_ parts: [PlainTensor], axis: Int) -> PlainTensor {
        var shape = parts[0].shape
        shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
        let outer = shape[..<axis].reduce(1, *)
        var values: [Double] = []
        for index in 0..<outer {
            for part in parts {
                let size = part.shape[axis...].reduce(1, *)
                values += part.values[index * size..<(index + 1) * size]
            }
        }
        return PlainTensor(shape: shape, values: values)
    }

    static func permute(_ x: PlainTensor, _ axes: [Int]) -> PlainTensor {
        let shape = axes.map { x.shape[$0] }
        var strides = [Int](repeating: 1, count: x.shape.count)
        for axis in x.shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * x.shape[axis + 1] }
        var result = PlainTensor(zeros: shape)
        for index in result.values.indices {
            var rest = index
            var place = 0
            for axis in shape.indices.reversed() {
                place += rest % shape[axis] * strides[axes[axis]]
                rest /= shape[axis]
            }
            result.values[index] = x.values[place]
        }
        return result
    }

    /// Applies a function to each vector along an axis.
    static func alongAxis(_ x: PlainTensor, _ axis: Int, _ function: ([Double]) -> [Double]) -> PlainTensor {
        var result = x
        let inner = x.shape[(axis + 1)...].reduce(1, *)
        let size = x.shape[axis]
        for start in 0..<(size == 0 ? 0 : x.values.count / size) {
            let first = start / inner * size * inner + start % inner
            let places = (0..<size).map { first + $0 * inner }
            for (place, value) in zip(places, function(places.map { x.values[$0] })) { result.values[place] = value }
        }
        return result
    }

    static func softmax(_ x: PlainTensor, axis: Int) -> PlainTensor {
        alongAxis(x, axis) { vector in
            let largest = vector.max() ?? 0
            let powers = vector.map { exponential($0 - largest) }
            let sum = powers.reduce(0, +)
            return powers.map { $0 / sum }
        }
    }

    static func l2Normalize(_ x: PlainTensor, axis: Int, epsilon: Double) -> PlainTensor {
        alongAxis(x, axis) { vector in
            let norm = max(vector.reduce(0) { $0 + $1 * $1 }.squareRoot(), epsilon)
            return vector.map { $0 / norm }
        }
    }

    /// Every number with the constant of its channel (axis 1).
    static func byChannel(_ x: PlainTensor, _ constant: ChannelNumbers, _ function: (Double, Double) -> Double) -> PlainTensor {
        let channels = x.shape.count > 1 ? x.shape[1] : 1
        let plane = x.shape.dropFirst(2).reduce(1, *)
        return PlainTensor(
            shape: x.shape,
            values: x.values.indices.map { function(x.values[$0], constant[$0 / max(plane, 1) % max(channels, 1)]) })
    }

    /// The channels of these numbers, in this order.
    static func selectChannels(_ x: PlainTensor, _ channels: [Int]) -> PlainTensor {
        let plane = x.shape.dropFirst(2).reduce(1, *)
        let image = x.shape[1] * plane
        var values: [Double] = []
        for start in stride(from: 0, to: x.values.count, by: max(image, 1)) {
            for channel in channels { values += x.values[start + channel * plane..<start + (channel + 1) * plane] }
        }
        return PlainTensor(shape: [x.shape[0], channels.count] + x.shape.dropFirst(2), values: values)
    }
}
