import ConvertIR

/// Channels, height and width of a value; vectors are images of one pixel.
struct ValueExtent: Hashable, Sendable {
    var channels: Int
    var height: Int
    var width: Int

    /// Nil if a size is not known.
    init?(_ type: ValueType) {
        let sizes = type.shape.dropFirst().map(\.fixed)
        switch sizes.count {
        case 1:
            guard let channels = sizes[0] else { return nil }
            (self.channels, height, width) = (channels, 1, 1)
        case 3:
            guard let channels = sizes[0], let height = sizes[1], let width = sizes[2] else { return nil }
            (self.channels, self.height, self.width) = (channels, height, width)
        default: return nil
        }
    }
}
