import ConvertFiles
import ConvertIR

/// Compares what two networks state about how images enter and what comes out.
package struct ContractComparison: Sendable, Equatable {
    /// One fact that the two state differently.
    package struct Difference: Sendable, Equatable {
        /// The fact's name, as in files.
        package let member: String
        /// What the export states.
        package let export: String
        /// What the source states, or what is assumed for it.
        package let source: String

        /// The difference as a clause.
        package var text: String { "the contract's \(member) is \(export), the source's \(source)" }
    }

    /// Facts that differ.
    package let differences: [Difference]
    /// Facts that differ, but only because a caller gave the export's while the source's are merely assumed; these do not count against it.
    package let given: [Difference]

    /// Relative difference of two scalings that float32's rounding explains.
    private static let rounding = 1e-5

    /// Compares two contracts.
    /// - Parameter isStated: Whether the export's contract is in its file, as opposed to guessed from its graph.
    init(
        export: InputContract, exportGraph: AlignableGraph?, source: InputContract, sourceGraph: AlignableGraph?, isStated: Bool
    ) {
        var (found, given): ([Difference], [Difference]) = ([], [])
        func add(_ fact: NetworkFact, _ member: String, _ one: String, _ other: String) {
            let difference = Difference(member: member, export: one, source: other)
            switch (export.origins[fact], source.origins[fact]) {
            case (.unknown, _), (_, .unknown): return
            case (.given, .assumed): given.append(difference)
            default: found.append(difference)
            }
        }
        func compare<Value: Equatable>(
            _ fact: NetworkFact, _ one: Value, _ other: Value, as member: String? = nil, _ text: (Value) -> String
        ) {
            if one != other { add(fact, member ?? fact.rawValue, text(one), text(other)) }
        }
        func size(_ number: Int?) -> String { number.map { "\($0)" } ?? "any" }
        // What a graph does to its pixels is always stated; what must be done before is stated only in a contract.
        if isStated || exportGraph?.hasFront == true, let one = ContractComparison.scaling(export, exportGraph),
            let other = ContractComparison.scaling(source, sourceGraph)
        {
            let facts = [(NetworkFact.mean, one.mean, other.mean), (.standardDeviation, one.deviation, other.deviation)]
            for (fact, left, right) in facts where !ContractComparison.areClose(left, right) {
                add(fact, fact.rawValue, left.description, right.description)
            }
        }
        if isStated {
            compare(.height, export.height, source.height, size)
            compare(.width, export.width, source.width, size)
            let (one, other) = (
                ContractComparison.order(export.channelOrder, exportGraph), ContractComparison.order(source.channelOrder, sourceGraph)
            )
            compare(.channelOrder, one, other) { $0.rawValue }
            switch (export.crop, source.crop) {
            case (.mtcnn(let one), .mtcnn(let other)): compare(.crop, one, other, as: "margin") { "\($0)" }
            default: if export.crop != source.crop { add(.crop, "crop", export.cropText, source.cropText) }
            }
            compare(.embeddingLength, export.embeddingLength, source.embeddingLength, size)
            // A normalization that only one graph ends with explains why the two describe their outputs differently.
            let isLonger = exportGraph?.isNormalized.first ?? false
            let isShorter = sourceGraph?.isNormalized.first ?? false
            if isLonger == isShorter {
                compare(.isNormalized, export.isNormalized, source.isNormalized) { "\($0)" }
            } else if export.isNormalized != isLonger {
                add(.isNormalized, "is_normalized", "\(export.isNormalized)", "\(isLonger) in its graph")
            }
            compare(.metric, export.metric, source.metric) { $0.rawValue }
        }
        differences = found
        self.given = given
    }

    /// What happens to a pixel before the first layer, by contract and graph together; nil if it is unknown.
    private static func scaling(_ contract: InputContract, _ graph: AlignableGraph?) -> (mean: ChannelNumbers, deviation: ChannelNumbers)? {
        guard let (mean, deviation) = contract.scaling else { return nil }
        guard let graph else { return (mean, deviation) }
        // The contract's numbers are in the order in which channels enter, the front's in the order in which the network takes them.
        let (first, divisor) = (mean.reordered(graph.order ?? [0, 1, 2]), deviation.reordered(graph.order ?? [0, 1, 2]))
        return (first.with(divisor.with(graph.front.mean, *), +), divisor.with(graph.front.deviation, *))
    }

    /// The order in which the first layer takes the channels, by contract and graph together.
    private static func order(_ order: InputContract.ChannelOrder, _ graph: AlignableGraph?) -> InputContract.ChannelOrder {
        guard graph?.order == [2, 1, 0] else { return order }
        return order == .rgb ? .bgr : order == .bgr ? .rgb : order
    }

    private static func areClose(_ one: ChannelNumbers, _ other: ChannelNumbers) -> Bool {
        (0..<max(one.values.count, other.values.count)).allSatisfy { channel in
            abs(one[channel] - other[channel]) <= rounding * max(abs(one[channel]), abs(other[channel]))
        }
    }
}
