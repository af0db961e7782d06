/// A convolution, and the depthwise convolution that alone reads its result. Only some rows of that result are in memory at a time.
public struct ConvolutionPairJob: @unchecked Sendable {
    /// The first convolution. Its kernel has one tap, or its input is thin (see `ConvolutionJob.hasThinInput`). Of its output, only the sizes
    /// are used.
    public var first: ConvolutionJob
    /// The depthwise convolution; of its input, only the sizes are used.
    public var second: WindowJob

    /// Output rows that are computed together; see `KernelTable.pairRows`.
    public var rowsAtOnce = 1

    /// Creates a job of two that follow one another.
    public init(_ first: ConvolutionJob, _ second: WindowJob) {
        self.first = first
        self.second = second
    }

    /// Images in the batch.
    public var images: Int {
        get { second.images }
        set { (first.images, second.images) = (newValue, newValue) }
    }

    /// Rows of the first convolution's result that these rows of an image's output need.
    public func middleRows(_ rows: Range<Int>) -> Range<Int> {
        let height = first.output.height
        let top = min(max(0, rows.lowerBound * second.strideY - second.paddingTop), height)
        let reach = (second.kernelHeight - 1) * second.dilationY + 1
        let bottom = (rows.upperBound - 1) * second.strideY - second.paddingTop + reach
        return top..<max(top, min(height, bottom))
    }
}
