import ConvertIR

extension GraphFamily {
    /// All families that are recognized by their graphs, the narrower ones first.
    static let all: [GraphFamily] = []
}
