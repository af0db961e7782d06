import ConvertIR

/// Lines of the graph: names and keys with the variables' values, weights under the names that torch gives them, and attributes with the
/// values that torch assumes.
extension FamilyBuilder {
    private static let mostNodes = 100_000

    mutating func append(_ template: FamilyNode) throws {
        let output = scope + (try word(template.output))
        guard types[output] == nil else {
            throw FamilyError.senseless(
                file: family.file, line: line, problem: "the value \(output) is given twice", remedy: "give each value its own name")
        }
        guard !outputs.contains(where: { $0.name == output && $0.value != output }) else {
            throw FamilyError.senseless(
                file: family.file, line: line, problem: "\(output) is the name of an output", remedy: "give each value its own name")
        }
        guard nodes.count < FamilyBuilder.mostNodes else {
            throw FamilyError.tooMuch(file: family.file, line: line, what: "nodes", limit: FamilyBuilder.mostNodes)
        }
        let inputs = try template.inputs.map { try reference($0) }
        var fields = FamilyFields(node: template, module: try word(template.output), line: line, file: family.file)
        for (name, words) in template.fields { fields.words[name] = try words.map { try word($0) } }
        fields.inputType = inputs.first.flatMap { types[$0] ?? nil }
        fields.claim(&self)
        try fields.checkWindow(&keys)
        let node = Node(
            name: fields.words[FamilyNode.nodeName]?.first ?? output, operation: try Operation(template.operation, fields), inputs: inputs,
            output: output)
        nodes.append(node)
        types[output] = .some(type(of: node, inputs, window: fields.window))
        last = output
    }
}

/// The weights and attributes of one line of a description.
private struct FamilyFields: OperationFields {
    typealias Failure = any Error

    let node: FamilyNode
    let module: String
    let line: Int
    let file: String
    /// Words after each name, with the variables' values; none for a name alone.
    var words: [String: [String]] = [:]
    var inputType: ValueType?
    /// Full keys by role, once they are claimed.
    private var claimed: [String: String] = [:]
    private var weightShape: [Int]?
    /// Height and width of a convolution's weight, as far as the line says them.
    private(set) var window: Size2D?
    private var epsilon = 0.0
    /// The layer's ε, if the file states it.
    private var statedEpsilon: Double?

    init(node: FamilyNode, module: String, line: Int, file: String) {
        self.node = node
        self.module = module
        self.line = line
        self.file = file
    }

    /// The names that torch's modules give to weights, by role; other roles have their own name.
    private static let torchNames = ["scale": "weight", "slope": "weight", "mean": "running_mean", "variance": "running_var"]
    /// Weights that torch's modules have unless they are built without them, although the graph could do without.
    private static let usuallyThere: [OperationKind: Set<String>] = [.batchNormalization: ["scale", "bias"]]

    mutating func claim(_ builder: inout FamilyBuilder) {
        let path = builder.scope + (words[FamilyNode.moduleName]?.first ?? module)
        for (role, isOptional) in node.operation.weightRoles {
            let usual = "\(path).\(FamilyFields.torchNames[role] ?? role)"
            var key: String?
            switch words[role] {
            // In the text form of a graph every weight is written.
            case let given where builder.family.isGraph: key = given?.first ?? (isOptional ? nil : usual)
            case nil: key = !isOptional || FamilyFields.usuallyThere[node.operation]?.contains(role) == true ? usual : nil
            case ["optional"]?: key = builder.keys.takesOptional(usual, role: role, line: line) ? usual : nil
            case ["none"]? where isOptional: key = nil
            case []?: key = usual
            case let given?: key = builder.scope + (given.first ?? "")
            }
            if let key { claimed[role] = builder.keys.take(key, line: line) }
        }
        if node.operation == .batchNormalization {
            let ending = "running_mean"
            if let mean = claimed["mean"], mean.hasSuffix(ending) {
                builder.keys.allow(whole: mean.dropLast(ending.count) + "num_batches_tracked")
            }
        }
        weightShape = claimed["weight"].flatMap { builder.weights[$0]?.shape }
        epsilon = builder.profile.epsilon
        if node.operation == .batchNormalization, !builder.family.isGraph {
            statedEpsilon = builder.weights.epsilons[builder.keys.prefix + path]
        }
    }

    func weight(_ role: String, isOptional: Bool) -> String? { claimed[role] }

    func attribute(_ attribute: AttributeDescription) throws -> AttributeValue {
        let name = attribute.textName
        if name == "epsilon", let statedEpsilon { return .number(statedEpsilon) }
        guard let given = words[name] else { return try usual(attribute) }
        if attribute.form == .flag, given.isEmpty { return .flag(true) }
        let text = given.joined(separator: ",")
        if let value = computed(name, text) ?? AttributeValue(text: text, form: attribute.form) { return value }
        if let value = short(text, attribute.form) { return value }
        throw GraphTextError.wrongValue(
            file: file, line: line, name: name, expected: attribute.form.example, found: GraphTextScanner.shortened(text))
    }

    /// What a line need not say: the values that torch's modules assume, and the family's ε.
    private func usual(_ attribute: AttributeDescription) throws -> AttributeValue {
        if let usual = attribute.usual { return usual }
        switch (node.operation, attribute.textName) {
        case (.convolution, "stride"): return .size(Size2D(1))
        case (.maxPool, "stride"), (.averagePool, "stride"):
            // torch takes the window for the stride.
            if let kernel = words["kernel"]?.joined(), let value = AttributeValue(text: kernel, form: .size) ?? short(kernel, .size) {
                return value
            }
        case (.batchNormalization, "epsilon"): return .number(epsilon)
        default: break
        }
        throw GraphTextError.missingField(file: file, line: line, operation: node.operation.rawValue, name: attribute.textName)
    }

    /// `padding=same` keeps the size at stride 1; `groups=auto` is what the weight's shape and the input's channels say.
    private func computed(_ name: String, _ text: String) -> AttributeValue? {
        guard node.operation == .convolution else { return nil }
        switch (name, text) {
        case ("padding", "same"):
            let sides = window.map { [$0.height, $0.width] } ?? (weightShape ?? []).suffix(2)
            let half = sides.map { min(max($0, 1), 1 << 20) / 2 }
            return .padding(half.count == 2 ? Padding2D(vertical: half[0], horizontal: half[1]) : Padding2D(0))
        case ("groups", "auto"):
            guard let shape = weightShape, shape.count == 4, shape[1] > 0, let type = inputType, type.shape.count == 4,
                let channels = type.shape[1].fixed
            else { return .integer(1) }
            return .integer(max(channels / shape[1], 1))
        default: return nil
        }
    }

    /// Records a convolution's weight that is not of the window that the line is written for: one that the line states, or the one whose output
    /// a padding in short leaves as large.
    mutating func checkWindow(_ keys: inout KeyLedger) throws {
        guard node.operation == .convolution, words[FamilyNode.windowName] != ["any"] else { return }
        if let words = words[FamilyNode.windowName] {
            let text = words.joined(separator: ",")
            guard case .size(let size)? = AttributeValue(text: text, form: .size) ?? short(text, .size) else {
                throw GraphTextError.wrongValue(
                    file: file, line: line, name: FamilyNode.windowName, expected: AttributeForm.size.example,
                    found: GraphTextScanner.shortened(text))
            }
            window = size
        } else if let text = words["padding"]?.joined(separator: ","), case .padding(let padding)? = short(text, .padding),
            [padding.top, padding.left].allSatisfy({ (0...1 << 20) ~= $0 }), !padding.isZero
        {
            // A side without padding may have any window.
            let found = weightShape.flatMap { $0.count == 4 ? Size2D($0[2], $0[3]) : nil } ?? Size2D(1)
            window = Size2D(
                padding.top > 0 ? 2 * padding.top + 1 : found.height, padding.left > 0 ? 2 * padding.left + 1 : found.width)
        }
        guard let key = claimed["weight"], let shape = weightShape, shape.count == 4 else { return }
        let found = Size2D(shape[2], shape[3])
        if let window, window != found {
            keys.misshape(key, found: shape, expected: "[outputs, channels, \(window.height), \(window.width)]", line: line)
            keys.suppose(key, [shape[0], shape[1], window.height, window.width])
        } else if words["padding"] == ["same"], found.height.isMultiple(of: 2) || found.width.isMultiple(of: 2) {
            keys.misshape(key, found: shape, expected: "a window of odd sides, which a padding can keep the size with", line: line)
        }
    }

    /// One number for height and width, one for all sides, or two for both pairs of sides.
    private func short(_ text: String, _ form: AttributeForm) -> AttributeValue? {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
        switch (form, numbers.count) {
        case (.size, 1): return .size(Size2D(numbers[0]))
        case (.padding, 1): return .padding(Padding2D(numbers[0]))
        case (.padding, 2): return .padding(Padding2D(vertical: numbers[0], horizontal: numbers[1]))
        default: return nil
        }
    }
}
