/// What is done with a picture's mirror image.
public enum MirrorUse: String, CaseIterable, Sendable {
    /// Nothing.
    case none
    /// Both vectors are added, and the sum is brought to unit length: the reference project and insightface.
    case add
    /// Both vectors are brought to unit length and set side by side: facenet. The vector is twice as long, and its cosine is the mean of both.
    case concatenate

    /// Pictures that enter the network for each crop.
    var copies: Int { self == .none ? 1 : 2 }
    /// Vectors of the network in an embedding.
    var parts: Int { self == .concatenate ? 2 : 1 }

    /// What a model's embeddings depend on; the first two as earlier versions wrote them, whose cached embeddings stay valid.
    var digestText: String {
        switch self {
        case .none: "false"
        case .add: "true"
        case .concatenate: "concatenated"
        }
    }

    /// The embedding of unit length that `values`, a picture's vector and its mirror image's, one after another, make; nil if it has no
    /// direction or is not finite.
    func embedding(_ values: ArraySlice<Float>) -> [Float]? {
        switch self {
        case .none: return MirrorUse.unit(Array(values))
        case .add:
            let length = values.count / 2
            return MirrorUse.unit(zip(values.prefix(length), values.suffix(length)).map { ($0 + $1) / 2 })
        case .concatenate:
            let length = values.count / 2
            guard let own = MirrorUse.unit(Array(values.prefix(length))), let mirrored = MirrorUse.unit(Array(values.suffix(length))) else {
                return nil
            }
            return MirrorUse.unit(own + mirrored)
        }
    }

    private static func unit(_ numbers: [Float]) -> [Float]? {
        let length = Float(numbers.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
        guard length.isFinite, length > 0 else { return nil }
        return numbers.map { $0 / length }
    }
}
