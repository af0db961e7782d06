import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertJSON

/// A network that turns crops into embeddings of unit length.
public struct Embedder: Sendable {
    /// What the model is called, for messages and reports.
    public let name: String
    /// Numbers of an embedding.
    public let width: Int
    /// Height and width of the crops that go in.
    public let imageSize: GivenFacts.ImageSize
    /// Everything that an embedding depends on besides the crop.
    let digest: SHA256Digest
    /// The network, over planes and in the size of the crops.
    public let model: Model
    /// SHA-256 of the model's file.
    public let fileDigest: SHA256Digest
    private let executor: FastExecutor
    private let mirror: MirrorUse
    private let preparation: PixelPreparation
    private let outputWidth: Int

    /// Changes whenever an embedding of the same crop and model could come out differently.
    private static let version = "embedding 2"
    /// The side of crops for a network of any size that says nothing of it.
    private static let usualSide = 112

    /// - Parameters:
    ///   - loaded: the network.
    ///   - options: how it is run.
    ///   - mirror: what is done with each crop's mirror image.
    ///   - imageSize: height and width of the crops; nil for the network's own.
    ///   - isAligned: whether its pictures are crops already, so that the model need not say how they are cut.
    /// - Throws: `EmbedderError` for a model whose output is not an embedding, or that does not take pictures.
    public init(
        _ loaded: LoadedModel, mirror: MirrorUse = .none, imageSize: GivenFacts.ImageSize? = nil, isAligned: Bool = false,
        options: FastExecutor.Options
    ) throws {
        let name = loaded.name
        let model = try Embedder.resized(loaded.network().overPlanes(), to: imageSize)
        try ContractQuestion.check(model, file: name, isAligned: isAligned)
        let contract = model.contract
        guard model.graph.outputs.count == 1, let shape = model.valueTypes[model.graph.outputs[0]]?.shape, shape.count == 2,
            let width = shape[1].fixed, width >= 2
        else {
            throw EmbedderError.noEmbedding(
                file: name, outputs: model.graph.outputs.map { "\($0) \(model.valueTypes[$0]?.description ?? "")" })
        }
        let entry = model.graph.inputs.first?.type.shape ?? []
        guard model.graph.inputs.count == 1, entry.count == 4, entry[1].fixed == contract.channelOrder.channelCount else {
            throw EmbedderError.noPictures(file: name, input: model.graph.inputs.first.map { "\($0.type)" } ?? "none")
        }
        let own = GivenFacts.ImageSize(
            height: entry[2].fixed ?? contract.height ?? Embedder.usualSide, width: entry[3].fixed ?? contract.width ?? Embedder.usualSide)
        if let imageSize, imageSize != own, entry[2].fixed != nil || entry[3].fixed != nil {
            throw EmbedderError.otherSize(file: name, size: own, asked: imageSize)
        }
        if mirror == .add { try Embedder.checkFlip(model, name: name) }
        self.imageSize = imageSize ?? own
        self.name = name
        outputWidth = width
        self.width = width * mirror.parts
        self.model = model
        self.mirror = mirror
        preparation = PixelPreparation(contract)
        do { executor = try FastExecutor(model, options: options) } catch let error as InferenceError {
            throw EmbedderError.cannotRun(file: name, reason: error)
        }
        fileDigest = loaded.digest
        let settings = [
            Embedder.version, fileDigest.text, JSONValue.object(contract.json).text(pretty: false), mirror.digestText, "\(options.isExact)",
            executor.kernelName, model.architecture.name, "\(model.graph)",
        ]
        digest = SHA256Digest(of: Array(settings.joined(separator: "\n").utf8))
    }

    /// Throws if an embedding and its mirror image's cannot be averaged before a normalization, because the network ends in one.
    static func checkFlip(_ model: Model, name: String) throws(EmbedderError) {
        guard let output = model.graph.outputs.first else { return }
        if case .l2Normalize = model.graph.nodes.last(where: { $0.output == output })?.operation, !model.architecture.normalizesItself {
            throw .flipAfterNormalization(file: name)
        }
    }

    /// The network for pictures of a different size, if its layers take any: an embedding of as many numbers comes out of it.
    private static func resized(_ model: Model, to size: GivenFacts.ImageSize?) throws -> Model {
        guard let size, let entry = model.graph.inputs.first?.type.shape, entry.count == 4, entry[2].fixed != nil || entry[3].fixed != nil,
            entry[2].fixed != size.height || entry[3].fixed != size.width
        else { return model }
        var graph = model.graph
        graph.inputs[0].type.shape = [entry[0], entry[1], .fixed(size.height), .fixed(size.width)]
        guard let output = graph.outputs.first, let types = try? graph.valueTypes(weights: model.weights),
            types[output]?.shape == model.valueTypes[output]?.shape
        else { return model }
        return try Model(weights: model.weights, graph: graph, contract: model.contract, architecture: model.architecture)
    }

    /// Embeddings of crops of `imageSize`, one after another, on the calling thread; several may do so at once.
    /// Throws if one is not finite or has no length.
    func embed(_ crops: [Crop]) throws -> [[Float]] {
        let outputs = try outputs(crops.map(\.pixels))
        return try zip(crops, outputs).map { crop, vectors in
            guard let embedding = mirror.embedding(vectors) else { throw EmbedderError.noLength(file: name, image: crop.name) }
            return embedding
        }
    }

    /// The network's own output for each crop, RGB row after row, followed by that for its mirror image if that is used.
    func outputs(_ crops: [[UInt8]]) throws -> [ArraySlice<Float>] {
        guard !crops.isEmpty else { return [] }
        let (height, width) = (imageSize.height, imageSize.width)
        let preparation = preparation
        let copies = mirror.copies
        let outputs = try executor.run(images: crops.count * copies, channels: preparation.channelCount, height: height, width: width) {
            image, target in
            let isMirrored = image % copies == 1
            crops[image / copies].withUnsafeBufferPointer { pixels in
                guard pixels.count == height * width * 3 else { return }
                for row in 0..<height {
                    for column in 0..<width {
                        let index = (row * width + (isMirrored ? width - 1 - column : column)) * 3
                        target.set(row: row, column: column, to: preparation.lanes(pixels[index], pixels[index + 1], pixels[index + 2]))
                    }
                }
            }
        }
        guard let values = outputs.first?.batch.values, values.count == crops.count * copies * outputWidth else { return [] }
        return crops.indices.map { values[$0 * copies * outputWidth..<($0 + 1) * copies * outputWidth] }
    }
}

/// What keeps a model from being evaluated.
public enum EmbedderError: DescribedError, Equatable {
    /// It has several outputs, or one that is not one list of numbers per image.
    case noEmbedding(file: String, outputs: [String])
    /// Its input is not a picture.
    case noPictures(file: String, input: String)
    /// It takes pictures that are not square, and those of a set are.
    case setsAreSquare(file: String, size: GivenFacts.ImageSize)
    /// It takes pictures of one size, and a different one was asked for.
    case otherSize(file: String, size: GivenFacts.ImageSize, asked: GivenFacts.ImageSize)
    /// Mirror images would be averaged after a normalization.
    case flipAfterNormalization(file: String)
    /// The executor refuses it.
    case cannotRun(file: String, reason: InferenceError)
    /// What comes out for an image has no direction.
    case noLength(file: String, image: String)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .noEmbedding(let file, let outputs): "\(file): its output is not an embedding: \(outputs.joined(separator: ", "))"
        case .noPictures(let file, let input): "\(file): does not take RGB pictures, but \(input)"
        case .otherSize(let file, let size, let asked): "\(file): takes pictures of \(size), not of \(asked)"
        case .setsAreSquare(let file, let size): "\(file): takes pictures of \(size), and the pictures of a set are square"
        case .flipAfterNormalization(let file):
            "\(file): ends in a normalization, and the embeddings of an image and its mirror image are averaged before one"
        case .cannotRun(let file, let reason): "\(file): \(reason.problem)"
        case .noLength(let file, let image): "\(file): the embedding of \(image) has no length, or is not finite"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .noEmbedding: "give a network with one output of images × numbers"
        case .setsAreSquare: "evaluate it on photographs"
        case .noPictures: "give a face network over RGB pictures"
        case .otherSize: "leave the size out: a layer of it is as wide as its own size makes it"
        case .cannotRun(_, let reason): reason.remedy
        case .flipAfterNormalization: "export it without the normalization"
        case .noLength: "check the numbers of its weights"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] {
        switch self {
        case .otherSize: [.imageSize]
        case .flipAfterNormalization: [.normalize]
        case .noLength: [.numberCheck]
        case .noEmbedding, .noPictures, .setsAreSquare, .cannotRun: []
        }
    }
}
