import ConvertFiles

/// What prevents a network from being run, or an input from being used.
public enum InferenceError: DescribedError, Equatable {
    /// A node that the executor does not implement.
    case unsupported(node: String, operation: String, detail: String)
    /// A weight contains NaN or infinities.
    case notFinite(tensor: String, nanCount: Int, infinityCount: Int)
    /// An input whose shape does not fit the network.
    case wrongShape(expected: String, found: [Int])
    /// An array whose number of elements differs from what its shape says.
    case wrongCount(shape: [Int], count: Int)
    /// An input contains NaN or infinities.
    case inputNotFinite(image: Int, index: Int)
    /// A network with more than one input.
    case severalInputs(names: [String])
    /// A value of the network has a size of zero.
    case noNumbers(value: String)
    /// There is not enough memory for a layer's packed weights; `bytes` is what they take.
    case noMemoryForWeights(bytes: Int)
    /// Loops with instructions that this processor lacks.
    case noSuchInstructions(loops: String)
    /// A single image needs more memory than is allowed, in bytes.
    case tooMuchMemory(needed: Int, limit: Int)

    /// What is wrong, in words.
    public var problem: String {
        switch self {
        case .unsupported(let node, let operation, let detail): "node \(node): \(operation) cannot be run: \(detail)"
        case .notFinite(let tensor, let nans, let infinities): "\(tensor) holds \(nans) NaN and \(infinities) infinite numbers"
        case .wrongShape(let expected, let found): "the input has shape \(found), but the network takes \(expected)"
        case .wrongCount(let shape, let count): "an input of shape \(shape) cannot have \(count) numbers"
        case .inputNotFinite(let image, let index): "image \(image) of the input holds NaN or an infinity (at \(index))"
        case .severalInputs(let names): "the network has several inputs: \(names.joined(separator: ", "))"
        case .noNumbers(let value): "the value \(value) has a size of 0, so that there is nothing to compute with"
        case .noMemoryForWeights(let bytes): "there is not enough memory for \(bytes) bytes of a layer's weights"
        case .noSuchInstructions(let loops): "this processor lacks instructions of the \(loops) loops"
        case .tooMuchMemory(let needed, let limit):
            "one image and the threads need \(needed) bytes of working memory, but \(limit) are allowed"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .unsupported: "run it with another engine"
        case .notFinite: "train or export it again, or allow numbers that are not finite"
        case .wrongShape, .wrongCount: "give an array of images × channels × height × width"
        case .inputNotFinite: "correct the input, or allow numbers that are not finite"
        case .severalInputs: "only networks with one input can be run"
        case .noNumbers: "give larger images, or a network whose stored tensors have numbers"
        case .noMemoryForWeights: "end other programs, or use a machine with more memory"
        case .noSuchInstructions: "choose other loops, or none for the fastest that it can run"
        case .tooMuchMemory: "give smaller images, or fewer threads"
        }
    }

    /// What could be decided otherwise.
    public var decisions: [Decision] {
        switch self {
        case .notFinite, .inputNotFinite: [.allowNotFinite]
        default: []
        }
    }
}
