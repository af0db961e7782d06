import ConvertIR

/// A number, a text or a list of numbers that a description computes from shapes.
indirect enum FamilyExpression: Sendable, Equatable {
    case integer(Int)
    case text(WordTemplate)
    case list([FamilyExpression])
    case variable(String)
    case not(FamilyExpression)
    case binary(Binary, FamilyExpression, FamilyExpression)
    case call(Function, word: WordTemplate?, arguments: [FamilyExpression])

    /// Operators between two expressions, those that bind least first.
    enum Binary: String, Sendable, CaseIterable {
        case or, and
        case equal = "=="
        case different = "!="
        case atMost = "<="
        case atLeast = ">="
        case less = "<"
        case more = ">"
        case plus = "+"
        case minus = "-"
        case times = "*"
        case divided = "/"
        case remainder = "%"

        /// How closely it binds its two sides.
        var precedence: Int {
            switch self {
            case .or: 0
            case .and: 1
            case .equal, .different, .atMost, .atLeast, .less, .more: 2
            case .plus, .minus: 3
            case .times, .divided, .remainder: 4
            }
        }
    }

    /// What can be asked of weights, values and numbers.
    enum Function: String, Sendable, CaseIterable {
        /// Whether a key is there.
        case has
        /// One size of a tensor; 0 if there is no such tensor or axis.
        case size
        /// The number of axes of a tensor; 0 if there is no such tensor.
        case rank
        /// The size of axis 1 of a value.
        case channels
        case height
        case width
        /// All sizes of a value but the batch, multiplied.
        case features
        /// The longer and the shorter side of an area, as close to each other as whole numbers can be.
        case longer, shorter
        case min, max
        /// 1 / √n as the shortest decimal of the float32 number, for attributes.
        case inverseRoot = "inverse_root"
        /// A whole number of the file's metadata; 0 without it.
        case metadata

        /// Whether the first argument is a key, a value or a name, and not a number.
        var takesWord: Bool {
            switch self {
            case .has, .size, .rank, .channels, .height, .width, .features, .metadata: true
            case .longer, .shorter, .min, .max, .inverseRoot: false
            }
        }

        /// Further arguments that are numbers.
        var numberCount: Int {
            switch self {
            case .has, .rank, .channels, .height, .width, .features, .metadata: 0
            case .size, .longer, .shorter, .inverseRoot: 1
            case .min, .max: 2
            }
        }
    }
}

/// Reads an expression from the words of a line.
struct FamilyExpressionParser {
    var scanner: GraphTextScanner
    private var depth = 0
    private var count = 0
    private static let deepest = 32
    private static let mostParts = 256

    init(_ scanner: GraphTextScanner) { self.scanner = scanner }

    /// The expression that comes next.
    mutating func expression(above precedence: Int = 0) throws -> FamilyExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= FamilyExpressionParser.deepest else {
            throw FamilyError.tooMuch(
                file: scanner.file, line: scanner.line, what: "parts inside each other", limit: FamilyExpressionParser.deepest)
        }
        count += 1
        guard count <= FamilyExpressionParser.mostParts else {
            throw FamilyError.tooMuch(
                file: scanner.file, line: scanner.line, what: "parts of an expression", limit: FamilyExpressionParser.mostParts)
        }
        var left = try primary()
        while let (binary, after) = try operation(), binary.precedence >= precedence {
            scanner = after
            left = .binary(binary, left, try expression(above: binary.precedence + 1))
        }
        return left
    }

    /// The operator that comes next and the scanner after it; nil if none does.
    private func operation() throws -> (FamilyExpression.Binary, GraphTextScanner)? {
        var after = scanner
        if try after.takeIfThere("=") {
            try after.take("=")
            return (.equal, after)
        }
        guard case .word(let word, false) = scanner.next else { return nil }
        try after.advance()
        if ["<", ">", "!"].contains(word), try after.takeIfThere("=") {
            return (word == "<" ? .atMost : word == ">" ? .atLeast : .different, after)
        }
        return FamilyExpression.Binary(rawValue: word).map { ($0, after) }
    }

    private mutating func primary() throws -> FamilyExpression {
        if try scanner.takeIfThere("(") {
            let inside = try expression()
            try scanner.take(")")
            return inside
        }
        if try scanner.takeIfThere("[") {
            var items: [FamilyExpression] = []
            if try scanner.takeIfThere("]") { return .list([]) }
            repeat { items.append(try expression()) } while try scanner.takeIfThere(",")
            try scanner.take("]")
            return .list(items)
        }
        guard case .word(let word, let isQuoted) = scanner.next else { throw scanner.unexpected("a number, a variable or a function") }
        try scanner.advance()
        if isQuoted { return .text(try WordTemplate(word, file: scanner.file, line: scanner.line)) }
        if word == "not" { return .not(try expression(above: FamilyExpression.Binary.equal.precedence)) }
        if let number = Int(word) { return .integer(number) }
        guard word.first?.isNumber == false, word.first != "-" else {
            throw FamilyError.unexpected(
                file: scanner.file, line: scanner.line, expected: "a whole number of at most 64 bits, a variable or a function",
                found: GraphTextScanner.shortened(word))
        }
        guard scanner.next == .sign(UInt8(ascii: "(")) else { return .variable(word) }
        guard let function = FamilyExpression.Function(rawValue: word) else {
            throw FamilyError.unexpected(
                file: scanner.file, line: scanner.line,
                expected: "one of \(FamilyExpression.Function.allCases.map(\.rawValue).joined(separator: ", "))",
                found: GraphTextScanner.shortened(word))
        }
        return try call(function)
    }

    private mutating func call(_ function: FamilyExpression.Function) throws -> FamilyExpression {
        try scanner.take("(")
        var word: WordTemplate?
        if function.takesWord {
            let text = try scanner.takeWord("a key or a value")
            word = try WordTemplate(text, file: scanner.file, line: scanner.line)
            if function.numberCount > 0 { try scanner.take(",") }
        }
        var arguments: [FamilyExpression] = []
        for place in 0..<function.numberCount {
            if place > 0 { try scanner.take(",") }
            arguments.append(try expression())
        }
        try scanner.take(")")
        return .call(function, word: word, arguments: arguments)
    }
}
