import KernelTypes

/// How a kernel's taps lie in the input, and which of their products form a partial sum.
struct Taps {
    let rows, columns, channels: Int
    /// Channels of a tap in a partial sum: all, or a part of them.
    let channelsPerPart: Int
    /// Taps in a partial sum, if they go in as a whole.
    let tapsPerPart: Int
    /// Offset of each tap from a pixel's input, in floats.
    let offsets: UnsafePointer<Int>

    /// Whether all products are of one tap and join one partial sum.
    @inline(__always) var isOnePart: Bool { rows &* columns == 1 && channels <= channelsPerPart }

    /// Whether sums join their totals so often that these should be in registers.
    @inline(__always) var hasShortParts: Bool { !isOnePart && min(channels, channelsPerPart) &* tapsPerPart <= Taps.short }

    private static let short = 48

    /// The number of products in a sum.
    @inline(__always) var count: Int { rows &* columns &* channels }

    @inline(__always) init(_ job: ConvolutionJob, offsets: UnsafeMutablePointer<Int>) {
        let input = job.input
        (rows, columns, channels) = (job.kernelHeight, job.kernelWidth, input.channels)
        for row in 0..<rows {
            for column in 0..<columns {
                offsets[row &* columns &+ column] =
                    (row &* job.dilationY &- job.paddingTop) &* input.rowStride
                    &+ (column &* job.dilationX &- job.paddingLeft) &* input.pixelStride
            }
        }
        self.offsets = UnsafePointer(offsets)
        let parts = (channels &+ job.partialTerms &- 1) / job.partialTerms
        channelsPerPart = (channels &+ parts &- 1) / parts
        tapsPerPart = max(1, job.partialTerms / channels)
    }

    /// One tap of the numbers under a whole window, which are in the order of the taps. Partial sums are those of the window's own taps.
    @inline(__always) init(gathering taps: Taps, offset: UnsafePointer<Int>) {
        (rows, columns, channels) = (1, 1, taps.count)
        channelsPerPart = taps.tapsPerPart &* taps.channels
        tapsPerPart = 1
        offsets = offset
    }
}
