import ConvertJSON

/// Facts about a network that the user gives. They replace what a file states and what a family usually has.
public struct GivenFacts: Sendable, Equatable {
    /// ε of every batch normalization.
    public var epsilon: Double?
    /// Subtracted from every pixel value.
    public var mean: ChannelNumbers?
    /// Divides what is left.
    public var standardDeviation: ChannelNumbers?
    /// Order of the color channels.
    public var channelOrder: InputContract.ChannelOrder?
    /// Height and width of the input.
    public var imageSize: ImageSize?
    /// How a photograph is cut. The margin of an MTCNN crop is the usual one unless `margin` is given as well.
    public var crop: InputContract.Crop?
    /// The margin of an MTCNN crop.
    public var margin: Int?

    /// Height and width in pixels.
    public struct ImageSize: Sendable, Equatable, CustomStringConvertible {
        /// Rows.
        public let height: Int
        /// Columns.
        public let width: Int

        /// The same height and width.
        public init(square side: Int) { self.init(height: side, width: side) }

        /// One number for a square, else height and width.
        package var json: JSONValue {
            height == width ? .integer(Int64(height)) : .array([.integer(Int64(height)), .integer(Int64(width))])
        }

        /// Height × width.
        public var description: String { "\(height)×\(width)" }

        /// A size.
        public init(height: Int, width: Int) {
            self.height = height
            self.width = width
        }
    }

    /// Nothing is given.
    public init() {}

    /// Whether nothing is given.
    public var isEmpty: Bool { self == GivenFacts() }

    /// The contract with what is given in it.
    public func apply(to contract: InputContract) -> InputContract {
        var changed = contract
        if let mean {
            changed.mean = mean
            changed.origins[.mean] = .given
        }
        if let standardDeviation {
            changed.standardDeviation = standardDeviation
            changed.origins[.standardDeviation] = .given
        }
        if let channelOrder {
            changed.channelOrder = channelOrder
            changed.origins[.channelOrder] = .given
        }
        if let imageSize {
            (changed.height, changed.width) = (imageSize.height, imageSize.width)
            changed.origins.set(.height, .width, to: .given)
        }
        if let crop {
            // Who asks for MTCNN without a margin keeps the one that the file states.
            if case .mtcnn = crop, margin == nil, case .mtcnn = contract.crop {} else { changed.crop = crop }
            changed.origins[.crop] = .given
        }
        if epsilon != nil { changed.origins[.epsilon] = .given }
        return changed
    }

    /// The model with what is given in it. Throws `GivenFactError` if a fact does not fit the network, and `GraphError` if the layers do
    /// not fit the given size.
    public func apply(to model: Model) throws -> Model {
        guard !isEmpty else { return model }
        var graph = model.graph
        if let epsilon {
            guard !model.epsilons.isEmpty else { throw GivenFactError.noBatchNormalization }
            for index in graph.nodes.indices {
                guard case .batchNormalization(var layer) = graph.nodes[index].operation else { continue }
                layer.epsilon = epsilon
                graph.nodes[index].operation = .batchNormalization(layer)
            }
        }
        let entry = graph.inputs.first?.type.shape ?? []
        if let channelOrder, let channels = model.inputLayout.channels(of: entry), channels != channelOrder.channelCount {
            throw GivenFactError.otherChannels(order: channelOrder.rawValue, channels: channels)
        }
        if let imageSize, !graph.inputs.isEmpty, let places = model.inputLayout.imageAxes(of: entry) {
            graph.inputs[0].type.shape[places.height] = .fixed(imageSize.height)
            graph.inputs[0].type.shape[places.width] = .fixed(imageSize.width)
        }
        do {
            return try Model(
                weights: model.weights, graph: graph, contract: apply(to: model.contract), architecture: model.architecture)
        } catch {
            guard let imageSize else { throw error }
            throw GivenFactError.sizeDoesNotFit(height: imageSize.height, width: imageSize.width, reason: error.problem)
        }
    }
}
