import ConvertJSON

/// Everything about a model but its tensors, as one JSON document that travels in every format, so that each reads back to a full `Model`.
///
/// Members: `version`, `architecture`, `hyperparameters`, `contract`, `graph` (left out if the format's reader rebuilds it from the
/// architecture), `metadata` (what the checkpoint said), `provenance`. A file of bare weights has only the last two.
package struct ModelDocument: Sendable {
    /// The version written here; readers refuse newer ones.
    package static let version = 1

    /// Which family it is; nil for bare weights.
    package var architecture: Architecture?
    /// How images enter; nil for bare weights.
    package var contract: InputContract?
    /// The graph, if it is in the document.
    package var graph: Graph?
    /// What the checkpoint said besides its tensors.
    package var metadata: Metadata
    /// Where the tensors came from.
    package var provenance: Provenance

    /// The document of a model.
    package init(_ model: Model) {
        architecture = model.architecture
        contract = model.contract
        graph = model.graph
        metadata = model.weights.metadata
        provenance = model.weights.provenance
        isComplete = true
    }

    /// The document of bare weights.
    package init(_ weights: Weights) {
        metadata = weights.metadata
        provenance = weights.provenance
    }

    /// Whether it is what `init(_ model:)` wrote, with how images enter, and not put together by a reader of a different program's file.
    package var isComplete = false

    /// The document as JSON.
    package var json: JSONObject {
        var object = JSONObject(["version": .integer(Int64(ModelDocument.version))])
        if let architecture {
            object.append("architecture", .string(architecture.name))
            object.append("hyperparameters", .object(architecture.hyperparameters))
        }
        if let contract { object.append("contract", .object(contract.json)) }
        if let graph { object.append("graph", .object(graph.json)) }
        object.append("metadata", .object(ModelDocument.tagged(metadata)))
        object.append("provenance", .object(provenance.json))
        return object
    }

    /// Compact JSON text, the same for the same model.
    package var text: String { JSONValue.object(json).text() }

    /// Reads a document. Throws if it is malformed or newer than this program.
    package init(text: some Collection<UInt8>) throws(GraphError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(text)
        } catch {
            throw .malformedDocument(detail: "\(error)")
        }
        guard let object = value.object else { throw .malformedDocument(detail: "it is not an object") }
        guard let version = object["version"]?.integer, version >= 1 else { throw .malformedDocument(detail: "it has no version") }
        guard version <= ModelDocument.version else {
            throw .malformedDocument(detail: "its version is \(version), versions up to \(ModelDocument.version) are known")
        }
        if let name = object["architecture"] {
            guard let name = name.string, let numbers = object["hyperparameters"]?.object else {
                throw .malformedDocument(detail: "its architecture or hyperparameters are wrong")
            }
            architecture = Architecture(name: name, hyperparameters: numbers)
        }
        if let value = object["contract"] {
            guard let members = value.object else { throw .malformedDocument(detail: "its contract is not an object") }
            contract = try InputContract(json: members)
            isComplete = true
        }
        if let value = object["graph"] {
            guard let members = value.object else { throw .malformedDocument(detail: "its graph is not an object") }
            graph = try Graph(json: members)
        }
        guard let metadata = object["metadata"]?.object, let provenance = object["provenance"]?.object else {
            throw .malformedDocument(detail: "its metadata or provenance are missing")
        }
        self.metadata = ModelDocument.untagged(metadata)
        self.provenance = try Provenance(json: provenance)
    }

    /// JSON has no NaN or infinity: they travel as an object with one member, so that a text `NaN` stays a text.
    private static func tagged(_ metadata: Metadata) -> Metadata {
        var result = Metadata()
        for member in metadata.members {
            if case .number(let number) = member.value, !number.isFinite {
                result.append(member.key, .object(JSONObject(["float": .string(member.value.nonFiniteText)])))
            } else {
                result.append(member.key, member.value)
            }
        }
        return result
    }

    private static func untagged(_ metadata: Metadata) -> Metadata {
        var result = Metadata()
        for member in metadata.members {
            switch member.value.object?["float"]?.string {
            case "NaN": result.append(member.key, .number(.nan))
            case "Infinity": result.append(member.key, .number(.infinity))
            case "-Infinity": result.append(member.key, .number(-.infinity))
            default: result.append(member.key, member.value)
            }
        }
        return result
    }
}

extension JSONValue {
    fileprivate var nonFiniteText: String {
        guard case .number(let number) = self else { return "" }
        return number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity"
    }
}

extension Provenance {
    /// The provenance as JSON.
    var json: JSONObject {
        JSONObject(["source": .string(source), "format": .string(format), "state_dict": .string(stateDictPath)])
    }

    init(json object: JSONObject) throws(GraphError) {
        let reader = GraphJSONReader(object: object, place: "provenance")
        self.init(source: try reader.text("source"), format: try reader.text("format"), stateDictPath: try reader.text("state_dict"))
    }
}
