import Kernels

/// One thing to do for a network's images.
enum ExecutionStep {
    case direct(ConvolutionJob)
    case winograd(ConvolutionJob)
    case pair(ConvolutionPairJob)
    case window(WindowJob)
    case linear(LinearJob)
    case pixels(PixelJob)
    case zeroFrame(ImageView)
    case small(SmallJob)
    case rows(RowJob)
    case matrices(MatrixJob)

    /// For people.
    var kindName: String {
        switch self {
        case .direct: "direct"
        case .winograd: "winograd"
        case .pair: "direct and depthwise"
        case .window(let job): "\(job.kind)"
        case .linear: "linear"
        case .pixels: "pixels"
        case .zeroFrame: "frame"
        case .small: "small"
        case .rows(let job): "\(job.kind)"
        case .matrices: "matrices"
        }
    }

    /// Whether threads may do it for their own images; a large linear layer's weight is read once for all images instead.
    var isSharable: Bool {
        if case .linear(let job) = self { job.inputs * job.outputs <= ExecutionStep.smallWeight } else { true }
    }

    /// The packed weights that it begins with; nil if it has none.
    var weights: WeightAddress? {
        switch self {
        case .direct(let job): job.directWeights(0)
        case .winograd(let job): job.winogradWeights(0)
        case .pair(let job): job.first.directWeights(0)
        default: nil
        }
    }

    /// Whether an image's numbers are more than the weights: then an image stays in the caches better if it goes through the next steps
    /// before another one comes, and a part of an image if one thread has it in all steps.
    var isPerImage: Bool {
        switch self {
        case .direct(let job): job.directWeightCount <= job.input.count + job.output.count
        case .winograd(let job): job.winogradWeightCount <= job.input.count + job.output.count
        case .pair(let job): job.first.directWeightCount <= job.first.input.count + job.second.output.count
        case .linear: false
        default: true
        }
    }

    /// Numbers of a weight that stays in a core's second cache.
    private static let smallWeight = 1 << 16
}
