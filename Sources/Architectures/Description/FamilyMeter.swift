/// Counts what following a description costs, so that none runs without end however its loops, definitions and words are nested.
final class FamilyMeter {
    /// Statements, rounds of loops, parts of expressions and lengths of words, in all.
    static let mostSteps = 1_000_000
    /// Bytes of a word that cost as much as a statement.
    private static let bytesPerStep = 64

    private let file: String
    private var steps = 0

    init(file: String) { self.file = file }

    /// Throws `FamilyError.tooMuch` if this is more than any network needs.
    func spend(_ count: Int = 1, line: Int) throws {
        steps += count
        guard steps <= FamilyMeter.mostSteps else {
            throw FamilyError.tooMuch(file: file, line: line, what: "steps", limit: FamilyMeter.mostSteps)
        }
    }

    /// What a word of this many bytes costs.
    func spend(bytes count: Int, line: Int) throws { try spend(1 + count / FamilyMeter.bytesPerStep, line: line) }
}
