import Files
import IR

/// What two sides of a verification state of how images enter and what comes out.
public struct ContractComparison: Sendable, Equatable {
    /// One member that the two state differently.
    public struct Difference: Sendable, Equatable {
        /// The member's name, as in files.
        public let member: String
        /// What the export states.
        public let export: String
        /// What the source states, or what is assumed for it.
        public let source: String

        /// As a clause.
        public var text: String { "the contract's \(member) is \(export), the source's \(source)" }
    }

    /// Members that differ.
    public let differences: [Difference]

    /// Relative difference of two scalings that is float32's rounding.
    private static let rounding = 1e-5

    /// Compares two contracts.
    /// - Parameters:
    ///   - isStated: whether the export's contract stands in its file, and was not guessed from its graph.
    ///   - given: members that the user gave for both, which are not compared.
    init(
        export: InputContract, exportGraph: AlignableGraph?, source: InputContract, sourceGraph: AlignableGraph?, isStated: Bool,
        given: Set<String>
    ) {
        var found: [Difference] = []
        func compare<Value: Equatable>(_ member: String, _ one: Value, _ other: Value, _ text: (Value) -> String) {
            guard one != other, !given.contains(member) else { return }
            found.append(Difference(member: member, export: text(one), source: text(other)))
        }
        func size(_ number: Int?) -> String { number.map { "\($0)" } ?? "any" }
        let (one, other) = (
            ContractComparison.scaling(export, exportGraph), ContractComparison.scaling(source, sourceGraph)
        )
        // What a graph does to its pixels is stated in any case; what it expects to be done before is stated only in a contract.
        if isStated || exportGraph?.hasFront == true {
            for (member, left, right) in [("mean", one.mean, other.mean), ("standard_deviation", one.deviation, other.deviation)]
            where abs(left - right) > ContractComparison.rounding * max(abs(left), abs(right)) && !given.contains(member) {
                found.append(Difference(member: member, export: Float(left).description, source: Float(right).description))
            }
        }
        if isStated {
            compare("height", export.height, source.height, size)
            compare("width", export.width, source.width, size)
            compare("channel_order", export.channelOrder, source.channelOrder) { $0.rawValue }
            switch (export.crop, source.crop) {
            case (.mtcnn(let one), .mtcnn(let other)): compare("margin", one, other) { "\($0)" }
            default: compare("crop", export.crop, source.crop) { "\($0)" }
            }
            compare("embedding_length", export.embeddingLength, source.embeddingLength, size)
            // A normalisation that only one graph ends with accounts for what the two say of their outputs.
            let isLonger = exportGraph?.isNormalized.first ?? false
            let isShorter = sourceGraph?.isNormalized.first ?? false
            if isLonger == isShorter {
                compare("is_normalized", export.isNormalized, source.isNormalized) { "\($0)" }
            } else if export.isNormalized != isLonger {
                found.append(Difference(member: "is_normalized", export: "\(export.isNormalized)", source: "\(isLonger) in its graph"))
            }
            compare("metric", export.metric, source.metric) { $0.rawValue }
        }
        differences = found
    }

    /// What happens to a pixel before the first layer, by contract and graph together.
    private static func scaling(_ contract: InputContract, _ graph: AlignableGraph?) -> (mean: Double, deviation: Double) {
        let front: (mean: Double, deviation: Double) = graph?.front ?? (0, 1)
        return (contract.mean + contract.standardDeviation * front.mean, contract.standardDeviation * front.deviation)
    }
}
