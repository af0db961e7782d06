import ConvertIR

extension FamilyNode {
    /// Reads what follows the name of a value: an optional type, which is a comment, an operation, its inputs and its fields.
    init(output: WordTemplate, _ scanner: inout GraphTextScanner) throws {
        let (file, line) = (scanner.file, scanner.line)
        if try scanner.takeIfThere(":") {
            while scanner.next != .end, scanner.next != .sign(UInt8(ascii: "=")) { try scanner.advance() }
        }
        try scanner.take("=")
        let word = try scanner.takeWord("an operation")
        guard let operation = OperationKind(rawValue: word) else {
            throw GraphTextError.unknownOperation(file: file, line: line, name: GraphTextScanner.shortened(word))
        }
        func template(_ expected: String) throws -> WordTemplate {
            guard case .word(let text, let isQuoted) = scanner.next else { throw scanner.unexpected(expected) }
            try scanner.advance()
            return isQuoted ? WordTemplate(literal: text) : try WordTemplate(text, file: file, line: line)
        }
        try scanner.take("(")
        var inputs: [WordTemplate] = []
        if try !scanner.takeIfThere(")") {
            repeat { inputs.append(try template("the name of a value")) } while try scanner.takeIfThere(",")
            try scanner.take(")")
        }
        var fields: [(name: String, words: [WordTemplate])] = []
        let known = FamilyNode.fieldNames(of: operation)
        while scanner.next != .end {
            let name = try scanner.takeWord("the name of a weight or attribute")
            guard known.contains(name) else {
                throw GraphTextError.unknownField(
                    file: file, line: line, operation: operation.rawValue, name: GraphTextScanner.shortened(name), known: known)
            }
            guard !fields.contains(where: { $0.name == name }) else {
                throw GraphTextError.repeatedField(file: file, line: line, name: name)
            }
            var words: [WordTemplate] = []
            if try scanner.takeIfThere("=") {
                repeat {
                    guard words.count < AttributeForm.mostNumbers else {
                        throw FamilyError.tooMuch(file: file, line: line, what: "numbers in a list", limit: AttributeForm.mostNumbers)
                    }
                    words.append(try template("a value after \(name)="))
                } while try scanner.takeIfThere(",")
            }
            fields.append((name, words))
        }
        self.init(output: output, operation: operation, inputs: inputs, fields: fields)
    }

    /// Roles of weights, attributes, and the two names that a line may give.
    private static func fieldNames(of operation: OperationKind) -> [String] {
        operation.weightRoles.map(\.role) + operation.attributeDescriptions.map(\.textName) + [nodeName, moduleName]
            + (operation == .convolution ? [windowName] : [])
    }

    /// The name of the node, if it is not that of its value.
    static let nodeName = "name"
    /// The module whose weights the node reads, if it is not that of its name.
    static let moduleName = "module"
    /// Height and width that a convolution's weight must have.
    static let windowName = "window"
}

extension FamilyImage {
    private static let words = ["channels", "size", "usual", "window", "features", "maps", "halvings", "any"]

    /// `image channels=N` and one of `size=HxW`, `usual=HxW`, `window=HxW halvings=N`, `features=N maps=N halvings=N
    /// [usual=HxW]`, `any`.
    init(_ scanner: inout GraphTextScanner) throws {
        var fields: [String: WordTemplate] = [:]
        while scanner.next != .end {
            let word = try scanner.takeWord("one of \(FamilyImage.words.joined(separator: ", "))")
            guard FamilyImage.words.contains(word) else {
                throw FamilyError.unexpected(
                    file: scanner.file, line: scanner.line, expected: "one of \(FamilyImage.words.joined(separator: ", "))",
                    found: GraphTextScanner.shortened(word))
            }
            var value = WordTemplate(literal: "")
            if word != "any" {
                try scanner.take("=")
                value = try WordTemplate(try scanner.takeWord("a value after \(word)="), file: scanner.file, line: scanner.line)
            }
            guard fields.updateValue(value, forKey: word) == nil else {
                throw GraphTextError.repeatedField(file: scanner.file, line: scanner.line, name: word)
            }
        }
        guard let channels = fields.removeValue(forKey: "channels") else { throw scanner.unexpected("channels=NUMBER") }
        self.channels = channels
        switch (fields.keys.sorted(), fields) {
        case (["any"], _): size = .any
        case (["size"], let given): size = .fixed(given["size"] ?? channels)
        case (["usual"], let given): size = .usual(given["usual"] ?? channels)
        case (["halvings", "window"], let given):
            size = .window(given["window"] ?? channels, halvings: given["halvings"] ?? channels)
        case (["features", "halvings", "maps"], let given), (["features", "halvings", "maps", "usual"], let given):
            size = .map(
                features: given["features"] ?? channels, maps: given["maps"] ?? channels, halvings: given["halvings"] ?? channels,
                usual: given["usual"])
        default:
            throw FamilyError.senseless(
                file: scanner.file, line: scanner.line, problem: "how the size of the image follows is not clear",
                remedy: "give size, usual, window with halvings, features with maps and halvings (and usual), or any")
        }
    }
}
