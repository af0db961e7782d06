/// An option without a value.
package struct Flag: Declared {
    package let declaration: Declaration

    package init(
        _ name: String, short: Character? = nil, aliases: [String] = [], help: String, conflicts: [String] = [], needs: [String] = []
    ) {
        declaration = Declaration(
            name: name, short: short, aliases: aliases, form: .flag, isRepeatable: false, help: help, usual: nil, expected: nil,
            bounds: nil,
            choices: [], completion: .nothing, conflicts: conflicts, needs: needs)
    }

    package func parsed(_ text: String) -> (any Sendable)? { nil }
}
