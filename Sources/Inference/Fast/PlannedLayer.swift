import Kernels

/// A layer with the memory that it reads and writes. What an operation makes of it is in the file named after the operation.
struct PlannedLayer {
    let packed: PackedLayer
    let input: ImageView
    let output: ImageView
    /// What is added to the result before it is stored.
    let residual: ImageView?
    /// The second value of a combination.
    let other: ImageView?

    /// A step of plain loops.
    func small(_ kind: SmallJob.Kind) -> ExecutionPlan.Step { .small(SmallJob(kind: kind, input: input, output: output)) }

    /// Scale, shift, a second value, addition and activation alone: what could not go into the layer before.
    func pixels() -> ExecutionPlan.Step {
        var job = PixelJob(input: PixelOperand(input, repeatedOver: output), output: output, images: 0)
        if let other, let kind = packed.layer.combination?.kind {
            job.combination = (kind, PixelOperand(other, repeatedOver: output))
        }
        job.addend = residual
        job.curve = packed.curve
        job.scale = packed.scale.map { UnsafePointer($0.base) }
        if packed.layer.shift != nil { job.shift = packed.bias.map { UnsafePointer($0.base) } }
        job.activation = packed.activation
        return .pixels(job)
    }
}
