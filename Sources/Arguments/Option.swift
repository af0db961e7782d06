/// An option with a value.
package struct Option<Value: Sendable>: Declared {
    package let declaration: Declaration
    private let kind: ValueKind<Value>

    /// - Parameters:
    ///   - name: the long name with both dashes.
    ///   - placeholder: the word that represents the value in help, in capitals.
    ///   - isRepeatable: whether values add up.
    ///   - help: what it does, beginning in lower case, without bounds and default.
    ///   - usual: what holds if it is not given.
    ///   - conflicts: names of options that cannot be given with it.
    ///   - needs: names of options of which one has to be given with it.
    package init(
        _ name: String, short: Character? = nil, aliases: [String] = [], _ placeholder: String, _ kind: ValueKind<Value>,
        isRepeatable: Bool = false, help: String, usual: String? = nil, conflicts: [String] = [], needs: [String] = []
    ) {
        declaration = Declaration(
            name: name, short: short, aliases: aliases, form: .value(placeholder), isRepeatable: isRepeatable, help: help, usual: usual,
            expected: kind.expected, bounds: kind.bounds, choices: kind.choices, completion: kind.completion, conflicts: conflicts,
            needs: needs)
        self.kind = kind
    }

    /// An option whose value may be omitted; it then has the value of the text `standingAlone`.
    package init(
        _ name: String, _ placeholder: String, _ kind: ValueKind<Value>, standingAlone: String, help: String, needs: [String] = []
    ) {
        declaration = Declaration(
            name: name, short: nil, aliases: [], form: .optionalValue(placeholder), isRepeatable: false, help: help, usual: nil,
            expected: kind.expected, bounds: kind.bounds, choices: kind.choices, completion: kind.completion, conflicts: [], needs: needs)
        self.kind = ValueKind(kind.expected) { kind.parse($0.isEmpty ? standingAlone : $0) }
    }

    package func parsed(_ text: String) -> (any Sendable)? { kind.parse(text) }
}
