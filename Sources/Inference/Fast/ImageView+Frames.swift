import Glibc
import Kernels

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
        if channels == 3 { return loadColors(source, image: image) }
        for row in 0..<height {
            for column in 0..<width {
                let target = pixel(image, row, column)
                for channel in 0..<channels { target[channel] = source[(channel * height + row) * width + column] }
                for channel in channels..<paddedChannels { target[channel] = 0 }
            }
        }
    }

    /// The same for three channels, a whole pixel at a time.
    private func loadColors(_ source: UnsafePointer<Float>, image: Int) {
        for row in 0..<height {
            let first = source + row * width
            let (second, third) = (first + height * width, first + 2 * height * width)
            var target = UnsafeMutableRawPointer(pixel(image, row, 0))
            for column in 0..<width {
                target.storeBytes(of: Lanes(first[column], second[column], third[column], 0, 0, 0, 0, 0), as: Lanes.self)
                target += pixelStride * 4
            }
        }
    }

    /// Gives one image as rows × columns × channels.
    func storeRows(to target: UnsafeMutablePointer<Float>, image: Int) {
        for row in 0..<height {
            for column in 0..<width {
                (target + (row * width + column) * channels).update(from: pixel(image, row, column), count: channels)
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
