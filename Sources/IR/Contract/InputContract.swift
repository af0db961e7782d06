/// How an image becomes the network's input, and what comes out: without it an export loses accuracy that no tensor comparison can see.
///
/// A pixel x from 0 to 255 enters as (x − mean) / standardDeviation, channels in the order given, as planes of N×C×H×W.
public struct InputContract: Sendable, Equatable {
    /// Order of the color channels.
    public enum ChannelOrder: String, Sendable, CaseIterable {
        case rgb, bgr
        /// One channel of luminance, as Pillow's mode L gives it.
        case gray

        /// Planes of an image.
        public var channelCount: Int { self == .gray ? 1 : 3 }
    }

    /// How the image that enters is cut out of a photograph.
    public enum Crop: Sendable, Equatable {
        /// The box of MTCNN's chosen face, widened by `margin` pixels of the final size (facenet-pytorch's `margin`).
        case mtcnn(margin: Int)
        /// Five landmarks moved onto insightface's template by a similarity transform.
        case arcface
        /// The whole image, resized.
        case whole
        /// The image as it is, in any size.
        case none
        /// Nobody said.
        case unknown
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
    /// Order of the color channels.
    public var channelOrder: ChannelOrder
    /// Subtracted from every pixel value; nil if nobody said.
    public var mean: ChannelNumbers?
    /// Divides what is left; nil if nobody said.
    public var standardDeviation: ChannelNumbers?
    /// How a photograph is cut.
    public var crop: Crop
    /// Numbers in the embedding; nil if the output is none.
    public var embeddingLength: Int?
    /// Whether the network's own output has unit length.
    public var isNormalized: Bool
    /// How two outputs are compared.
    public var metric: Metric
    /// Where each of these facts comes from, and the graph's ε.
    public var origins: FactOrigins

    /// A contract; its facts are assumed unless `origins` says otherwise.
    public init(
        height: Int?, width: Int?, channelOrder: ChannelOrder = .rgb, mean: ChannelNumbers? = 127.5, standardDeviation: ChannelNumbers?,
        crop: Crop, embeddingLength: Int?, isNormalized: Bool, metric: Metric, origins: FactOrigins = FactOrigins()
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
        self.origins = origins
    }

    /// Mean and divisor of each channel; nil if one of them is unknown.
    public var scaling: (mean: ChannelNumbers, standardDeviation: ChannelNumbers)? {
        mean.flatMap { mean in standardDeviation.map { (mean, $0) } }
    }
}
