import Files

/// What keeps a network from being run, or an input from entering it.
public enum InferenceError: DescribedError, Equatable {
    /// A node that the executor has no loop for.
    case unsupported(node: String, operation: String, detail: String)
    /// A weight holds NaN or infinities.
    case notFinite(tensor: String, nanCount: Int, infinityCount: Int)
    /// An input that does not fit the network.
    case wrongShape(expected: String, found: [Int])
    /// An array with more or fewer numbers than its shape says.
    case wrongCount(shape: [Int], count: Int)
    /// An input holds NaN or infinities.
    case inputNotFinite(image: Int, index: Int)
    /// A network with more than one input.
    case severalInputs(names: [String])
    /// One image alone needs more memory than is allowed.
    case tooMuchMemory(needed: Int, limit: Int)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .unsupported(let node, let operation, let detail): "node \(node): \(operation) cannot be run: \(detail)"
        case .notFinite(let tensor, let nans, let infinities): "\(tensor) holds \(nans) NaN and \(infinities) infinite numbers"
        case .wrongShape(let expected, let found): "the input has shape \(found), the network takes \(expected)"
        case .wrongCount(let shape, let count): "an input of shape \(shape) cannot have \(count) numbers"
        case .inputNotFinite(let image, let index): "image \(image) of the input holds NaN or an infinity (at \(index))"
        case .severalInputs(let names): "the network has several inputs: \(names.joined(separator: ", "))"
        case .tooMuchMemory(let needed, let limit): "one image needs \(needed) bytes of working memory, \(limit) are allowed"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .unsupported: "run it with another engine"
        case .notFinite: "train or export it again; only convert run, with --force, runs it all the same"
        case .wrongShape, .wrongCount: "give an array of images × channels × height × width"
        case .inputNotFinite: "mend the input; only convert run, with --force, runs it all the same"
        case .severalInputs: "only networks with one input can be run"
        case .tooMuchMemory: "give smaller images"
        }
    }
}
