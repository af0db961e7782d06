import ConvertFiles
import ConvertInference

/// Two pictures compared by a network's embeddings.
public struct PictureComparison: Sendable {
    /// The cosine of the angle between the embeddings, from -1 to 1; the higher, the more alike the faces are to the network.
    public let cosine: Double
    /// Pictures in which no face was found, and that were taken whole.
    public let withoutFace: [String]
    /// Runs the network on both pictures.
    /// - Parameters:
    ///   - model: the network.
    ///   - name: the model's file, for messages.
    ///   - request: two pictures, and how they are cut and run.
    ///   - events: receives what happens.
    /// - Throws: `PictureComparisonError`, and what `PictureRun` throws.
    public init(_ model: LoadedModel, _ request: PictureRunRequest, events: EventHandler = { _ in }) throws {
        let network = try model.network()
        let result = try PictureRun(network, request, name: model.name).run { event in
            // It is thrown.
            if case .pictureFailed = event { return }
            events(event)
        }
        if let failure = result.failures.first { throw failure.reason }
        guard result.table.count == 2, case .float32(let values) = result.table.values else { throw PictureComparisonError.notTwo }
        let half = values.count / 2
        let (one, other) = (values[..<half], values[half...])
        func sum(_ left: ArraySlice<Float>, _ right: ArraySlice<Float>) -> Double {
            zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let lengths = (sum(one, one) * sum(other, other)).squareRoot()
        guard lengths > 0, lengths.isFinite else { throw PictureComparisonError.noDirection(model: model.name) }
        cosine = min(1, max(-1, sum(one, other) / lengths))
        withoutFace = result.withoutFace
    }
}

/// What keeps two pictures from being compared.
public enum PictureComparisonError: DescribedError, Equatable {
    /// Not two pictures were given, or the network gave no row for each.
    case notTwo
    /// An embedding has length 0, or is not finite.
    case noDirection(model: String)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .notTwo: "two pictures are compared, each with one embedding"
        case .noDirection(let model): "\(model) gives an embedding without a direction for one of the pictures"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .notTwo: "give two pictures, and a network that gives one embedding for each"
        case .noDirection: "check the model's numbers"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] { [] }
}
