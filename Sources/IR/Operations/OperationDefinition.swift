/// What the graph knows about one operation: its weights, its attributes, and the type of what it gives.
///
/// Documents, the text form, renaming and reading are loops over the two lists, so that nothing about one operation is written elsewhere.
protocol OperationDefinition: Sendable {
    /// The operation with empty keys and any attributes: what reading fills in.
    static var blank: Self { get }
    /// Its weights, in the order in which they are written.
    static var weightFields: [WeightField<Self>] { get }
    /// Its attributes, in the order in which they are written.
    static var attributeFields: [AttributeField<Self>] { get }
    /// The case that stands for it in a graph.
    var operation: Operation { get }
    /// The type of its output. Throws if inputs, weights or attributes do not fit.
    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType
}

extension OperationDefinition {
    static var weightFields: [WeightField<Self>] { [] }
    static var attributeFields: [AttributeField<Self>] { [] }
}

/// A weight of an operation: its role, and where its key is kept.
struct WeightField<Owner>: Sendable {
    let role: String
    let isOptional: Bool
    let get: @Sendable (Owner) -> String?
    let set: @Sendable (inout Owner, String?) -> Void

    /// A weight that is always there.
    init(_ role: String, _ path: WritableKeyPath<Owner, String> & Sendable) {
        self.role = role
        isOptional = false
        get = { $0[keyPath: path] }
        set = { owner, key in if let key { owner[keyPath: path] = key } }
    }

    /// A weight that may be left out.
    init(_ role: String, _ path: WritableKeyPath<Owner, String?> & Sendable) {
        self.role = role
        isOptional = true
        get = { $0[keyPath: path] }
        set = { owner, key in owner[keyPath: path] = key }
    }
}

/// An attribute of an operation: its name, its form, and where its value is kept.
struct AttributeField<Owner>: Sendable {
    let description: AttributeDescription
    let get: @Sendable (Owner) -> AttributeValue
    let set: @Sendable (inout Owner, AttributeValue) -> Void

    /// - Parameters:
    ///   - textName: the name in the text form, if it is shorter there.
    ///   - usual: the value that the text form leaves out.
    ///   - isLeftOutOfDocuments: whether documents leave it out as well.
    init<Value: AttributeConvertible>(
        _ name: String, _ path: WritableKeyPath<Owner, Value> & Sendable, textName: String? = nil, usual: Value? = nil,
        isLeftOutOfDocuments: Bool = false
    ) {
        description = AttributeDescription(
            name: name, textName: textName ?? name, form: Value.attributeForm, usual: usual?.attributeValue,
            isLeftOutOfDocuments: isLeftOutOfDocuments)
        get = { $0[keyPath: path].attributeValue }
        set = { owner, value in if let value = Value(attribute: value) { owner[keyPath: path] = value } }
    }
}

/// Where an operation's weights and attributes are read from.
protocol OperationFields {
    associatedtype Failure: Error
    /// The key of a weight; nil if it is optional and not given.
    func weight(_ role: String, isOptional: Bool) throws(Failure) -> String?
    /// The value of an attribute, in its form.
    func attribute(_ attribute: AttributeDescription) throws(Failure) -> AttributeValue
}

extension OperationDefinition {
    /// Roles and keys of the weights that it has.
    var weights: [(role: String, key: String)] {
        Self.weightFields.compactMap { field in field.get(self).map { (field.role, $0) } }
    }

    var attributes: [OperationAttribute] {
        Self.attributeFields.map { OperationAttribute(description: $0.description, value: $0.get(self)) }
    }

    func renamingWeights(_ rename: (String) -> String) -> Self {
        var renamed = self
        for field in Self.weightFields { field.set(&renamed, field.get(self).map(rename)) }
        return renamed
    }

    /// What may follow the operation in the text form: roles of weights, and names of attributes.
    static var textNames: [String] { weightFields.map(\.role) + attributeFields.map(\.description.textName) }

    static func read<Fields: OperationFields>(_ fields: Fields) throws(Fields.Failure) -> Operation {
        var definition = blank
        for field in weightFields { field.set(&definition, try fields.weight(field.role, isOptional: field.isOptional)) }
        for field in attributeFields { field.set(&definition, try fields.attribute(field.description)) }
        return definition.operation
    }
}
