/// What the value of an option has to be, and how a text becomes one.
package struct ValueKind<Value: Sendable>: Sendable {
    /// In words, for errors; nil if any text is a value.
    let expected: String?
    /// The same as help has it, which is shorter.
    let bounds: String?
    let choices: [Declaration.Choice]
    let completion: Declaration.Completion
    let parse: @Sendable (String) -> Value?

    /// - Parameters:
    ///   - expected: what a text has to be, such as `three numbers from 0 to 1`.
    ///   - bounds: the same as help has it; nil for `expected`.
    ///   - parse: the value of a text; nil if it is not one.
    package init(
        _ expected: String?, bounds: String? = nil, choices: [Declaration.Choice] = [], completion: Declaration.Completion = .nothing,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.expected = expected
        self.bounds = bounds ?? expected
        self.choices = choices
        self.completion = completion
        self.parse = parse
    }
}

extension ValueKind where Value == String {
    /// Any text.
    package static var text: ValueKind { ValueKind(nil) { $0 } }
    /// The path of a file.
    package static var file: ValueKind { ValueKind(nil, completion: .file) { $0 } }
    /// The path of a folder.
    package static var folder: ValueKind { ValueKind(nil, completion: .folder) { $0 } }
}

extension ValueKind where Value == Int {
    /// A whole number within bounds.
    package static func integer(_ bounds: ClosedRange<Int>) -> ValueKind {
        ValueKind(
            "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)", bounds: "\(bounds.lowerBound) to \(bounds.upperBound)"
        ) { text in
            Int(text).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }

    /// A whole number without an upper bound that a user would meet.
    package static func integer(from least: Int) -> ValueKind {
        ValueKind("a whole number, \(least) or more", bounds: "\(least) or more") { text in Int(text).flatMap { $0 >= least ? $0 : nil } }
    }
}

extension ValueKind where Value == Double {
    /// A finite number above a given one.
    package static func number(above least: Double) -> ValueKind {
        ValueKind("a number above \(shown(least))", bounds: "above \(shown(least))") { text in
            Double(text).flatMap { $0.isFinite && $0 > least ? $0 : nil }
        }
    }

    /// A number within bounds.
    package static func number(_ bounds: ClosedRange<Double>) -> ValueKind {
        ValueKind(
            "a number from \(shown(bounds.lowerBound)) to \(shown(bounds.upperBound))",
            bounds: "\(shown(bounds.lowerBound)) to \(shown(bounds.upperBound))"
        ) { text in
            Double(text).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }

    private static func shown(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(number)" }
}

extension ValueKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases of a type.
    /// - Parameters:
    ///   - meanings: what a case means, by its name, if the name alone does not say it.
    ///   - aliases: further spellings, and the case that each means.
    package static func choice(
        _ type: Value.Type = Value.self, _ meanings: [String: String] = [:], aliases: [String: String] = [:]
    ) -> ValueKind {
        let names = Value.allCases.map(\.rawValue)
        return ValueKind(
            Words.alternatives(names), choices: names.map { Declaration.Choice($0, meanings[$0] ?? "") }
        ) { Value(rawValue: aliases[$0] ?? $0) }
    }
}
