import ConvertFiles
import ConvertIR

/// What a variable of a description holds.
enum FamilyValue: Equatable {
    case integer(Int)
    case text(String)
    case list([Int])
    /// A value of the graph by its whole name, whatever path a line that reads it is in.
    case node(String)

    /// As a part of a word: numbers of a list are joined by `_`.
    var text: String {
        switch self {
        case .integer(let number): "\(number)"
        case .text(let text), .node(let text): text
        case .list(let numbers): numbers.map(String.init).joined(separator: "_")
        }
    }
}

/// Why a description cannot be followed further with these weights: what it depends on is not known, because keys are missing or have
/// other shapes.
struct FamilyStop: Error {
    /// What was expected and found; nil if an earlier line has said it.
    let reason: String?

    init(_ reason: String? = nil) { self.reason = reason }
}

/// Follows a description line by line with the weights of a file: computes its variables, builds the graph, and accounts for every key.
struct FamilyBuilder {
    let family: FamilyDescription
    let profile: ContractProfile
    /// Whether the caller named the profile's project.
    private let isChosen: Bool
    let imageSize: GivenFacts.ImageSize?
    var keys: KeyLedger
    var variables: [String: FamilyValue] = [:]
    var input: Graph.Input?
    var isSizeStated = false
    /// The last map has no size.
    var isWindowMissing = false
    /// The description has one size alone.
    var isSizeWritten = false
    /// The checkpoint states a size that does not lead to the last layer's features.
    var sizeError: ArchitectureError?
    var nodes: [Node] = []
    /// Types of all values so far; nil for a value whose type is not known because a weight does not fit.
    var types: [String: ValueType?] = [:]
    /// The value of the line before.
    var last: String?
    var outputs: [(value: String, name: String)] = []
    var facts: [(name: String, value: FamilyValue, isAssumed: Bool)] = []
    var scope = ""
    var line = 0
    let meter: FamilyMeter
    let absences = FamilyAbsences()
    /// The first line whose node does not fit what comes before it, if that is the first difference.
    private(set) var graphError: GraphError?
    /// Wirings that the keys do not tell apart, and the projects that do.
    private(set) var openChoice: (reason: String, projects: [String])?
    private var callDepth = 0
    private var depth = 0
    /// Numbers of computed tensors so far.
    private var computedCount = 0

    private static let deepestCall = 16
    /// Blocks that may be open at once, those of definitions included.
    private static let deepest = 128
    private static let mostRounds = 4096
    /// Longest word that variables may make.
    static let longestWord = 4096
    private static let mostOutputs = 64
    private static let mostFacts = 256
    private static let mostPatterns = 1024
    private static let longestList = 4096
    /// Numbers of all computed tensors, 32 MB as float32.
    private static let mostComputed = 1 << 23

    init(
        _ family: FamilyDescription, weights: Weights, prefix: String, shown: FamilyContracts.Shown, imageSize: GivenFacts.ImageSize?,
        supposedKeys: Set<String> = []
    ) {
        self.family = family
        profile = shown.profile
        isChosen = shown.isChosen
        self.imageSize = imageSize
        keys = KeyLedger(weights, prefix: prefix, supposedKeys: supposedKeys)
        meter = FamilyMeter(file: family.file)
        variables["normalized"] = .integer(profile.isNormalized ? 1 : 0)
        variables["variant"] = .text(profile.name)
    }

    var weights: Weights { keys.weights }

    /// Records that a node does not fit what comes before it.
    /// - Parameter sources: the weights that its inputs come from.
    mutating func depart(_ error: GraphError, _ sources: [String]) {
        if keys.departure == nil { graphError = error }
        keys.depart(error.problem + (sources.isEmpty ? "" : "; what enters comes from \(sources.joined(separator: " and "))"), line: line)
    }

    // MARK: Statements

    mutating func run(_ statements: [FamilyStatement]) throws {
        depth += 1
        defer { depth -= 1 }
        try limit(depth, FamilyBuilder.deepest, "blocks inside each other")
        for statement in statements {
            line = statement.line
            try meter.spend(line: line)
            try run(statement)
        }
    }

    /// Throws `FamilyError.tooMuch` past a limit.
    func limit(_ count: Int, _ most: Int, _ what: String) throws {
        guard count <= most else { throw FamilyError.tooMuch(file: family.file, line: line, what: what, limit: most) }
    }

    private mutating func run(_ statement: FamilyStatement) throws {
        switch statement.kind {
        case .node(let node): try append(node)
        case .input(let input): try begin(input)
        case .image(let image): try begin(try imageInput(image))
        case .output(let name, let value):
            let output = (value: try reference(value ?? name), name: try word(name))
            try check(output)
            outputs.append(output)
            try limit(outputs.count, FamilyBuilder.mostOutputs, "outputs")
        case .assign(let name, let expression): variables[name] = try evaluate(expression)
        case .add(let expression, let name):
            let number = try integer(expression)
            guard case .list(var list) = variables[name] ?? .list([]) else { throw wrong("a list in \(name)", "something else") }
            try limit(list.count + 1, FamilyBuilder.longestList, "numbers in a list")
            try meter.spend(bytes: list.count, line: line)
            list.append(number)
            variables[name] = .list(list)
        case .branch(let branches, let otherwise):
            for branch in branches where try isTrue(branch.condition) { return try run(branch.body) }
            try run(otherwise)
        case .loop(let variable, let start, let limit, let body): try loop(variable, start, limit, body)
        case .within(let path, let body):
            let outer = scope
            let inner = try word(path)
            if !inner.isEmpty { scope += inner + "." }
            try limit(scope.utf8.count, FamilyBuilder.longestWord, "characters in a path")
            try run(body)
            scope = outer
        case .call(let name, let words): try call(name, words)
        case .tensor(let key, let function, let numbers):
            let name = scope + (try word(key))
            let sizes = try numbers.map { try integer($0) }
            guard let tensor = ComputedTensor(function, sizes) else {
                throw FamilyStop("expected sizes that a network can have, found \(sizes)")
            }
            computedCount += tensor.elementCount
            try limit(computedCount, FamilyBuilder.mostComputed, "computed numbers")
            // An export of the network has it.
            guard let stored = weights[keys.prefix + name] else { return keys.add(name, try tensor.tensor(named: name)) }
            guard try tensor.isHeld(by: stored) else {
                throw FamilyStop(
                    "\(keys.prefix)\(name) is in the file, and is not \(function)(\(sizes.map { "\($0)" }.joined(separator: ", ")))")
            }
        case .leaveOut(let names):
            for name in names { keys.leaveOut(scope + (try word(name))) }
            try limit(keys.patternCount, FamilyBuilder.mostPatterns, "patterns of keys to leave out")
        case .fact(let name, let expression, let isAssumed):
            guard !facts.contains(where: { $0.name == name }) else {
                throw FamilyError.senseless(
                    file: family.file, line: line, problem: "the fact \(name) is given twice", remedy: "give each fact its own name")
            }
            facts.append((name, try evaluate(expression), isAssumed))
            try limit(facts.count, FamilyBuilder.mostFacts, "facts")
        case .require(let condition, let reason):
            guard try isTrue(condition) else {
                keys.depart(scope.isEmpty ? reason : "\(scope.dropLast()): \(reason)", line: line)
                throw FamilyStop()
            }
        case .choose(let projects, let reason):
            if openChoice == nil, !isChosen || !projects.contains(profile.name) { openChoice = (reason, projects) }
        }
    }

    private func check(_ output: (value: String, name: String)) throws {
        func senseless(_ problem: String, _ remedy: String) -> FamilyError {
            .senseless(file: family.file, line: line, problem: problem, remedy: remedy)
        }
        guard !outputs.contains(where: { $0.name == output.name }) else {
            throw senseless("the output \(output.name) is given twice", "give each output its own name")
        }
        guard !outputs.contains(where: { $0.value == output.value }) else {
            throw senseless("\(output.value) is an output already", "write each output once")
        }
        guard output.value != input?.name else {
            throw senseless("the input is an output", "name a value that a line before computes")
        }
        guard output.name == output.value || types[output.name] == nil else {
            throw senseless("\(output.name) is the name of a different value", "give the output a name of its own")
        }
    }

    private mutating func begin(_ input: Graph.Input) throws {
        guard self.input == nil else {
            throw FamilyError.senseless(
                file: family.file, line: line, problem: "the network has two inputs", remedy: "a face network has one image as input")
        }
        self.input = input
        types[input.name] = input.type
        last = input.name
    }

    private mutating func loop(
        _ variable: String, _ start: FamilyExpression, _ limit: FamilyStatement.Limit, _ body: [FamilyStatement]
    ) throws {
        let outer = variables[variable]
        let first = try integer(start)
        var rounds: Int?
        if case .times(let count) = limit { rounds = try integer(count) }
        var round = 0
        guard (-(1 << 20)...1 << 20) ~= first else { throw FamilyStop("expected a first round of at most \(1 << 20), found \(first)") }
        if let rounds, rounds > FamilyBuilder.mostRounds { try self.limit(rounds, FamilyBuilder.mostRounds, "rounds") }
        while true {
            try self.limit(round, FamilyBuilder.mostRounds, "rounds")
            try meter.spend(line: line)
            variables[variable] = .integer(first + round)
            if let rounds {
                if round >= rounds { break }
            } else if case .whileTrue(let condition) = limit {
                guard try isTrue(condition) else {
                    noteEnd(of: condition, variable: variable)
                    break
                }
            }
            let loopLine = line
            try run(body)
            line = loopLine
            round += 1
        }
        variables[variable] = outer
    }

    private mutating func call(_ name: String, _ words: [WordTemplate]) throws {
        guard let definition = family.definitions[name], definition.parameters.count == words.count else {
            throw FamilyError.unknownDefinition(
                file: family.file, line: line, name: name, count: words.count,
                known: family.definitions.map { "\(([$0.key] + $0.value.parameters).joined(separator: " "))" }.sorted())
        }
        callDepth += 1
        defer { callDepth -= 1 }
        guard callDepth <= FamilyBuilder.deepestCall else {
            throw FamilyError.tooMuch(
                file: family.file, line: line, what: "definitions inside each other", limit: FamilyBuilder.deepestCall)
        }
        var outer: [(String, FamilyValue?)] = []
        let given = try words.map { template in
            if let variable = template.variable, let value = variables[variable] { return value }
            let text = try word(template)
            return Int(text).map { FamilyValue.integer($0) } ?? .text(text)
        }
        for (parameter, value) in zip(definition.parameters, given) {
            outer.append((parameter, variables[parameter]))
            variables[parameter] = value
        }
        try run(definition.body)
        for (parameter, value) in outer { variables[parameter] = value }
    }

    // MARK: Words

    /// The word with the values of its variables.
    func word(_ template: WordTemplate) throws -> String {
        var text = ""
        for part in template.parts {
            switch part {
            case .text(let literal): text += literal
            case .variable(let name, let offset):
                guard let value = variables[name] else { throw FamilyError.unknownVariable(file: family.file, line: line, name: name) }
                if offset == 0 {
                    text += value.text
                } else {
                    guard case .integer(let number) = value else { throw wrong("a number in \(name)", value.text) }
                    let (sum, overflow) = number.addingReportingOverflow(offset)
                    guard !overflow else { throw FamilyStop("expected a number, found \(number) + \(offset)") }
                    text += "\(sum)"
                }
            }
            // Words may double from line to line: none gets long before it is looked at.
            try limit(text.utf8.count, FamilyBuilder.longestWord, "characters in a word")
        }
        try meter.spend(bytes: text.utf8.count + scope.utf8.count + 32 * template.parts.count, line: line)
        return text
    }

    /// The full name of the value that a word refers to.
    func reference(_ template: WordTemplate) throws -> String {
        if let variable = template.variable, case .node(let name)? = variables[variable] { return name }
        return try reference(try word(template))
    }

    /// The full name of a value: `it` is the value of the line before; a name inside the current path goes before one outside it.
    func reference(_ name: String) throws -> String {
        if name == "it", types["it"] == nil, let last { return last }
        if !scope.isEmpty, types[scope + name] != nil { return scope + name }
        guard types[name] != nil else { throw FamilyError.unknownValue(file: family.file, line: line, name: name) }
        return name
    }

    func wrong(_ expected: String, _ found: String) -> FamilyError {
        .unexpected(file: family.file, line: line, expected: expected, found: GraphTextScanner.shortened(found))
    }
}
