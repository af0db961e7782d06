import ConvertJSON

/// Where a fact about a network comes from that its tensors do not show.
public enum FactOrigin: String, Sendable, CaseIterable {
    /// The file says so.
    case stated
    /// The user said so.
    case given
    /// The usual value of the network's family was taken.
    case assumed
    /// Nobody said so, and no family is known whose usual value could be taken.
    case unknown
}

/// A fact about a network that its tensors do not show.
public enum NetworkFact: String, Sendable, CaseIterable {
    /// ε of the batch normalizations.
    case epsilon
    /// Height of the input.
    case height
    /// Width of the input.
    case width
    /// Order of the color channels.
    case channelOrder = "channel_order"
    /// What is subtracted from a pixel.
    case mean
    /// What divides the rest.
    case standardDeviation = "standard_deviation"
    /// How a photograph is cut, with the margin.
    case crop
    /// Numbers in the embedding.
    case embeddingLength = "embedding_length"
    /// Whether the output has unit length.
    case isNormalized = "is_normalized"
    /// How two outputs are compared.
    case metric
}

/// Where each fact about a network comes from.
public struct FactOrigins: Sendable, Equatable {
    private var table: [NetworkFact: FactOrigin] = [:]

    /// Every fact is assumed.
    public init() {}

    /// All facts have one origin.
    public init(all origin: FactOrigin) { for fact in NetworkFact.allCases { self[fact] = origin } }

    /// The origin of a fact.
    public subscript(fact: NetworkFact) -> FactOrigin {
        get { table[fact] ?? .assumed }
        set { table[fact] = newValue == .assumed ? nil : newValue }
    }

    /// The same origin for several facts.
    package mutating func set(_ facts: NetworkFact..., to origin: FactOrigin) { for fact in facts { self[fact] = origin } }

    /// Facts of one origin, in the order of `NetworkFact`.
    public func facts(_ origin: FactOrigin) -> [NetworkFact] { NetworkFact.allCases.filter { self[$0] == origin } }

    /// Every fact's origin by the fact's name.
    package var json: JSONObject {
        var object = JSONObject()
        for fact in NetworkFact.allCases { object.append(fact.rawValue, .string(self[fact].rawValue)) }
        return object
    }

    /// Reads what `json` wrote; facts that are missing count as stated, as they do in files of versions that wrote no origins.
    package init(json object: JSONObject) throws(GraphError) {
        self.init(all: .stated)
        for member in object.members {
            guard let origin = member.value.string.flatMap(FactOrigin.init(rawValue:)) else {
                throw .malformedDocument(detail: "the contract's origin of \(member.key) is not one of stated, given, assumed, unknown")
            }
            if let fact = NetworkFact(rawValue: member.key) { self[fact] = origin }
        }
    }
}
