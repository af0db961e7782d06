import Kernels

/// Steps over few numbers, or ones that only move them: plain loops over the numbers of one image, in the files named after the
/// operations.
struct SmallJob: Sendable {
    enum Kind: Sendable {
        /// Copies, onto this number if they do not fill everything.
        case copies([StridedCopy], onto: Float?)
        case flatCopy(FlatCopy)
        case grouped(GroupedJob)
        case flatten
        case selectChannels([Int])
        case adaptiveAveragePool
        case l2Normalize(Double)
    }

    let kind: Kind
    let input: ImageView
    let output: ImageView

    func run(image: Int) {
        switch kind {
        case .copies(let copies, let background):
            if let background { output.fill(background, image: image) }
            for copy in copies { copy.run(image: image) }
            output.zeroPaddedChannels(image: image)
        case .flatCopy(let copy):
            copy.run(image: image)
            output.zeroPaddedChannels(image: image)
        case .grouped(let job): job.run(image: image)
        case .flatten: flatten(image)
        case .selectChannels(let channels): select(channels, image)
        case .adaptiveAveragePool: adaptiveAveragePool(image)
        case .l2Normalize(let epsilon): l2Normalize(epsilon, image)
        }
    }
}
