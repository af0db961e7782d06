import Architectures
import Files
import IR
import PthReader
import Tensors

/// What an opened file gives to an export: a whole model, or bare weights and the reason.
public struct OpenedModel: Sendable {
    /// How a network is recognized.
    public struct Choice: Sendable {
        /// The name given with `--arch`.
        public var architecture: String?
        /// Renames keys first.
        public var keyMap: KeyMap?
        /// Facts that take the place of the file's and the family's.
        public var given: GivenFacts
        /// Whose usual values take the place of what the file does not state.
        public var likeness: ContractProfile?
        /// What the user calls the facts that are given, for messages.
        public var givenNames: [String]
        /// The network of the weights, in place of the file's own and of what keys and shapes show.
        public var graph: Graph?

        /// Recognized from keys and shapes.
        public init(
            architecture: String? = nil, keyMap: KeyMap? = nil, given: GivenFacts = GivenFacts(), likeness: ContractProfile? = nil,
            givenNames: [String] = [], graph: Graph? = nil
        ) {
            self.architecture = architecture
            self.keyMap = keyMap
            self.given = given
            self.likeness = likeness
            self.givenNames = givenNames
            self.graph = graph
        }

        /// The model with what the user says of it.
        func complete(_ model: Model) throws -> Model {
            var model = model
            if let likeness { model.contract = likeness.fill(model.contract) }
            return try given.apply(to: model)
        }
    }

    /// What is exported.
    public let content: ExportContent
    /// Why there is no model; nil where there is one.
    public let bareReason: (any Error)?
    /// Entries of the state dict that are not tensors, with what they are: no export holds them.
    public let nonTensors: [(name: String, kind: String)]
    /// Keys that are not part of the embedding and were left out.
    public let droppedKeys: [String]
    /// What stands before every key, such as `module.`.
    public let prefix: String
    /// A name in the checkpoint that no family answers to.
    public let unknownName: String?
    /// Why the file's own graph was not taken, where keys and shapes gave the network in its place.
    public let passedOver: (any Error)?
    /// What a user should know about the network, one sentence each.
    public let remarks: [String]

    /// Makes a model of what was opened: from the graph that is given, else from the graph in the file, else from keys and shapes. An unknown network gives bare weights, and
    /// so does one that is nearly a known one; with `--arch` both are errors. Throws `ExportError.notPlain` for tensors whose numbers an
    /// export would lose.
    public init(_ opened: OpenedFile, choice: Choice = Choice()) throws {
        if let failure = opened.stateDictError { throw failure }
        guard var weights = opened.weights, !weights.entries.isEmpty else {
            throw ExportError.nothingToExport(file: opened.file.path)
        }
        try OpenedModel.refuseLazyTensors(opened)
        let nonTensors = opened.selection?.nonTensors ?? []
        if let keyMap = choice.keyMap { weights = try keyMap.apply(to: weights) }
        if let graph = choice.graph {
            let model = try OpenedModel.join(weights, with: graph, opened, choice)
            self.init(content: .model(try choice.complete(model)), nonTensors: nonTensors, remarks: opened.remarks)
            return
        }
        var graphError = opened.documentError
        if let document = opened.document, choice.architecture == nil, choice.keyMap == nil, let graph = document.graph,
            let contract = document.contract
        {
            do {
                let model = try Model(
                    weights: weights, graph: graph, contract: contract, architecture: document.architecture ?? .custom)
                self.init(content: .model(try choice.complete(model)), nonTensors: nonTensors, remarks: opened.remarks)
                return
            } catch {
                // A graph of another program that leaves sizes open, or does not add up here, hides no weights.
                guard opened.isForeign, let failure = error as? GraphError else { throw error }
                graphError = failure
            }
        }
        let reason: any Error
        do {
            let names = CompiledKeys(weights)
            let rebuilt = try Architectures.rebuild(
                names.stripped(weights), requested: choice.architecture ?? opened.document?.architecture?.name,
                imageSize: choice.given.imageSize)
            var model = try names.restored(rebuilt.model)
            if let contract = opened.document?.contract { model.contract = contract }
            self.init(
                content: .model(try choice.complete(model)), nonTensors: nonTensors,
                droppedKeys: rebuilt.droppedKeys.map { names.source(of: $0) }, prefix: rebuilt.prefix, unknownName: rebuilt.unknownName,
                passedOver: graphError, remarks: opened.remarks + rebuilt.remarks)
            return
        } catch let error as ArchitectureError {
            reason = error
        } catch let error as GraphError {
            reason = error
        }
        // Who names a network does not want bare weights.
        guard choice.architecture == nil else { throw reason }
        // Keys were only looked at because the file's own graph is not understood: then that is the reason.
        if let graphError, !opened.isForeign { throw graphError }
        let bareReason = graphError ?? reason
        if let name = choice.givenNames.first {
            throw ExportError.notForBareWeights(option: name, reason: (bareReason as? any DescribedError)?.problem ?? "\(bareReason)")
        }
        self.init(content: .weights(weights), bareReason: bareReason, nonTensors: nonTensors, remarks: opened.remarks)
    }

    /// Weights with a graph that is given for them; all tensors stay. How images enter is what the file says, else what the family of the
    /// weights usually takes, else what the graph shows. Throws `GraphError` if weights are missing or do not fit.
    private static func join(_ weights: Weights, with graph: Graph, _ opened: OpenedFile, _ choice: Choice) throws -> Model {
        var contract = opened.document?.contract
        if contract == nil {
            do {
                contract = try Architectures.rebuild(
                    CompiledKeys(weights).stripped(weights), requested: choice.architecture, imageSize: choice.given.imageSize
                ).model.contract
            } catch {
                // Only a family that was asked for by name must be recognized.
                guard choice.architecture == nil else { throw error }
            }
        }
        return try Model(
            weights: weights, graph: graph,
            contract: contract.map { GraphContract.adapted($0, to: graph, weights: weights) }
                ?? GraphContract.read(graph, weights: weights),
            architecture: .custom)
    }

    private init(
        content: ExportContent, bareReason: (any Error)? = nil, nonTensors: [(name: String, kind: String)], droppedKeys: [String] = [],
        prefix: String = "", unknownName: String? = nil, passedOver: (any Error)? = nil, remarks: [String] = []
    ) {
        self.content = content
        self.bareReason = bareReason
        self.nonTensors = nonTensors
        self.droppedKeys = droppedKeys
        self.prefix = prefix
        self.unknownName = unknownName
        self.passedOver = passedOver
        self.remarks = remarks
    }

    /// Tensors that hold numbers in a way that no export can: to leave them out would change the network.
    private static func refuseLazyTensors(_ opened: OpenedFile) throws {
        for entry in opened.selection?.dictionary.entries ?? [] {
            let isPlain =
                switch entry.value {
                case .tensor(let tensor): !tensor.isConjugated && !tensor.isNegated
                case .quantizedTensor, .sparseTensor: false
                default: true
                }
            if isPlain { continue }
            let isQuantized = if case .quantizedTensor = entry.value { true } else { false }
            throw ExportError.notPlain(
                file: opened.file.path, name: entry.key.pathComponent, kind: entry.value.kindName, isQuantized: isQuantized)
        }
    }
}

/// What keeps an opened file from being exported.
public enum ExportError: DescribedError, Equatable {
    case nothingToExport(file: String)
    case notPlain(file: String, name: String, kind: String, isQuantized: Bool)
    case nothingToDequantize(file: String)
    case overflow(precision: String, tensors: [String])
    case foldingNotHere(format: String)
    case nothingToFold
    case notForBareWeights(option: String, reason: String)
    case optionNotForFormat(option: String, format: String)
    case differs(file: String, what: String)

    /// Whether an option was given that means nothing for this content or format.
    public var isAboutOptions: Bool {
        switch self {
        case .foldingNotHere, .nothingToFold, .notForBareWeights, .optionNotForFormat, .nothingToDequantize: true
        case .nothingToExport, .notPlain, .overflow, .differs: false
        }
    }

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .nothingToExport(let file): "\(file): there are no tensors to export"
        case .notPlain(let file, let name, let kind, _): "\(file): \(name) is not a plain tensor but a \(kind)"
        case .nothingToDequantize(let file): "\(file): the state dict holds no quantized tensor for --dequantize"
        case .overflow(let precision, let tensors): "as \(precision), numbers become infinite in \(tensors.joined(separator: "; "))"
        case .foldingNotHere(let format): "\(format) promises the source's own tensors, so batch normalization cannot be folded into them"
        case .nothingToFold: "--fold-batchnorm has no effect here: no batch normalization follows a layer that can take it in"
        case .notForBareWeights(let option, let reason): "\(option) needs a network, and \(reason)"
        case .optionNotForFormat(let option, let format): "\(option) has no effect for \(format)"
        case .differs(let file, let what): "\(file): read back from disk, \(what)"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .nothingToExport: "look inside with convert inspect"
        case .notPlain(_, _, _, true): "convert it to float32 with --dequantize, or leave it out with slim --drop"
        case .notPlain: "leave it out with slim --drop first"
        case .nothingToDequantize: "leave the option out"
        case .overflow: "use --dtype bfloat16, or keep float32"
        case .foldingNotHere: "fold into .onnx, .h5 or .flat"
        case .nothingToFold, .notForBareWeights: "leave the option out"
        case .optionNotForFormat: "leave it out"
        case .differs: "nothing was left behind; run again, and check the disk if it happens twice"
        }
    }
}
