/// Eight channels that are computed together.
public typealias Lanes = SIMD8<Float>

/// The number of channels that are computed together; every pixel's channels are padded to a multiple of it.
public let laneCount = 8

/// Output channels per block of packed weights.
public let blockChannels = 16

/// Images in memory: batch × rows × columns × channels (NHWC), with channels padded with zeros to a multiple of eight. Each image may have
/// a frame of `border` zero pixels around it; a view may also be a slice of the channels of wider pixels.
///
/// `@unchecked Sendable`: the memory belongs to the executor, whose threads write disjoint parts, and read only what was
/// written before they were last joined.
public struct ImageView: @unchecked Sendable {
    /// First channel of the first pixel inside the first image's frame; aligned to 32 bytes.
    public var base: UnsafeMutablePointer<Float>
    /// Rows, without the frame.
    public var height: Int
    /// Columns, without the frame.
    public var width: Int
    /// Channels without padding.
    public var channels: Int
    /// Distance between neighboring pixels of a row, in floats.
    public var pixelStride: Int
    /// Distance between rows, in floats.
    public var rowStride: Int
    /// Distance between images, in floats.
    public var imageStride: Int
    /// Width of the frame of zeros around each image, in pixels.
    public var border: Int

    /// Creates a view; every pixel must lie inside the memory at `base`.
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

    /// Channels with padding.
    @inline(__always) public var paddedChannels: Int { (channels + laneCount - 1) / laneCount * laneCount }

    /// Numbers of an image, with padded channels.
    @inline(__always) public var count: Int { height * width * paddedChannels }

    /// The address of a pixel's first channel.
    @inline(__always) public func pixel(_ image: Int, _ row: Int, _ column: Int) -> UnsafeMutablePointer<Float> {
        base + place(image, row, column)
    }

    /// Distance from `base` to a pixel's first channel, in floats.
    @inline(__always) public func place(_ image: Int, _ row: Int, _ column: Int) -> Int {
        image &* imageStride &+ row &* rowStride &+ column &* pixelStride
    }
}

/// The function applied to each sum.
public enum Activation: @unchecked Sendable {
    case none
    case relu
    /// Slopes for negative numbers, one per channel, padded like the channels.
    case prelu(UnsafePointer<Float>)
    /// Bounds below and above; either may be infinite.
    case clip(Float, Float)
    /// x · min(max(x / 6 + 1/2, 0), 1).
    case hardSwish
}
