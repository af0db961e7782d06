import Kernels

/// Steps over few numbers, or ones that only move them: plain loops over the logical indices of one image, in the files named
/// after the operations.
struct SmallJob: Sendable {
    enum Kind: Sendable {
        case concatenate([ImageView])
        case flatten
        case permute([Int])
        case selectChannels([Int])
        case softmax
        case l2Normalize(Double)
    }

    let kind: Kind
    let input: ImageView
    let output: ImageView

    func run(image: Int) {
        switch kind {
        case .concatenate(let parts): concatenate(parts, image)
        case .flatten: flatten(image)
        case .permute(let axes): permute(axes, image)
        case .selectChannels(let channels): select(channels, image)
        case .softmax: softmax(image)
        case .l2Normalize(let epsilon): l2Normalize(epsilon, image)
        }
    }
}
