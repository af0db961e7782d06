import KernelTypes

/// The floats that one register holds; channels are a multiple of them.
typealias Vector = Lanes

/// Loads one register from an address that is aligned to 32 bytes; there are no halves here.
@inline(__always) func loadVector(_ pointer: UnsafePointer<Float>, isHalf: Bool) -> Vector { lanes(pointer) }

/// Stores one register to an address that is aligned to 32 bytes.
@inline(__always) func storeVector(_ value: Vector, _ pointer: UnsafeMutablePointer<Float>, isHalf: Bool) { store(value, pointer) }

/// Finishes the sums of a block of sixteen channels: two registers, the second of which may not exist.
struct BlockFinish {
    private let low, high: Finish
    private let isHalf: Bool

    @inline(__always) init(_ job: ConvolutionJob, channel: Int) {
        low = Finish(job, channel: channel)
        high = Finish(job, channel: channel &+ laneCount)
        isHalf = channel &+ laneCount >= job.output.paddedChannels
    }

    // The second half lies in the same cache line.
    @inline(__always) func prefetch(output: Int, residual: Int) { low.prefetch(output: output, residual: residual) }

    @inline(__always) func put(_ sum: Block, output: Int, residual: Int) {
        // `lowHalf` would be a call, with all registers saved around it.
        low.put(Lanes(sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6], sum[7]), output: output, residual: residual)
        guard !isHalf else { return }
        high.put(Lanes(sum[8], sum[9], sum[10], sum[11], sum[12], sum[13], sum[14], sum[15]), output: output, residual: residual)
    }
}
