import ConvertIR

/// A word of a description with places for variables, such as `layer{stage}.{block}`.
struct WordTemplate: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case text(String)
        /// The variable's value, and a number that is added to it.
        case variable(String, offset: Int)
    }

    let parts: [Part]

    init(parts: [Part]) { self.parts = parts }

    /// A word without variables.
    init(literal text: String) { parts = [.text(text)] }

    /// Reads `{name}`, `{name+1}` and `{name-1}` in a word; everything else stands for itself.
    /// - Parameter line: where the word is, for errors.
    init(_ word: String, file: String, line: Int) throws(FamilyError) {
        var parts: [Part] = []
        var rest = Substring(word)
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            let inside = rest[rest.index(after: open)...]
            guard let close = inside.firstIndex(of: "}"), let place = Part(variable: inside[..<close]) else {
                throw .unexpected(
                    file: file, line: line, expected: "{variable}, {variable+1} or {variable-1}", found: GraphTextScanner.shortened(word))
            }
            parts.append(place)
            rest = inside[inside.index(after: close)...]
        }
        if !rest.isEmpty || parts.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// The word itself, if it has no variables.
    var literal: String? {
        guard parts.count == 1, case .text(let text) = parts[0] else { return nil }
        return text
    }

    /// The variable that the word consists of, if it is nothing else.
    var variable: String? {
        guard parts.count == 1, case .variable(let name, 0) = parts[0] else { return nil }
        return name
    }

    /// As it is written in a description.
    var text: String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .variable(let name, let offset): offset == 0 ? "{\(name)}" : "{\(name)\(offset > 0 ? "+" : "")\(offset)}"
            }
        }.joined()
    }
}

extension WordTemplate.Part {
    /// `name`, `name+1` or `name-1`; nil for anything else.
    fileprivate init?(variable text: Substring) {
        let end = text.firstIndex { $0 == "+" || $0 == "-" } ?? text.endIndex
        let (name, rest) = (text[..<end], text[end...])
        guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { return nil }
        guard !rest.isEmpty else {
            self = .variable(String(name), offset: 0)
            return
        }
        guard let offset = Int(rest), (-(1 << 16)...1 << 16) ~= offset else { return nil }
        self = .variable(String(name), offset: offset)
    }
}
