import Architectures
import ConvertFiles
import ConvertIR
import ConvertTensors
import PthReader

/// What an opened file offers for export: a whole model, or bare weights and the reason.
package struct OpenedModel: Sendable {
    /// How a network is recognized, and what the caller states about it.
    package struct Choice: Sendable {
        /// The family's name as the caller gives it; nil to recognize it from keys and shapes.
        package var architecture: String?
        /// Renames keys before anything looks at them.
        package var keyMap: KeyMap?
        /// Facts that override the file's and the family's.
        package var given: GivenFacts
        /// Typical values for facts that the file does not state.
        package var likeness: ContractProfile?
        /// The decisions behind `given` and `likeness`, for messages.
        package var givenNames: [Decision]
        /// The network of the weights, in place of the file's own and of what keys and shapes show.
        package var graph: Graph?
        /// The caller's own description of the network's family, in place of the built-in ones and of the file's own graph.
        package var description: FamilyDescription?

        /// By default, the network is recognized from keys and shapes.
        package init(
            architecture: String? = nil, keyMap: KeyMap? = nil, given: GivenFacts = GivenFacts(), likeness: ContractProfile? = nil,
            givenNames: [Decision] = [], graph: Graph? = nil, description: FamilyDescription? = nil
        ) {
            self.architecture = architecture
            self.keyMap = keyMap
            self.given = given
            self.likeness = likeness
            self.givenNames = givenNames
            self.graph = graph
            self.description = description
        }

        /// The model with the caller's facts applied.
        func complete(_ model: Model) throws -> Model {
            var model = model
            if let likeness { model.contract = likeness.fill(model.contract) }
            return try given.apply(to: model)
        }
    }

    /// What is exported.
    package let content: ExportContent
    /// Why there is no model; nil if there is one.
    package let bareReason: (any Error)?
    /// Entries of the state dict that are not tensors, with their kinds; no export holds them.
    package let nonTensors: [(name: String, kind: String)]
    /// Keys that are not part of the embedding network and were left out.
    package let droppedKeys: [String]
    /// The prefix that all keys share, such as `module.`.
    package let prefix: String
    /// The network's name in the checkpoint if no family has that name.
    package let unknownName: String?
    /// Why the file's own graph was ignored in favor of one rebuilt from keys and shapes.
    package let passedOver: (any Error)?
    /// The family that the file's own graph looks like, which nothing in the file names; nil if there is none.
    package let graphFamily: String?
    /// What a user should know about the network, one sentence each.
    package let remarks: [String]
    /// Whose usual inputs were taken for what the file does not say, if several projects have the same keys.
    package let assumedProject: Architectures.AssumedProject?

    /// Makes a model of an opened file: from a graph that is given, else from the file's, else from keys and shapes. A network that is unknown, or not quite a
    /// known one, gives bare weights; if the caller named a family, both are errors. Throws `ExportError.notPlain` for tensors whose
    /// numbers an export would lose.
    package init(_ opened: OpenedFile, choice: Choice = Choice()) throws {
        if let failure = opened.stateDictError { throw failure }
        guard var weights = opened.weights, !weights.entries.isEmpty else {
            throw ExportError.nothingToExport(file: opened.file.path)
        }
        try OpenedModel.refuseLazyTensors(opened)
        let nonTensors = opened.selection?.nonTensors ?? []
        if let keyMap = choice.keyMap { weights = try keyMap.apply(to: weights) }
        if let graph = choice.graph {
            do {
                let model = try choice.complete(try OpenedModel.join(weights, with: graph, opened, choice))
                // A contract that no file could hold would be found only after the export was written.
                _ = try InputContract(json: model.contract.json)
                self.init(content: .model(model), nonTensors: nonTensors, remarks: opened.remarks)
            } catch let error as GraphError { throw ExportError.graphDoesNotFit(reason: error.problem) }
            return
        }
        var graphError = opened.documentError
        if let document = opened.document, choice.architecture == nil, choice.keyMap == nil, choice.description == nil,
            let graph = document.graph,
            let contract = document.contract
        {
            do {
                let model = try Model(
                    weights: weights, graph: graph, contract: contract, architecture: document.architecture ?? .custom)
                let isNamed = model.architecture.name != Architecture.custom.name
                self.init(
                    content: .model(try choice.complete(model)), nonTensors: nonTensors,
                    graphFamily: isNamed ? nil : GraphRecognition.find(graph, weights: weights)?.family, remarks: opened.remarks)
                return
            } catch {
                // A foreign graph that leaves sizes open, or fails shape inference, does not make its weights unusable.
                guard opened.isForeign, let failure = error as? GraphError else { throw error }
                graphError = failure
            }
        }
        let reason: any Error
        do {
            let names = CompiledKeys(weights)
            let rebuilt = try Architectures.rebuild(
                names.stripped(weights), requested: choice.architecture ?? opened.document?.architecture?.name,
                imageSize: choice.given.imageSize, likeness: choice.likeness, description: choice.description)
            var model = try names.restored(rebuilt.model)
            if let contract = opened.document?.contract, choice.description == nil { model.contract = contract }
            if let own = choice.description, !own.statesContract {
                model.contract = GraphContract.read(model.graph, weights: model.weights)
            }
            self.init(
                content: .model(try choice.complete(model)), nonTensors: nonTensors,
                droppedKeys: rebuilt.droppedKeys.map { names.source(of: $0) }, prefix: rebuilt.prefix, unknownName: rebuilt.unknownName,
                passedOver: graphError, remarks: opened.remarks + rebuilt.remarks,
                assumedProject: choice.likeness == nil && opened.document?.contract == nil ? rebuilt.assumedProject : nil)
            return
        } catch let error as ArchitectureError {
            reason = error
        } catch let error as GraphError {
            reason = error
        }
        // A caller who names a network does not want bare weights.
        guard choice.architecture == nil, choice.description == nil else { throw reason }
        // Keys were only tried because the file's own graph is not understood, so that is the reason to report.
        if let graphError, !opened.isForeign { throw graphError }
        let bareReason = graphError ?? reason
        if let decision = choice.givenNames.first {
            throw ExportError.notForBareWeights(decision, reason: (bareReason as? any DescribedError)?.problem ?? "\(bareReason)")
        }
        self.init(content: .weights(weights), bareReason: bareReason, nonTensors: nonTensors, remarks: opened.remarks)
    }

    /// Weights with a graph that is given for them; all tensors stay. How images enter is what the file says, else what the family of the
    /// weights usually takes, else what the graph shows. Throws `GraphError` if weights are missing or do not fit.
    private static func join(_ weights: Weights, with graph: Graph, _ opened: OpenedFile, _ choice: Choice) throws -> Model {
        for input in graph.inputs {
            guard case .symbol? = input.type.shape.first else {
                throw ExportError.graphDoesNotFit(
                    reason: "the first axis of input \(input.name) is the batch, which has a name such as batch and not a size")
            }
            guard !input.type.shape.contains(.derived) else {
                throw ExportError.graphDoesNotFit(reason: "input \(input.name) has a size of ?; it needs a number or a name")
            }
        }
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
        prefix: String = "", unknownName: String? = nil, passedOver: (any Error)? = nil, graphFamily: String? = nil, remarks: [String] = [],
        assumedProject: Architectures.AssumedProject? = nil
    ) {
        self.content = content
        self.bareReason = bareReason
        self.nonTensors = nonTensors
        self.droppedKeys = droppedKeys
        self.prefix = prefix
        self.unknownName = unknownName
        self.passedOver = passedOver
        self.graphFamily = graphFamily
        self.remarks = remarks
        self.assumedProject = assumedProject
    }

    /// Throws for tensors that hold numbers in a form that no export can: leaving them out would change the network.
    private static func refuseLazyTensors(_ opened: OpenedFile) throws {
        for entry in opened.selection?.dictionary.entries ?? [] {
            let isQuantized = entry.isQuantized
            let isPlain =
                switch entry.value {
                case _ where isQuantized: false
                case .tensor(let tensor): !tensor.isConjugated && !tensor.isNegated
                case .sparseTensor: false
                default: true
                }
            if isPlain { continue }
            throw ExportError.notPlain(
                file: opened.file.path, name: entry.key.pathComponent,
                kind: isQuantized && !entry.value.isTensor ? "quantized layer's packed parameters" : entry.value.kindName,
                isQuantized: isQuantized)
        }
    }
}
