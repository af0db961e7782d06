import ConvertFiles
import ConvertIR

extension FamilyParser {
    private static let mostKeys = 256

    /// Reads a line about the family as a whole.
    func header(_ word: String, _ scanner: inout GraphTextScanner, _ family: inout FamilyDescription) throws {
        func senseless(_ problem: String, _ remedy: String) -> FamilyError {
            .senseless(file: file, line: scanner.line, problem: problem, remedy: remedy)
        }
        func limit(_ count: Int, _ what: String) throws {
            guard count <= FamilyParser.mostKeys else {
                throw FamilyError.tooMuch(file: file, line: scanner.line, what: what, limit: FamilyParser.mostKeys)
            }
        }
        switch word {
        case "family":
            guard family.name.isEmpty else { throw senseless("the family has a name already", "write one family to a file") }
            family.name = try scanner.takeWord("the name of the family")
            guard !family.name.isEmpty, family.name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
                throw FamilyError.unexpected(
                    file: file, line: scanner.line, expected: "a name of letters, digits and _",
                    found: GraphTextScanner.shortened(family.name))
            }
            try scanner.takeEnd()
        case "about":
            let sentence = try scanner.takeWord("a sentence in quotation marks")
            family.about += family.about.isEmpty ? sentence : " " + sentence
            try scanner.takeEnd()
        case "recognize":
            let keys = try words(&scanner, "a key that only this family has")
            if let pattern = keys.first(where: { $0.contains("*") || $0.contains("{") }) {
                throw FamilyError.unexpected(
                    file: file, line: scanner.line, expected: "whole keys", found: GraphTextScanner.shortened(pattern))
            }
            family.signatures.append(keys)
            family.signatureLines.append(scanner.line)
            try limit(family.signatures.reduce(0) { $0 + $1.count }, "keys to recognize a family by")
        case "name":
            family.networks.append(try networkName(&scanner))
            try limit(family.networks.count, "names")
        case "contract":
            guard !family.contracts.isStated, family.contracts.variants.isEmpty else {
                throw senseless("there is a contract before this line", "write one contract, and what differs as variants after it")
            }
            let name = try scanner.takeWord("the name of the contract")
            var fields = try ContractFields(&scanner, file: file)
            family.contracts.base = try fields.profile(name, over: ContractProfile(name))
            family.contracts.isStated = true
            try fields.finish()
        case "variant":
            guard family.contracts.isStated else {
                throw senseless("there is no contract before this line", "write the contract, and what differs as variants after it")
            }
            let name = try scanner.takeWord("the name of the variant")
            guard !family.contracts.profiles.contains(where: { $0.name == name }) else {
                throw senseless("there is a contract or variant \(name) before this line", "give each variant its own name")
            }
            var fields = try ContractFields(&scanner, file: file)
            let profile = try fields.profile(name, over: family.contracts.base)
            family.contracts.variants.append(.init(profile: profile, remark: try fields.remark(), signs: []))
            try fields.finish()
        case "when":
            guard !family.contracts.variants.isEmpty else {
                throw FamilyError.senseless(
                    file: file, line: scanner.line, problem: "there is no variant before this line",
                    remedy: "write the signs of a variant after its line")
            }
            family.contracts.variants[family.contracts.variants.count - 1].signs.append(try signs(&scanner))
            try limit(family.contracts.variants.reduce(0) { $0 + $1.signs.reduce(1) { $0 + $1.count } }, "variants and signs")
        default: break
        }
    }

    private func words(_ scanner: inout GraphTextScanner, _ expected: String) throws -> [String] {
        var words: [String] = []
        repeat { words.append(try scanner.takeWord(expected)) } while scanner.next != .end
        return words
    }

    /// `name NAME [, SPELLING …] [if CONDITION]`.
    private func networkName(_ scanner: inout GraphTextScanner) throws -> FamilyNetworkName {
        let name = try WordTemplate(try scanner.takeWord("the name of a network"), file: file, line: scanner.line)
        var aliases: [String] = []
        while try scanner.takeIfThere(",") { aliases.append(try scanner.takeWord("another spelling of the name")) }
        var condition: FamilyExpression?
        if scanner.next == .word("if", isQuoted: false) {
            try scanner.advance()
            var parser = FamilyExpressionParser(scanner)
            condition = try parser.expression()
            scanner = parser.scanner
        }
        try scanner.takeEnd()
        return FamilyNetworkName(name: name, aliases: aliases, condition: condition, line: scanner.line)
    }

    /// `when SIGN [and SIGN …]`.
    private func signs(_ scanner: inout GraphTextScanner) throws -> [FamilyContracts.Sign] {
        var signs: [FamilyContracts.Sign] = []
        repeat {
            if !signs.isEmpty {
                guard scanner.next == .word("and", isQuoted: false) else { throw scanner.unexpected("\"and\" or the end of the line") }
                try scanner.advance()
            }
            switch scanner.next {
            case .word("prefix", _):
                try scanner.advance()
                signs.append(.prefix(try scanner.takeWord("a prefix; * stands for any part")))
            case .word("key", _):
                try scanner.advance()
                signs.append(.key(try scanner.takeWord("a key, in which * matches anything")))
            case .word("without", _):
                try scanner.advance()
                signs.append(.without(try scanner.takeWord("a key, in which * matches anything")))
            case .word("metadata", _):
                try scanner.advance()
                let path = try scanner.takeWord("the name of an entry")
                signs.append(.metadata(path, try scanner.takeWord("its value; * stands for any part")))
            case .word("size", _):
                try scanner.advance()
                let key = try scanner.takeWord("a key, in which * matches anything")
                let (axis, size) = (try scanner.takeWord("an axis"), try scanner.takeWord("the size on that axis"))
                guard let axis = Int(axis), let size = Int(size), axis >= 0 else {
                    throw FamilyError.unexpected(
                        file: file, line: scanner.line, expected: "size KEY AXIS NUMBER",
                        found: GraphTextScanner.shortened("\(axis) \(size)"))
                }
                signs.append(.size(key, axis: axis, size))
            case .word("untrained", _):
                try scanner.advance()
                signs.append(.untrained)
            default: throw scanner.unexpected("one of prefix, key, without, size, metadata, untrained")
            }
        } while scanner.next != .end
        return signs
    }
}

/// The fields of a line that begins with `contract` or `variant`.
private struct ContractFields {
    private let file: String
    private let line: Int
    private var values: [String: [String]] = [:]
    private static let facts: [String: NetworkFact] = [
        "epsilon": .epsilon, "channels": .channelOrder, "mean": .mean, "deviation": .standardDeviation, "crop": .crop,
        "normalized": .isNormalized, "raw": .isNormalized,
    ]
    private static let known = [
        "epsilon", "channels", "mean", "deviation", "crop", "margin", "normalized", "raw", "no_embedding", "remark",
    ]

    init(_ scanner: inout GraphTextScanner, file: String) throws {
        self.file = file
        line = scanner.line
        while scanner.next != .end {
            let name = try scanner.takeWord("a fact")
            guard ContractFields.known.contains(name) else {
                throw FamilyError.unexpected(
                    file: file, line: line, expected: "one of \(ContractFields.known.joined(separator: ", "))",
                    found: GraphTextScanner.shortened(name))
            }
            var words: [String] = []
            if try scanner.takeIfThere("=") {
                repeat { words.append(try scanner.takeWord("a value")) } while try scanner.takeIfThere(",")
            }
            guard values.updateValue(words, forKey: name) == nil else {
                throw FamilyError.senseless(
                    file: file, line: line, problem: "\(name) is given twice", remedy: "remove one of the two")
            }
        }
    }

    private mutating func take(_ name: String) -> [String]? { values.removeValue(forKey: name) }

    private func wrong(_ name: String, _ expected: String, _ found: [String]) -> FamilyError {
        .unexpected(
            file: file, line: line, expected: "\(name)=\(expected)",
            found: GraphTextScanner.shortened(found.joined(separator: ",")))
    }

    private mutating func number(_ name: String, else usual: Double) throws -> Double {
        guard let words = take(name) else { return usual }
        guard words.count == 1, let number = Double(words[0]), number.isFinite, number >= 0 else { throw wrong(name, "NUMBER", words) }
        return number
    }

    private mutating func channelNumbers(_ name: String, else usual: ChannelNumbers) throws -> ChannelNumbers {
        guard let words = take(name) else { return usual }
        let numbers = words.compactMap { Double($0) }
        guard numbers.count == words.count, [1, 3].contains(numbers.count), let value = ChannelNumbers(numbers) else {
            throw wrong(name, "NUMBER, or one per channel", words)
        }
        return value
    }

    private mutating func flag(_ name: String) throws -> Bool {
        guard let words = take(name) else { return false }
        guard words.isEmpty else { throw wrong(name, "nothing: it stands alone", words) }
        return true
    }

    mutating func profile(_ name: String, over base: ContractProfile) throws -> ContractProfile {
        let written = base.written.union(values.keys.compactMap { ContractFields.facts[$0] })
        var order = base.channelOrder
        if let words = take("channels") {
            guard words.count == 1, let known = InputContract.ChannelOrder(rawValue: words[0]) else {
                throw wrong("channels", "rgb, bgr or gray", words)
            }
            order = known
        }
        let deviation = try channelNumbers("deviation", else: base.standardDeviation)
        guard deviation.values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw wrong("deviation", "a number above 0", deviation.values.map { "\($0)" })
        }
        let mean = try channelNumbers("mean", else: base.mean)
        guard order != .gray || mean.values.count == 1 && deviation.values.count == 1 else {
            throw wrong("mean", "NUMBER and deviation=NUMBER for one channel", mean.values.map { "\($0)" })
        }
        let (isRaw, isUnit) = (try flag("raw"), try flag("normalized"))
        guard !isRaw || !isUnit else {
            throw FamilyError.senseless(
                file: file, line: line, problem: "raw and normalized contradict each other", remedy: "keep one")
        }
        let isNormalized = isUnit || (!isRaw && base.isNormalized)
        let hasEmbedding = try !flag("no_embedding") && base.hasEmbedding
        return ContractProfile(
            name, epsilon: try number("epsilon", else: base.epsilon), order: order, mean: mean,
            deviation: deviation, crop: try crop(else: base.crop), isNormalized: isNormalized, hasEmbedding: hasEmbedding,
            written: written)
    }

    private mutating func crop(else usual: InputContract.Crop) throws -> InputContract.Crop {
        guard let words = take("crop") else { return usual }
        switch words.first {
        case "mtcnn"? where words.count == 1:
            guard let margin = take("margin") else { return .mtcnn(margin: 0) }
            guard margin.count == 1, let pixels = Int(margin[0]), (0...1 << 10) ~= pixels else { throw wrong("margin", "PIXELS", margin) }
            return .mtcnn(margin: pixels)
        case "arcface"? where words.count == 1: return .arcface
        case "whole"? where words.count == 1: return .whole
        case "none"? where words.count == 1: return .none
        default: throw wrong("crop", "mtcnn, arcface, whole or none", words)
        }
    }

    mutating func remark() throws -> String? {
        guard let words = take("remark") else { return nil }
        guard words.count == 1 else { throw wrong("remark", "\"a sentence\"", words) }
        return words[0]
    }

    func finish() throws {
        if values["remark"] != nil {
            throw FamilyError.senseless(
                file: file, line: line, problem: "remark belongs to a variant line", remedy: "write it there, or as a comment")
        }
        if values["margin"] != nil {
            throw FamilyError.senseless(
                file: file, line: line, problem: "margin needs crop=mtcnn", remedy: "write both, or none of the two")
        }
    }
}
