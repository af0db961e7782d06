import ConvertFiles

extension Graph {
    /// Reads the text of a file; no more of it is looked at than a text may have.
    package init(textFile file: MappedFile) throws(GraphTextError) {
        let text = file.bytes.withUnsafeBytes { String(decoding: $0.prefix(GraphTextLimits.bytes + 1), as: UTF8.self) }
        try self.init(text: text, file: file.name)
    }

    /// Reads what `text(types:)` wrote, or a person: docs/graph-text.md is the grammar.
    ///
    /// Types after nodes and outputs are comments for the reader and are not looked at, so that an edit need not correct them; inputs need
    /// theirs. Whether the values, weights and attributes fit together is checked by `valueTypes`, as for any other graph.
    /// - Parameter file: the name of the text in errors.
    package init(text: String, file: String) throws(GraphTextError) {
        self.init(inputs: [], nodes: [], outputs: [])
        let bytes = Array(text.utf8)
        guard bytes.count <= GraphTextLimits.bytes else {
            throw .tooLarge(file: file, line: nil, what: "bytes", limit: GraphTextLimits.bytes)
        }
        // Editors of other systems begin a file with a byte order mark.
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        while start <= bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var statement = try GraphTextStatement(bytes[start..<end], file: file, line: line)
            try statement.read(into: &self)
            guard inputs.count + nodes.count + outputs.count <= GraphTextLimits.statements else {
                throw .tooLarge(file: file, line: line, what: "inputs, nodes and outputs", limit: GraphTextLimits.statements)
            }
            start = end + 1
            line += 1
        }
        guard !inputs.isEmpty || !nodes.isEmpty || !outputs.isEmpty else { throw .empty(file: file) }
    }
}

extension Graph.Input {
    /// Reads a line that begins with `input`, as in the text form of a graph.
    package init(line bytes: ArraySlice<UInt8>, file: String, number: Int) throws(GraphTextError) {
        var graph = Graph(inputs: [], nodes: [], outputs: [])
        var statement = try GraphTextStatement(bytes, file: file, line: number)
        try statement.read(into: &graph)
        guard let input = graph.inputs.first else { throw .empty(file: file) }
        self = input
    }
}

/// What a text may have at most; far more than any network.
enum GraphTextLimits {
    static let bytes = 16 << 20
    static let statements = 100_000
    /// Axes of an input.
    static let axes = 64
    /// Values that one node reads.
    static let inputs = 1 << 16
}

/// One line: an input, a node, an output, or nothing.
private struct GraphTextStatement {
    private var scanner: GraphTextScanner

    init(_ bytes: ArraySlice<UInt8>, file: String, line: Int) throws(GraphTextError) {
        scanner = try GraphTextScanner(bytes, file: file, line: line)
    }

    mutating func read(into graph: inout Graph) throws(GraphTextError) {
        guard scanner.next != .end else { return }
        guard case .word(let first, let isQuoted) = scanner.next else { throw scanner.unexpected("a name, \"input\" or \"output\"") }
        try scanner.advance()
        // A value may be called input or output: then a colon or = follows, not a second name.
        if !isQuoted, case .word = scanner.next {
            switch first {
            case "input": return graph.inputs.append(try input())
            case "output": return graph.outputs.append(try output())
            default: break
            }
        }
        graph.nodes.append(try node(output: first))
    }

    // MARK: Inputs and outputs

    private mutating func input() throws(GraphTextError) -> Graph.Input {
        let name = try scanner.takeWord("the name of an input")
        try scanner.take(":")
        var elements = ElementType.float32
        if case .word(let word, _) = scanner.next {
            guard let known = ElementType(rawValue: word) else { throw scanner.unexpected("float32, uint8 or \"[\"") }
            elements = known
            try scanner.advance()
        }
        try scanner.take("[")
        var shape: [Dimension] = []
        if try !scanner.takeIfThere("]") {
            repeat {
                guard shape.count < GraphTextLimits.axes else { throw tooMany("axes", GraphTextLimits.axes) }
                shape.append(try dimension())
            } while try scanner.takeIfThere(",")
            try scanner.take("]")
        }
        try scanner.takeEnd()
        return Graph.Input(name: name, type: ValueType(shape, elements: elements))
    }

    private mutating func dimension() throws(GraphTextError) -> Dimension {
        let expected = "a size from 0 to 16777216, \"?\" or a name"
        guard case .word(let word, let isQuoted) = scanner.next else { throw scanner.unexpected(expected) }
        var dimension = Dimension.symbol(word)
        if !isQuoted, GraphText.isSize(word) {
            guard let size = Int(word), (0...1 << 24) ~= size else { throw scanner.unexpected(expected) }
            dimension = .fixed(size)
        } else if !isQuoted, word == GraphText.derivedSize {
            dimension = .derived
        }
        try scanner.advance()
        return dimension
    }

    private mutating func output() throws(GraphTextError) -> String {
        let name = try scanner.takeWord("the name of an output")
        if try scanner.takeIfThere(":") {
            while scanner.next != .end { try scanner.advance() }
        }
        try scanner.takeEnd()
        return name
    }

    // MARK: Nodes

    private mutating func node(output: String) throws(GraphTextError) -> Node {
        if try scanner.takeIfThere(":") {
            while scanner.next != .end, scanner.next != .sign(UInt8(ascii: "=")) { try scanner.advance() }
        }
        try scanner.take("=")
        guard case .word(let word, _) = scanner.next else { throw scanner.unexpected("an operation") }
        guard let kind = OperationKind(rawValue: word) else {
            throw .unknownOperation(file: scanner.file, line: scanner.line, name: GraphTextScanner.shortened(word))
        }
        try scanner.advance()
        let inputs = try inputs()
        var fields = GraphTextFields(kind: kind, file: scanner.file, line: scanner.line)
        while scanner.next != .end { try field(into: &fields) }
        let operation = try Operation(kind, fields)
        return Node(name: fields.nodeName ?? output, operation: operation, inputs: inputs, output: output)
    }

    private mutating func inputs() throws(GraphTextError) -> [String] {
        try scanner.take("(")
        var inputs: [String] = []
        if try scanner.takeIfThere(")") { return inputs }
        repeat {
            guard inputs.count < GraphTextLimits.inputs else { throw tooMany("values in one node", GraphTextLimits.inputs) }
            inputs.append(try scanner.takeWord("the name of a value"))
        } while try scanner.takeIfThere(",")
        try scanner.take(")")
        return inputs
    }

    /// `role=key`, `attribute=1,2,3`, `name=node`, or a flag.
    private mutating func field(into fields: inout GraphTextFields) throws(GraphTextError) {
        let name = try scanner.takeWord("the name of a weight or attribute")
        var words: [String] = []
        if try scanner.takeIfThere("=") {
            repeat {
                guard words.count < AttributeForm.mostNumbers else { throw tooMany("numbers in a list", AttributeForm.mostNumbers) }
                words.append(try scanner.takeWord("a value after \(GraphTextScanner.shortened(name))="))
            } while try scanner.takeIfThere(",")
        }
        try fields.append(name, words)
    }

    private func tooMany(_ what: String, _ limit: Int) -> GraphTextError {
        .tooLarge(file: scanner.file, line: scanner.line, what: what, limit: limit)
    }
}

/// The weights and attributes after an operation on its line.
private struct GraphTextFields: OperationFields {
    let kind: OperationKind
    let file: String
    let line: Int
    /// Words after each name; none for a name alone.
    private var words: [String: [String]] = [:]

    init(kind: OperationKind, file: String, line: Int) {
        self.kind = kind
        self.file = file
        self.line = line
    }

    /// The name of the node, if it is given.
    var nodeName: String? { words[GraphText.nodeName]?.first }

    mutating func append(_ name: String, _ given: [String]) throws(GraphTextError) {
        let known = kind.definition.textNames
        guard known.contains(name) || name == GraphText.nodeName else {
            throw .unknownField(
                file: file, line: line, operation: kind.rawValue, name: GraphTextScanner.shortened(name), known: known)
        }
        guard words.updateValue(given, forKey: name) == nil else { throw .repeatedField(file: file, line: line, name: name) }
        if name == GraphText.nodeName { _ = try key(name, given) }
    }

    func weight(_ role: String, isOptional: Bool) throws(GraphTextError) -> String? {
        guard let given = words[role] else {
            if isOptional { return nil }
            throw .missingField(file: file, line: line, operation: kind.rawValue, name: role)
        }
        return try key(role, given)
    }

    private func key(_ name: String, _ given: [String]) throws(GraphTextError) -> String {
        guard given.count == 1 else { throw wrong(name, "one name, in quotation marks if it has commas or spaces", given) }
        return given[0]
    }

    func attribute(_ attribute: AttributeDescription) throws(GraphTextError) -> AttributeValue {
        let name = attribute.textName
        guard let given = words[name] else {
            if let usual = attribute.usual { return usual }
            throw .missingField(file: file, line: line, operation: kind.rawValue, name: name)
        }
        if attribute.form == .flag, given.isEmpty { return .flag(true) }
        guard !given.isEmpty, let value = AttributeValue(text: given.joined(separator: ","), form: attribute.form) else {
            throw wrong(name, attribute.form.example, given)
        }
        return value
    }

    private func wrong(_ name: String, _ expected: String, _ given: [String]) -> GraphTextError {
        .wrongValue(
            file: file, line: line, name: name, expected: expected,
            found: given.isEmpty ? "nothing" : GraphTextScanner.shortened(given.prefix(64).joined(separator: ",")))
    }
}
