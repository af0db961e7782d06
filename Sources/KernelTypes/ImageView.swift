/// Eight numbers that are computed together.
public typealias Lanes = SIMD8<Float>

/// How many numbers are computed together; every pixel's channels take a multiple of it.
public let laneCount = 8

/// Output channels of one block of packed weights.
public let blockChannels = 16

/// Images in memory, batch × rows × columns × channels (NHWC), channels padded with zeros to a multiple of eight. A frame of `border`
/// zero pixels may lie around each image; a view may also be a slice of the channels of wider pixels.
///
/// `@unchecked Sendable`: the memory belongs to the executor, which hands disjoint parts of it to its threads and joins them after each step.
public struct ImageView: @unchecked Sendable {
    /// First channel of the first pixel inside the frame of the first image; aligned to 32 bytes.
    public var base: UnsafeMutablePointer<Float>
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int
    /// Channels that mean something.
    public var channels: Int
    /// Numbers from a pixel to the next.
    public var pixelStride: Int
    /// Numbers from a row to the next.
    public var rowStride: Int
    /// Numbers from an image to the next.
    public var imageStride: Int
    /// Zero pixels around the image.
    public var border: Int

    /// A view; the caller answers for every pixel being inside its memory.
    public init(
        base: UnsafeMutablePointer<Float>, height: Int, width: Int, channels: Int, pixelStride: Int, rowStride: Int, imageStride: Int,
        border: Int
    ) {
        self.base = base
        self.height = height
        self.width = width
        self.channels = channels
        self.pixelStride = pixelStride
        self.rowStride = rowStride
        self.imageStride = imageStride
        self.border = border
    }

    /// Channels with their padding.
    @inline(__always) public var paddedChannels: Int { (channels + laneCount - 1) / laneCount * laneCount }

    /// The first channel of a pixel.
    @inline(__always) public func pixel(_ image: Int, _ row: Int, _ column: Int) -> UnsafeMutablePointer<Float> {
        base + place(image, row, column)
    }

    /// Numbers from `base` to the first channel of a pixel.
    @inline(__always) public func place(_ image: Int, _ row: Int, _ column: Int) -> Int {
        image &* imageStride &+ row &* rowStride &+ column &* pixelStride
    }
}

/// What happens to a number once it is summed up.
public enum Activation: @unchecked Sendable {
    case none
    case relu
    /// Slopes for negative numbers, one a channel, padded like the channels.
    case prelu(UnsafePointer<Float>)
}
