import ConvertJSON
import Testing

@testable import ConvertIR

/// What holds for every kind of operation, whichever are added.
@Suite struct OperationTests {
    private let operations = Sample.everything.nodes.map(\.operation)

    @Test("Every kind has a definition whose operation is of that kind", arguments: OperationKind.allCases)
    func definitions(_ kind: OperationKind) throws {
        let blank = kind.definition.blank.operation
        #expect(blank.kind == kind && blank.name == kind.rawValue)
    }

    @Test("Roles and attributes have names of their own, in documents and in texts", arguments: OperationKind.allCases)
    func names(_ kind: OperationKind) throws {
        let blank = kind.definition.blank
        let documented = blank.weights.map(\.role) + blank.attributes.map(\.name) + ["name", "operation", "inputs", "output"]
        #expect(Set(documented).count == documented.count)
        let texts = kind.definition.textNames + [GraphText.nodeName]
        #expect(Set(texts).count == texts.count)
        // A flag that is not written is false.
        for attribute in blank.attributes where attribute.description.form == .flag { #expect(attribute.description.usual == .flag(false)) }
    }

    @Test("Kind, weights and attributes are all of an operation")
    func operationsAreRebuilt() throws {
        for operation in operations {
            var object = JSONObject()
            for (role, key) in operation.weights { object.append(role, .string(key)) }
            for attribute in operation.attributes { object.append(attribute.name, attribute.value.json) }
            #expect(try Operation(operation.kind, GraphJSONReader(object: object, place: "test")) == operation)
        }
    }

    @Test("Weights are renamed in every role, and nothing else changes")
    func renaming() {
        for operation in operations {
            let renamed = operation.renamingWeights { "new." + $0 }
            #expect(renamed.weights.map(\.role) == operation.weights.map(\.role))
            #expect(renamed.weights.map(\.key) == operation.weights.map { "new." + $0.key })
            #expect(renamed.attributes == operation.attributes && renamed.kind == operation.kind)
        }
    }

    @Test("Every kind has a shape rule that refuses a node without inputs", arguments: OperationKind.allCases)
    func shapeRules(_ kind: OperationKind) throws {
        let node = Node(name: "n", operation: kind.definition.blank.operation, inputs: [], output: "n")
        let graph = Graph(inputs: [], nodes: [node], outputs: ["n"])
        let weights = try Sample.weights([:])
        #expect(throws: GraphError.self) { try graph.valueTypes(weights: weights) }
    }
}
