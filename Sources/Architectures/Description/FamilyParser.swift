import ConvertFiles
import ConvertIR

extension FamilyDescription {
    /// Longest description that is read, in bytes.
    private static let mostBytes = 1 << 24
    /// Lines that a description may have.
    private static let mostLines = 1 << 17

    /// Reads the description in a file.
    package init(path: String) throws {
        let (name, bytes) = try FamilyDescription.bytes(of: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FamilyError.notText(file: name, line: FamilyDescription.firstBadLine(bytes))
        }
        try self.init(text: text, file: name)
    }

    private static func bytes(of path: String) throws -> (name: String, bytes: [UInt8]) {
        let mapped: MappedFile
        do {
            mapped = try MappedFile(path: path)
        } catch {
            // The general remedy, to fetch the file again, suits a checkpoint and not a text.
            if case .empty(let whole) = error {
                throw FamilyError.empty(file: whole.split(separator: "/").last.map(String.init) ?? whole)
            }
            throw error
        }
        return (mapped.name, mapped.bytes.withUnsafeBytes { Array($0.prefix(mostBytes + 1)) })
    }

    /// The first line that is not UTF-8.
    private static func firstBadLine(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
    }

    /// Reads a description, or the text form of a graph, which is the description of one network.
    /// - Parameters:
    ///   - file: the name of the text in messages.
    ///   - isWhole: whether the lines that build the graph are read too; they follow those about the family.
    package init(text: String, file: String, isWhole: Bool = true) throws {
        guard text.utf8.count <= FamilyDescription.mostBytes else {
            throw FamilyError.tooMuch(file: file, line: 1, what: "bytes", limit: FamilyDescription.mostBytes)
        }
        let bytes = Array(text.utf8)
        // Editors of other systems begin a file with a byte order mark.
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let lines = bytes[start...].split(
            separator: UInt8(ascii: "\n"), maxSplits: FamilyDescription.mostLines, omittingEmptySubsequences: false)
        guard lines.count <= FamilyDescription.mostLines else {
            throw FamilyError.tooMuch(
                file: file, line: FamilyDescription.mostLines, what: "lines", limit: FamilyDescription.mostLines)
        }
        try self.init(lines, text: text, file: file, isWhole: isWhole)
    }

    /// Reads the lines that build the graph, if only those before them were read.
    func whole() throws -> FamilyDescription {
        isWhole ? self : try FamilyDescription(text: text, file: file)
    }

    private init(_ lines: [ArraySlice<UInt8>], text: String, file: String, isWhole: Bool) throws {
        self.init(file: file, text: text, isWhole: isWhole)
        var parser = FamilyParser(file: file, lines: lines)
        try parser.read(into: &self)
        guard name.isEmpty else { return }
        // The text form of a graph has no line about a family.
        guard parser.headerWord == nil else { throw FamilyError.missingLine(file: file, word: "family") }
        isGraph = true
        name = file.split(separator: ".").first.map(String.init) ?? file
    }
}

/// Reads a description line by line. Lines about the family as a whole go into it, lines that build the graph become statements.
struct FamilyParser {
    let file: String
    let lines: [ArraySlice<UInt8>]
    private var next = 0
    private var depth = 0
    /// The first word of the last line about the family.
    private(set) var headerWord: String?
    private var hasBody = false
    private static let deepest = 32

    init(file: String, lines: [ArraySlice<UInt8>]) {
        self.file = file
        self.lines = lines
    }

    mutating func read(into family: inout FamilyDescription) throws {
        family.body = try statements(&family, until: [], opened: nil).body
        guard !family.body.isEmpty || !family.isWhole else { throw FamilyError.missingLine(file: file, word: "output") }
    }

    /// Statements up to a word that ends them, which is not consumed with its line but returned with the line's scanner.
    private mutating func statements(
        _ family: inout FamilyDescription, until ends: Set<String>, opened: (line: Int, word: String)?
    ) throws -> (body: [FamilyStatement], end: String, scanner: GraphTextScanner?) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= FamilyParser.deepest else {
            throw FamilyError.tooMuch(file: file, line: next, what: "blocks inside each other", limit: FamilyParser.deepest)
        }
        var body: [FamilyStatement] = []
        while next < lines.count {
            let bytes = lines[next]
            next += 1
            var scanner = try GraphTextScanner(bytes, file: file, line: next)
            guard scanner.next != .end else { continue }
            guard case .word(let first, let isQuoted) = scanner.next else {
                throw scanner.unexpected("a name or a word of the description")
            }
            try scanner.advance()
            // A value may have the name of a word: then a colon or = follows.
            let isNode = isQuoted || scanner.next == .sign(UInt8(ascii: "=")) || scanner.next == .sign(UInt8(ascii: ":"))
            if !isNode, FamilyParser.headerWords.contains(first) {
                guard !hasBody else {
                    throw FamilyError.senseless(
                        file: file, line: next, problem: "\"\(first)\" after a line that builds the graph",
                        remedy: "write what the family is first")
                }
                try header(first, &scanner, &family)
                headerWord = first
                continue
            }
            hasBody = true
            if !family.isWhole { break }
            if isNode {
                let template = isQuoted ? WordTemplate(literal: first) : try WordTemplate(first, file: file, line: next)
                body.append(FamilyStatement(line: next, kind: .node(try FamilyNode(output: template, &scanner))))
                continue
            }
            if ends.contains(first) { return (body, first, scanner) }
            if first == "input" {
                body.append(FamilyStatement(line: next, kind: .input(try Graph.Input(line: bytes, file: file, number: next))))
                continue
            }
            if let kind = try statement(first, &scanner, &family) { body.append(FamilyStatement(line: scanner.line, kind: kind)) }
        }
        if let opened { throw FamilyError.noEnd(file: file, line: opened.line, word: opened.word) }
        return (body, "", nil)
    }

    private static let headerWords: Set<String> = ["family", "about", "recognize", "name", "contract", "variant", "when"]
    private static let words =
        "family, about, recognize, name, contract, variant, when, let, add, if, repeat, within, define, use, tensor, leave_out, image, input, output, "
        + "fact, require, choose, end"

    /// A line that builds the graph; nil for a definition, which goes into the family.
    private mutating func statement(
        _ word: String, _ scanner: inout GraphTextScanner, _ family: inout FamilyDescription
    ) throws -> FamilyStatement.Kind? {
        let opened = (line: next, word: word)
        switch word {
        case "let":
            let name = try variable(&scanner)
            guard name != "normalized" else {
                throw FamilyError.senseless(
                    file: file, line: next, problem: "normalized is what the contract says", remedy: "choose a different name")
            }
            try scanner.take("=")
            return .assign(name, try wholeLine(&scanner))
        case "add":
            var parser = FamilyExpressionParser(scanner)
            let value = try parser.expression()
            scanner = parser.scanner
            try keyword("to", &scanner)
            let name = try variable(&scanner)
            try scanner.takeEnd()
            return .add(value, to: name)
        case "fact":
            let name = try variable(&scanner)
            try scanner.take("=")
            var parser = FamilyExpressionParser(scanner)
            let value = try parser.expression()
            scanner = parser.scanner
            let isAssumed = scanner.next == .word("assumed", isQuoted: false)
            if isAssumed { try scanner.advance() }
            try scanner.takeEnd()
            return .fact(name, value, isAssumed: isAssumed)
        case "require":
            var parser = FamilyExpressionParser(scanner)
            let condition = try parser.expression()
            scanner = parser.scanner
            let reason = try scanner.takeWord("what the network is otherwise, in quotation marks")
            try scanner.takeEnd()
            return .require(condition, reason)
        case "choose":
            var names: [String] = []
            while case .word(let name, false) = scanner.next {
                guard family.contracts.profiles.contains(where: { $0.name == name }) else {
                    throw scanner.unexpected("the contract or a variant, or what the keys do not show, in quotation marks")
                }
                names.append(name)
                try scanner.advance()
            }
            let reason = try scanner.takeWord("what the keys do not show, in quotation marks")
            try scanner.takeEnd()
            guard names.count > 1 else {
                throw FamilyError.senseless(
                    file: file, line: opened.line, problem: "there is nothing to choose from", remedy: "name two variants or more")
            }
            return .choose(names, reason)
        case "if": return try branch(&scanner, &family, opened)
        case "repeat": return try loop(&scanner, &family, opened)
        case "within":
            let path = try template(&scanner, "the path that names inside begin with")
            try scanner.takeEnd()
            return .within(path, try block(&family, opened))
        case "define":
            let name = try variable(&scanner)
            var parameters: [String] = []
            while scanner.next != .end { parameters.append(try variable(&scanner)) }
            guard Set(parameters).count == parameters.count else {
                throw FamilyError.senseless(
                    file: file, line: opened.line, problem: "two words of \(name) have the same name", remedy: "give each its own name")
            }
            let definition = FamilyDefinition(parameters: parameters, body: try block(&family, opened))
            guard family.definitions.updateValue(definition, forKey: name) == nil else {
                throw FamilyError.senseless(
                    file: file, line: opened.line, problem: "\(name) is defined twice", remedy: "give each definition its own name")
            }
            return nil
        case "use":
            let name = try variable(&scanner)
            var words: [WordTemplate] = []
            while scanner.next != .end {
                var parts = try template(&scanner, "a word").parts
                // Words with commas, such as a padding, are one.
                while try scanner.takeIfThere(",") { parts += [.text(",")] + (try template(&scanner, "a word")).parts }
                words.append(WordTemplate(parts: parts))
            }
            return .call(name, words)
        case "tensor":
            let key = try template(&scanner, "the key of a tensor")
            try scanner.take("=")
            let function = try scanner.takeWord("one of \(ComputedTensor.names.keys.sorted().joined(separator: ", "))")
            guard let count = ComputedTensor.names[function] else {
                throw FamilyError.unexpected(
                    file: file, line: next, expected: "one of \(ComputedTensor.names.keys.sorted().joined(separator: ", "))",
                    found: GraphTextScanner.shortened(function))
            }
            try scanner.take("(")
            var numbers: [FamilyExpression] = []
            for place in 0..<count {
                if place > 0 { try scanner.take(",") }
                var parser = FamilyExpressionParser(scanner)
                numbers.append(try parser.expression())
                scanner = parser.scanner
            }
            try scanner.take(")")
            try scanner.takeEnd()
            return .tensor(key, function, numbers)
        case "leave_out":
            var keys: [WordTemplate] = []
            repeat { keys.append(try template(&scanner, "a key that is not part of the network")) } while scanner.next != .end
            return .leaveOut(keys)
        case "image": return .image(try FamilyImage(&scanner))
        case "output":
            let name = try template(&scanner, "the name of an output")
            // A type after an output is a comment for the reader, as in the text form of a graph.
            if try scanner.takeIfThere(":") { return .output(name, value: nil) }
            let value = try scanner.takeIfThere("=") ? try template(&scanner, "the name of a value") : nil
            try scanner.takeEnd()
            return .output(name, value: value)
        default:
            throw FamilyError.unexpected(
                file: file, line: next,
                expected: "a line such as \"NAME = OPERATION(VALUE)\", or one that begins with \(FamilyParser.words)",
                found: GraphTextScanner.shortened(word))
        }
    }

    // MARK: Blocks

    private mutating func block(_ family: inout FamilyDescription, _ opened: (line: Int, word: String)) throws -> [FamilyStatement] {
        let found = try statements(&family, until: ["end"], opened: opened)
        try found.scanner?.takeEnd()
        return found.body
    }

    private mutating func branch(
        _ scanner: inout GraphTextScanner, _ family: inout FamilyDescription, _ opened: (line: Int, word: String)
    ) throws -> FamilyStatement.Kind {
        var branches: [(condition: FamilyExpression, body: [FamilyStatement])] = []
        var condition = try wholeLine(&scanner)
        while true {
            let found = try statements(&family, until: ["elif", "else", "end"], opened: opened)
            branches.append((condition, found.body))
            guard var after = found.scanner else { return .branch(branches, otherwise: []) }
            switch found.end {
            case "elif": condition = try wholeLine(&after)
            case "else":
                try after.takeEnd()
                return .branch(branches, otherwise: try block(&family, opened))
            default:
                try after.takeEnd()
                return .branch(branches, otherwise: [])
            }
        }
    }

    /// `repeat NAME [from NUMBER] while CONDITION`, or `repeat NAME [from NUMBER] times NUMBER`.
    private mutating func loop(
        _ scanner: inout GraphTextScanner, _ family: inout FamilyDescription, _ opened: (line: Int, word: String)
    ) throws -> FamilyStatement.Kind {
        let name = try variable(&scanner)
        var start = FamilyExpression.integer(0)
        if scanner.next == .word("from", isQuoted: false) {
            try scanner.advance()
            var parser = FamilyExpressionParser(scanner)
            start = try parser.expression()
            scanner = parser.scanner
        }
        let limit: FamilyStatement.Limit
        switch scanner.next {
        case .word("while", false):
            try scanner.advance()
            limit = .whileTrue(try wholeLine(&scanner))
        case .word("times", false):
            try scanner.advance()
            limit = .times(try wholeLine(&scanner))
        default: throw scanner.unexpected("\"while\" or \"times\"")
        }
        return .loop(variable: name, start: start, limit: limit, body: try block(&family, opened))
    }

    // MARK: Words

    private func wholeLine(_ scanner: inout GraphTextScanner) throws -> FamilyExpression {
        var parser = FamilyExpressionParser(scanner)
        let expression = try parser.expression()
        try parser.scanner.takeEnd()
        return expression
    }

    private func keyword(_ word: String, _ scanner: inout GraphTextScanner) throws {
        guard scanner.next == .word(word, isQuoted: false) else { throw scanner.unexpected("\"\(word)\"") }
        try scanner.advance()
    }

    private func variable(_ scanner: inout GraphTextScanner) throws -> String {
        let expected = "a name of letters, digits and _"
        guard case .word(let name, false) = scanner.next, name.first?.isNumber == false,
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        else { throw scanner.unexpected(expected) }
        guard name != "it" else {
            throw FamilyError.senseless(
                file: file, line: scanner.line, problem: "it is always the value of the line before", remedy: "choose a different name")
        }
        try scanner.advance()
        return name
    }

    private func template(_ scanner: inout GraphTextScanner, _ expected: String) throws -> WordTemplate {
        try WordTemplate(try scanner.takeWord(expected), file: file, line: scanner.line)
    }
}
