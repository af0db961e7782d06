/// The verdict on a class or function that a pickle names. The allow-list comes first; what it does not contain is at best unknown.
public enum GlobalVerdict: String, Sendable, Comparable {
    case clean, unknown, dangerous

    /// Orders by severity.
    public static func < (left: GlobalVerdict, right: GlobalVerdict) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .clean: 0
        case .unknown: 1
        case .dangerous: 2
        }
    }

    /// The verdict on a name alone. A clean name is judged again by the arguments of its calls, see `BuilderRules`.
    public static func of(module: String, name: String) -> GlobalVerdict {
        let full = KnownNames.canonical("\(module).\(name)")
        if Builder.named(full) != nil { return .clean }
        return DangerousGlobals.contains(module: module, name: name, full: full) ? .dangerous : .unknown
    }
}
