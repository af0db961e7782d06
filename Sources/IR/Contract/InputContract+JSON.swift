import ConvertJSON

extension InputContract {
    /// The contract as JSON, the same in every format. An unknown scale is null.
    package var json: JSONObject {
        func size(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
        var object = JSONObject([
            "height": size(height), "width": size(width), "channel_order": .string(channelOrder.rawValue), "mean": mean?.json ?? .null,
            "standard_deviation": standardDeviation?.json ?? .null,
        ])
        switch crop {
        case .mtcnn(let margin):
            object.append("crop", .string("mtcnn"))
            object.append("margin", .integer(Int64(margin)))
        case .arcface: object.append("crop", .string("arcface"))
        case .whole: object.append("crop", .string("whole"))
        case .none: object.append("crop", .string("none"))
        case .unknown: object.append("crop", .string("unknown"))
        }
        object.append("embedding_length", size(embeddingLength))
        object.append("is_normalized", .boolean(isNormalized))
        object.append("metric", .string(metric.rawValue))
        object.append("origins", .object(origins.json))
        return object
    }

    /// Reads what `json` wrote. Throws if a member is missing or of the wrong kind.
    package init(json object: JSONObject) throws(GraphError) {
        func bad(_ member: String) -> GraphError { .malformedDocument(detail: "the contract's \(member) is missing or wrong") }
        func size(_ name: String) throws(GraphError) -> Int? {
            guard let value = object[name] else { throw bad(name) }
            if value.isNull { return nil }
            guard let number = value.integer, (1...1 << 20) ~= number else { throw bad(name) }
            return number
        }
        func numbers(_ name: String) throws(GraphError) -> ChannelNumbers? {
            guard let value = object[name] else { throw bad(name) }
            if value.isNull { return nil }
            guard let numbers = ChannelNumbers(json: value) else { throw bad(name) }
            return numbers
        }
        guard let order = object["channel_order"]?.string.flatMap(ChannelOrder.init(rawValue:)) else { throw bad("channel_order") }
        let (mean, deviation) = (try numbers("mean"), try numbers("standard_deviation"))
        if let deviation, !deviation.values.allSatisfy({ $0 > 0 }) { throw bad("standard_deviation") }
        guard let isNormalized = object["is_normalized"]?.boolean else { throw bad("is_normalized") }
        guard let metric = object["metric"]?.string.flatMap(Metric.init(rawValue:)) else { throw bad("metric") }
        let crop: Crop
        switch object["crop"]?.string {
        case "mtcnn":
            guard let margin = object["margin"]?.integer, (0...1 << 20) ~= margin else { throw bad("margin") }
            crop = .mtcnn(margin: margin)
        case "arcface": crop = .arcface
        case "whole": crop = .whole
        case "none": crop = .none
        case "unknown": crop = .unknown
        default: throw bad("crop")
        }
        var origins = FactOrigins(all: .stated)
        if let value = object["origins"] {
            guard let members = value.object else { throw bad("origins") }
            origins = try FactOrigins(json: members)
        }
        self.init(
            height: try size("height"), width: try size("width"), channelOrder: order, mean: mean, standardDeviation: deviation, crop: crop,
            embeddingLength: try size("embedding_length"), isNormalized: isNormalized, metric: metric, origins: origins)
    }
}
