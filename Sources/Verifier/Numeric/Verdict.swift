/// The answer of a verification.
public enum Verdict: Sendable, Equatable {
    /// Everything that both sides state agrees.
    case same
    /// Something differs, for these reasons.
    case different([String])
    /// Something could not be read or run, for these reasons; this says nothing about the network.
    case cannotTell([String])

    /// The answer in words that scripts may rely on.
    package var words: String {
        switch self {
        case .same: "the same network"
        case .different: "NOT the same network"
        case .cannotTell: "cannot tell"
        }
    }

    /// The reasons, one clause each; empty for the same network.
    package var reasons: [String] {
        switch self {
        case .same: []
        case .different(let reasons), .cannotTell(let reasons): reasons
        }
    }
}
