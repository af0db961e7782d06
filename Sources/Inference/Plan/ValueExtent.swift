import ConvertIR

/// Channels, height and width of a value in memory; vectors are images of one pixel.
struct ValueExtent: Hashable, Sendable {
    var channels: Int
    var height: Int
    var width: Int

    /// Nil if a size is not known, or if there are more axes than an image has.
    init?(_ type: ValueType, _ order: AxisOrder = .image) {
        guard let extent = ValueLayout(type, order)?.extent else { return nil }
        self = extent
    }

    /// Whether each size is that of a larger value, or 1.
    func repeats(over other: ValueExtent) -> Bool {
        [(channels, other.channels), (height, other.height), (width, other.width)].allSatisfy { $0 == $1 || $0 == 1 }
    }

    init(channels: Int, height: Int, width: Int) {
        (self.channels, self.height, self.width) = (channels, height, width)
    }
}
