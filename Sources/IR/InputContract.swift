import JSON

/// How an image becomes the network's input, and what comes out: without it an export loses accuracy that no tensor comparison can see.
///
/// A pixel x from 0 to 255 enters as (x − mean) / standardDeviation, channels in the order given, planes of N×C×H×W.
public struct InputContract: Sendable, Equatable {
    /// Order of the colour channels.
    public enum ChannelOrder: String, Sendable {
        case rgb, bgr
    }

    /// How the image that enters is cut out of a photograph.
    public enum Crop: Sendable, Equatable {
        /// The box of MTCNN's chosen face, widened by `margin` pixels of the final size (facenet-pytorch's `margin`).
        case mtcnn(margin: Int)
        /// The whole image, resized.
        case whole
        /// The image as it is, in any size.
        case none
    }

    /// How two outputs are compared.
    public enum Metric: String, Sendable {
        case cosine
        case none
    }

    /// Height of the input in pixels; nil for any.
    public var height: Int?
    /// Width of the input in pixels; nil for any.
    public var width: Int?
    /// Order of the colour channels.
    public var channelOrder: ChannelOrder
    /// Subtracted from every pixel value.
    public var mean: Double
    /// Divides what is left.
    public var standardDeviation: Double
    /// How a photograph is cut.
    public var crop: Crop
    /// Numbers in the embedding; nil where the output is none.
    public var embeddingLength: Int?
    /// Whether the network's own output has unit length.
    public var isNormalized: Bool
    /// How two outputs are compared.
    public var metric: Metric

    /// A contract.
    public init(
        height: Int?, width: Int?, channelOrder: ChannelOrder = .rgb, mean: Double = 127.5, standardDeviation: Double, crop: Crop,
        embeddingLength: Int?, isNormalized: Bool, metric: Metric
    ) {
        self.height = height
        self.width = width
        self.channelOrder = channelOrder
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.crop = crop
        self.embeddingLength = embeddingLength
        self.isNormalized = isNormalized
        self.metric = metric
    }

    /// One line for people.
    public var summary: String {
        let size = height.flatMap { height in width.map { "\($0)×\(height)" } } ?? "any size"
        let cut: String
        switch crop {
        case .mtcnn(let margin): cut = "MTCNN crop with margin \(margin)"
        case .whole: cut = "whole image resized"
        case .none: cut = "image as it is"
        }
        let output = embeddingLength.map { "\($0) numbers, \(isNormalized ? "of unit length" : "not normalised")" } ?? "no embedding"
        return "\(size) \(channelOrder.rawValue.uppercased()), (x − \(mean)) / \(standardDeviation), \(cut); out: \(output)"
    }
}

extension InputContract {
    /// The contract as JSON, the same in every format.
    public var json: JSONObject {
        func size(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
        var object = JSONObject([
            "height": size(height), "width": size(width), "channel_order": .string(channelOrder.rawValue), "mean": .number(mean),
            "standard_deviation": .number(standardDeviation),
        ])
        switch crop {
        case .mtcnn(let margin):
            object.append("crop", .string("mtcnn"))
            object.append("margin", .integer(Int64(margin)))
        case .whole: object.append("crop", .string("whole"))
        case .none: object.append("crop", .string("none"))
        }
        object.append("embedding_length", size(embeddingLength))
        object.append("is_normalized", .boolean(isNormalized))
        object.append("metric", .string(metric.rawValue))
        return object
    }

    /// Reads what `json` wrote. Throws where a member is missing or of the wrong kind.
    public init(json object: JSONObject) throws(GraphError) {
        func bad(_ member: String) -> GraphError { .malformedDocument(detail: "the contract's \(member) is missing or wrong") }
        func size(_ name: String) throws(GraphError) -> Int? {
            guard let value = object[name] else { throw bad(name) }
            if value.isNull { return nil }
            guard let number = value.integer, (1...1 << 20) ~= number else { throw bad(name) }
            return number
        }
        guard let order = object["channel_order"]?.string.flatMap(ChannelOrder.init(rawValue:)) else { throw bad("channel_order") }
        guard let mean = object["mean"]?.double, mean.isFinite else { throw bad("mean") }
        guard let deviation = object["standard_deviation"]?.double, deviation.isFinite, deviation > 0 else {
            throw bad("standard_deviation")
        }
        guard let isNormalized = object["is_normalized"]?.boolean else { throw bad("is_normalized") }
        guard let metric = object["metric"]?.string.flatMap(Metric.init(rawValue:)) else { throw bad("metric") }
        let crop: Crop
        switch object["crop"]?.string {
        case "mtcnn":
            guard let margin = object["margin"]?.integer, (0...1 << 20) ~= margin else { throw bad("margin") }
            crop = .mtcnn(margin: margin)
        case "whole": crop = .whole
        case "none": crop = .none
        default: throw bad("crop")
        }
        self.init(
            height: try size("height"), width: try size("width"), channelOrder: order, mean: mean, standardDeviation: deviation, crop: crop,
            embeddingLength: try size("embedding_length"), isNormalized: isNormalized, metric: metric)
    }
}
