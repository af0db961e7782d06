import ConvertIR
import Kernels

/// Makes the jobs of two convolutions that are done together (see `ConvolutionPairing`), and says how much scratch memory a layer needs.
struct PairPlanning {
    let layouts: [String: ValueLayout]
    let kernels: KernelTable
    let isExact: Bool
    let leavesOutPadding: Bool

    /// The two as one job. What is between them has sizes, but no memory of its own.
    /// - Parameter place: gives the memory of a value.
    func job(_ first: PackedLayer, _ packed: PackedLayer, place: (String) throws -> PlannedValue) throws -> ConvolutionPairJob {
        var second = packed
        (second.precedingConvolution, second.layer.input) = ([], first.layer.output)
        let (source, target) = (try place(first.layer.input), try place(second.layer.output))
        let middle = try unplaced(first.layer.output, of: first.layer, base: target.view.base)
        let residual = try second.layer.residual.map { try place($0) }
        let one = PlannedLayer(
            packed: first, input: source.view, output: middle.view, residual: nil, other: nil, sources: [source], target: middle)
        let other = PlannedLayer(
            packed: second, input: middle.view, output: target.view, residual: residual?.view, other: nil,
            sources: [middle] + (residual.map { [$0] } ?? []), target: target)
        try one.checkOrders()
        try other.checkOrders()
        guard case .direct(let firstJob) = step(one), case .window(let secondJob) = step(other) else {
            throw packed.layer.unsupported("it cannot be done along with \(first.layer.name)")
        }
        var job = ConvolutionPairJob(firstJob, secondJob)
        job.rowsAtOnce = kernels.pairRows(job)
        return job
    }

    private func step(_ planned: PlannedLayer) -> ExecutionStep? {
        guard case .convolution(let convolution) = planned.packed.layer.kind else { return nil }
        return planned.convolution(convolution, isExact: isExact, leavesOutPadding: leavesOutPadding)
    }

    /// Floats of scratch memory that a thread needs for a layer, before there is memory for its values.
    func scratchCount(_ packed: PackedLayer) throws -> Int {
        if packed.method == .winograd { return kernels.winogradScratch(packed.weightShape[1]) }
        guard let first = packed.precedingConvolution.first, let bias = packed.bias else { return 0 }
        // The addresses are not used.
        return kernels.pairScratch(try job(first, packed) { try unplaced($0, of: packed.layer, base: bias.base) })
    }

    /// A value without memory.
    private func unplaced(_ name: String, of layer: FusedLayer, base: UnsafeMutablePointer<Float>) throws(InferenceError) -> PlannedValue {
        guard let layout = layouts[name] else { throw layer.unsupported("the sizes of \(name) are not known") }
        let extent = layout.extent
        let view = ImageView(
            base: base, height: extent.height, width: extent.width, channels: extent.channels, pixelStride: 0, rowStride: 0, imageStride: 0,
            border: 0)
        return PlannedValue(view: view, layout: layout)
    }
}
