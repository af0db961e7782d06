import Glibc
import Kernels

/// Steps over few numbers, or ones that only move them: plain loops over the logical indices of one image.
struct SmallJob: Sendable {
    enum Kind: Sendable {
        case concatenate([ImageView])
        case flatten
        case permute([Int])
        case selectChannels([Int])
        case softmax
        case l2Normalize(Double)
    }

    let kind: Kind
    let input: ImageView
    let output: ImageView

    func run(image: Int) {
        switch kind {
        case .concatenate(let parts): concatenate(parts, image)
        case .flatten: flatten(image)
        case .permute(let axes): permute(axes, image)
        case .selectChannels(let channels): select(channels, image)
        case .softmax: softmax(image)
        case .l2Normalize(let epsilon): l2Normalize(epsilon, image)
        }
    }

    private func concatenate(_ parts: [ImageView], _ image: Int) {
        for row in 0..<output.height {
            for column in 0..<output.width {
                let target = output.pixel(image, row, column)
                var channel = 0
                for part in parts {
                    let source = part.pixel(image, row, column)
                    for index in 0..<part.channels { target[channel + index] = source[index] }
                    channel += part.channels
                }
                for index in channel..<output.paddedChannels { target[index] = 0 }
            }
        }
    }

    /// Pixels with their channels inside become channels with their pixels inside, as torch keeps them.
    private func flatten(_ image: Int) {
        let target = output.pixel(image, 0, 0)
        let size = input.height * input.width
        for row in 0..<input.height {
            for column in 0..<input.width {
                let source = input.pixel(image, row, column)
                let place = row * input.width + column
                for channel in 0..<input.channels { target[channel * size + place] = source[channel] }
            }
        }
        for index in output.channels..<output.paddedChannels { target[index] = 0 }
    }

    private func permute(_ axes: [Int], _ image: Int) {
        // How far apart neighbors along each input axis lie, images left out.
        let strides = [1, input.rowStride, input.pixelStride]
        let (alongChannel, alongRow, alongColumn) = (strides[axes[1] - 1], strides[axes[2] - 1], strides[axes[3] - 1])
        let source = input.pixel(image, 0, 0)
        for row in 0..<output.height {
            for column in 0..<output.width {
                let (from, target) = (source + (row * alongRow + column * alongColumn), output.pixel(image, row, column))
                for channel in 0..<output.channels { target[channel] = from[channel * alongChannel] }
            }
        }
        for row in 0..<output.height {
            for column in 0..<output.width {
                for channel in output.channels..<output.paddedChannels { output.pixel(image, row, column)[channel] = 0 }
            }
        }
    }

    private func select(_ channels: [Int], _ image: Int) {
        for row in 0..<output.height {
            for column in 0..<output.width {
                let (source, target) = (input.pixel(image, row, column), output.pixel(image, row, column))
                for (index, channel) in channels.enumerated() { target[index] = source[channel] }
                for index in channels.count..<output.paddedChannels { target[index] = 0 }
            }
        }
    }

    private func softmax(_ image: Int) {
        for row in 0..<output.height {
            for column in 0..<output.width {
                let (source, target) = (input.pixel(image, row, column), output.pixel(image, row, column))
                var largest = -Float.infinity
                for channel in 0..<input.channels { largest = max(largest, source[channel]) }
                var sum: Float = 0
                for channel in 0..<input.channels {
                    target[channel] = expf(source[channel] - largest)
                    sum += target[channel]
                }
                for channel in 0..<input.channels { target[channel] /= sum }
                for channel in output.channels..<output.paddedChannels { target[channel] = 0 }
            }
        }
    }

    private func l2Normalize(_ epsilon: Double, _ image: Int) {
        for row in 0..<output.height {
            for column in 0..<output.width {
                let (source, target) = (input.pixel(image, row, column), output.pixel(image, row, column))
                var sum = 0.0
                for channel in 0..<input.channels { sum += Double(source[channel]) * Double(source[channel]) }
                let norm = Float(max(sum.squareRoot(), epsilon))
                for channel in 0..<input.channels { target[channel] = source[channel] / norm }
                for channel in output.channels..<output.paddedChannels { target[channel] = 0 }
            }
        }
    }
}

extension ImageView {
    /// Zeros the frame around one image; other values may have lain there before.
    func zeroFrame(image: Int) {
        let whole = width + 2 * border
        for row in -border..<height + border {
            let start = pixel(image, row, -border)
            if row < 0 || row >= height {
                memset(start, 0, whole * pixelStride * 4)
            } else {
                memset(start, 0, border * pixelStride * 4)
                memset(pixel(image, row, width), 0, border * pixelStride * 4)
            }
        }
    }

    /// Takes one image from channels × rows × columns.
    func load(_ source: UnsafePointer<Float>, image: Int) {
        for row in 0..<height {
            for column in 0..<width {
                let target = pixel(image, row, column)
                for channel in 0..<channels { target[channel] = source[(channel * height + row) * width + column] }
                for channel in channels..<paddedChannels { target[channel] = 0 }
            }
        }
    }

    /// Gives one image as channels × rows × columns.
    func store(to target: UnsafeMutablePointer<Float>, image: Int) {
        for row in 0..<height {
            for column in 0..<width {
                let source = pixel(image, row, column)
                for channel in 0..<channels { target[(channel * height + row) * width + column] = source[channel] }
            }
        }
    }
}
