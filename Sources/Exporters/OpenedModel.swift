import Architectures
import Files
import IR
import PthReader
import Tensors

/// What an opened file gives to an export: a whole model, or bare weights and the reason.
public struct OpenedModel: Sendable {
    /// How a network is recognised.
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

        /// Recognised from keys and shapes.
        public init(
            architecture: String? = nil, keyMap: KeyMap? = nil, given: GivenFacts = GivenFacts(), likeness: ContractProfile? = nil,
            givenNames: [String] = []
        ) {
            self.architecture = architecture
            self.keyMap = keyMap
            self.given = given
            self.likeness = likeness
            self.givenNames = givenNames
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

    /// Makes a model of what was opened: from the graph in the file, else from keys and shapes. An unknown network gives bare weights;
    /// a known one whose weights do not match is an error.
    public init(_ opened: OpenedFile, choice: Choice = Choice()) throws {
        if let failure = opened.stateDictError { throw failure }
        guard var weights = opened.weights, !weights.entries.isEmpty else {
            throw ExportError.nothingToExport(file: opened.file.path)
        }
        try OpenedModel.refuseWhatIsNoTensor(opened)
        if let keyMap = choice.keyMap { weights = try keyMap.apply(to: weights) }
        var graphError = opened.documentError
        if let document = opened.document, choice.architecture == nil, choice.keyMap == nil, let graph = document.graph,
            let contract = document.contract
        {
            do {
                let model = try Model(
                    weights: weights, graph: graph, contract: contract, architecture: document.architecture ?? .custom)
                self.init(content: .model(try choice.complete(model)))
                return
            } catch {
                // A graph of another program that leaves sizes open, or does not add up here, hides no weights.
                guard opened.isForeign, let failure = error as? GraphError else { throw error }
                graphError = failure
            }
        }
        do {
            let rebuilt = try Architectures.rebuild(
                weights, requested: choice.architecture ?? opened.document?.architecture?.name, imageSize: choice.given.imageSize)
            var model = rebuilt.model
            if let contract = opened.document?.contract { model.contract = contract }
            self.init(
                content: .model(try choice.complete(model)), droppedKeys: rebuilt.droppedKeys, prefix: rebuilt.prefix,
                unknownName: rebuilt.unknownName, passedOver: graphError, remarks: rebuilt.remarks)
        } catch let error as ArchitectureError {
            // Who names a network does not want bare weights.
            // Keys were only looked at because the file's own graph is not understood: then that is the reason.
            if choice.architecture == nil, let graphError {
                guard opened.isForeign else { throw graphError }
                self.init(content: .weights(weights), bareReason: graphError)
                return
            }
            guard case .unknownNetwork = error, choice.architecture == nil else { throw error }
            if let name = choice.givenNames.first { throw ExportError.notForBareWeights(option: name, reason: "\(error)") }
            self.init(content: .weights(weights), bareReason: error)
        }
    }

    private init(
        content: ExportContent, bareReason: (any Error)? = nil, droppedKeys: [String] = [], prefix: String = "", unknownName: String? = nil,
        passedOver: (any Error)? = nil, remarks: [String] = []
    ) {
        self.content = content
        self.bareReason = bareReason
        self.droppedKeys = droppedKeys
        self.prefix = prefix
        self.unknownName = unknownName
        self.passedOver = passedOver
        self.remarks = remarks
    }

    /// A state dict may hold more than plain tensors; leaving that out in silence would change the network.
    private static func refuseWhatIsNoTensor(_ opened: OpenedFile) throws {
        guard let dictionary = opened.selection?.dictionary else { return }
        for entry in dictionary.entries {
            let name = entry.key.pathComponent
            switch entry.value {
            case .tensor(let tensor) where !tensor.isConjugated && !tensor.isNegated: continue
            case .none: continue
            default: throw ExportError.notPlain(file: opened.file.path, name: name, kind: entry.value.kindName)
            }
        }
    }
}

/// What keeps an opened file from being exported.
public enum ExportError: DescribedError, Equatable {
    case nothingToExport(file: String)
    case notPlain(file: String, name: String, kind: String)
    case overflow(precision: String, tensors: [String])
    case foldingNotHere(format: String)
    case nothingToFold
    case notForBareWeights(option: String, reason: String)
    case optionNotForFormat(option: String, format: String)
    case differs(file: String, what: String)

    /// Whether an option was given that means nothing for this content or format.
    public var isAboutOptions: Bool {
        switch self {
        case .foldingNotHere, .nothingToFold, .notForBareWeights, .optionNotForFormat: true
        case .nothingToExport, .notPlain, .overflow, .differs: false
        }
    }

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .nothingToExport(let file): "\(file): there are no tensors to export"
        case .notPlain(let file, let name, let kind): "\(file): \(name) is no plain tensor but a \(kind)"
        case .overflow(let precision, let tensors): "as \(precision), numbers become infinite in \(tensors.joined(separator: "; "))"
        case .foldingNotHere(let format): "\(format) promises the source's own tensors, so batch normalisation cannot be folded into them"
        case .nothingToFold: "--fold-batchnorm has no effect here: no batch normalisation follows a layer that can take it in"
        case .notForBareWeights(let option, let reason): "\(option) needs a network, and \(reason)"
        case .optionNotForFormat(let option, let format): "\(option) has no effect for \(format)"
        case .differs(let file, let what): "\(file): read back from disk, \(what)"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .nothingToExport: "look inside with convert inspect"
        case .notPlain: "leave it out with slim --drop first"
        case .overflow: "use --dtype bfloat16, or keep float32"
        case .foldingNotHere: "fold into .onnx, .h5 or .flat"
        case .nothingToFold, .notForBareWeights: "leave the option out"
        case .optionNotForFormat: "leave it out"
        case .differs: "nothing was left behind; run again, and check the disk if it happens twice"
        }
    }
}
