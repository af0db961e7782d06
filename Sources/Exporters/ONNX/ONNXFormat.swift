import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors

/// ONNX (onnx.ai): a graph of operators with its weights as initializers, in protobuf.
package enum ONNXFormat: FileFormat {
    /// The format's name.
    package static let name = "onnx"
    /// Endings of its files.
    package static let extensions = ["onnx"]
    /// Without a graph there is no ONNX file.
    package static let capabilities = FormatCapabilities(holdsBareWeights: false, promisesSourceTensors: false, sharesNames: true)

    /// Whether the content is of this format.
    package static func recognizes(_ bytes: ByteView) -> Bool {
        guard let first = try? bytes.byte(at: 0), first & 7 == 0 || first & 7 == 2 else { return false }
        return ONNXStrippedFile.looksLikeModel(bytes)
    }

    /// Reads nodes and initializers; tensors stay in the mapped file. A graph that cannot be understood is reported in the result, so that the
    /// weights can still be used.
    package static func open(_ file: MappedFile, options: OpenOptions) throws -> OpenedFile {
        let model = try ONNXUnpacking.read(file.bytes)
        let source = ONNXTensorSource(file, companions: options.companions)
        var tensors: [String: Tensor] = [:]
        for initializer in model.initializers {
            guard tensors[initializer.name] == nil else { throw ONNXError.nameCollision(name: initializer.name) }
            tensors[initializer.name] = try source.tensor(initializer)
        }
        var constants: [String: Tensor] = [:]
        for node in model.nodes where ["Constant", "ConstantOfShape"].contains(node.operatorName) {
            guard case .tensor(let tensor)? = node["value"], let output = node.outputs.first else { continue }
            constants[output] = try source.tensor(tensor)
        }
        var read: ONNXGraphReader.Result?
        var failure: (any Error)?
        do {
            try ONNXSchema.check(model, file: file.path)
            read = try ONNXGraphReader.read(model, tensors: tensors, constants: constants, file: file.path)
        } catch {
            failure = error
        }
        var stored = try ONNXStoredDocument(model.metadata, file: file.path)
        var remarks = read?.remarks ?? []
        if let remark = stored.dropWhatDoesNotFit(initializers: model.initializers.map(\.name), read: read) { remarks.append(remark) }
        let weights = try weights(model, tensors: tensors, read: read, stored: stored, file: file)
        let document = read.map { read in
            ONNXStoredDocument.document(stored.document, graph: read.graph, weights: weights, provenance: weights.provenance)
        }
        let externalFiles = source.externalFiles
        let inside = model.initializers.reduce(0) { sum, initializer in
            if case .external = initializer.content { return sum }
            return sum + (tensors[initializer.name]?.byteCount ?? 0)
        }
        var facts = [
            FileFact(name: "container", text: "ONNX"), FileFact(name: "IR version", text: "\(model.irVersion)"),
            FileFact(name: "operator set", text: "\(model.opset)"),
            FileFact(name: "producer", text: model.producer.isEmpty ? "unknown" : model.producer),
            FileFact(name: "operators", text: "\(model.nodes.count)"),
        ]
        for external in externalFiles { facts.append(FileFact(name: "data file", text: external.name)) }
        return OpenedFile(
            file: file, format: name, facts: facts, weights: weights, document: document, documentError: failure,
            groups: [
                .init(name: "backbone", byteCount: min(inside, file.bytes.count)),
                .init(name: "container", byteCount: max(0, file.bytes.count - inside)),
            ],
            checksums: [], companions: externalFiles, remarks: remarks, isForeign: stored.isForeign)
    }

    /// Writes a model; throws if there is no graph.
    package static func write(_ content: ExportContent, to output: OutputFile, options: ExportOptions) throws -> [OutputFile] {
        guard let model = content.model else { throw ONNXError.needsGraph(reason: "these are bare weights") }
        return try ONNXWriter.write(model, to: output, options: options)
    }

    /// Initializers as the graph reads them, unused tensors from the metadata, in the recorded order if there is one.
    private static func weights(
        _ model: ONNXModel, tensors: [String: Tensor], read: ONNXGraphReader.Result?, stored: ONNXStoredDocument, file: MappedFile
    ) throws -> Weights {
        var entries: [Weights.Entry] = []
        var places: [String: Int] = [:]
        func add(_ name: String, _ tensor: Tensor) throws {
            guard places.updateValue(entries.count, forKey: name) == nil else { throw ONNXError.nameCollision(name: name) }
            entries.append(Weights.Entry(name: name, tensor: tensor))
        }
        for initializer in model.initializers {
            guard let tensor = tensors[initializer.name] else { continue }
            if let read, read.weights[initializer.name] == nil, read.constants.contains(initializer.name) { continue }
            try add(initializer.name, read?.weights[initializer.name] ?? tensor)
        }
        for (name, tensor) in (read?.weights ?? [:]).sorted(by: { $0.key < $1.key }) where places[name] == nil { try add(name, tensor) }
        for (name, tensor) in stored.unused { try add(name, tensor) }
        if let order = stored.order {
            entries = order.compactMap { places[$0].map { entries[$0] } }
        }
        let provenance = stored.document?.provenance ?? Provenance(source: file.name, format: name, stateDictPath: "")
        return Weights(entries: entries, metadata: stored.document?.metadata ?? stored.foreign, provenance: provenance)
    }
}

/// What this project's writer left in `metadata_props`.
struct ONNXStoredDocument {
    private(set) var document: ModelDocument?
    private(set) var order: [String]?
    private(set) var unused: [(name: String, tensor: Tensor)] = []
    /// Entries of other writers.
    private(set) var foreign = Metadata()
    /// Whether a different program wrote the file, or changed it since.
    var isForeign: Bool { document?.isComplete != true || isRewritten }
    private var isRewritten = false

    init(_ metadata: [(key: String, value: String)], file: String) throws {
        for (key, value) in metadata {
            switch key {
            case ONNXWriter.documentKey: document = try ModelDocument(text: Array(value.utf8))
            case ONNXWriter.weightsKey: try takeWeights(value, file: file)
            default: foreign.append(key, .string(value))
            }
        }
    }

    private mutating func takeWeights(_ text: String, file: String) throws {
        func malformed(_ detail: String) -> ONNXError {
            .malformed(file: file, detail: "\(ONNXWriter.weightsKey): \(detail)", offset: 0)
        }
        guard let object = (try? JSONParser.parse(Array(text.utf8)))?.object, let names = object["order"]?.array,
            let tensors = object["unused"]?.object
        else { throw malformed("it is not such an object") }
        let order = names.compactMap(\.string)
        self.order = order
        guard Set(order).count == order.count else { throw malformed("a tensor is named twice") }
        guard order.count == names.count else { throw malformed("a name is not a text") }
        for member in tensors.members {
            guard let members = member.value.object, let tensor = ONNXUnusedTensor.tensor(members, name: "\(file), tensor \(member.key)")
            else {
                throw malformed("the tensor \(member.key) is malformed")
            }
            unused.append((member.key, tensor))
        }
    }

    /// Optimizers fuse nodes, add and rename tensors, and keep the metadata: what was recorded of tensors is then about a different
    /// file. How images enter still holds. Gives a remark if something was dropped.
    mutating func dropWhatDoesNotFit(initializers: [String], read: ONNXGraphReader.Result?) -> String? {
        guard let order else { return nil }
        // What is written here is followed to the letter when it is read.
        if read?.remarks.isEmpty == false { isRewritten = true }
        var names = Set(unused.map(\.name))
        for name in initializers where read == nil || read?.weights[name] != nil || read?.constants.contains(name) == false {
            names.insert(name)
        }
        names.formUnion(read.map { Array($0.weights.keys) } ?? [])
        guard Set(order) != names || order.count != names.count else { return nil }
        self.order = nil
        unused = []
        isRewritten = true
        return "another program changed this file after convert wrote it: its input contract is kept, the recorded order of tensors is not"
    }

    /// The document of a file: what was stored with the file's own graph, or for other writers' files what the graph shows.
    static func document(_ stored: ModelDocument?, graph: Graph, weights: Weights, provenance: Provenance) -> ModelDocument {
        var document = stored ?? ModelDocument(weights)
        document.graph = graph
        document.architecture = document.architecture ?? .custom
        document.contract = document.contract ?? GraphContract.read(graph, weights: weights)
        return document
    }
}
