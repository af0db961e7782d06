import ConvertFiles

extension Decision {
    /// Mean and divisor of pixels.
    package static let scale = Decision("scale", "a mean or divisor of pixels")
    /// ε of batch normalization.
    package static let epsilon = Decision("epsilon", "an epsilon for batch normalization")
    /// The order of channels.
    package static let channelOrder = Decision("channelOrder", "an order of channels")
    /// How a photograph is cut.
    package static let crop = Decision("crop", "a way to cut photographs")
    /// Pixels of a crop around the face's box.
    package static let margin = Decision("margin", "a margin")
    /// Height and width of the input.
    package static let imageSize = Decision("imageSize", "an input size")
    /// That a network's graph is listed.
    package static let graphListing = Decision("graphListing", "listing a graph")
}
