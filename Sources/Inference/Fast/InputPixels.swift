import Kernels

/// One image of a network's input, in the memory that the network runs on.
public struct InputPixels: Sendable {
    @usableFromInline let view: ImageView
    @usableFromInline let image: Int

    /// Rows.
    @inlinable public var height: Int { view.height }
    /// Columns.
    @inlinable public var width: Int { view.width }

    /// Writes three channels of one pixel; a place outside the image is passed over.
    @inlinable
    public func set(row: Int, column: Int, to channels: SIMD4<Float>) {
        guard 0..<view.height ~= row, 0..<view.width ~= column else { return }
        var channels = channels
        channels.w = 0
        let pixel = Lanes(lowHalf: channels, highHalf: .zero)
        UnsafeMutableRawPointer(view.pixel(image, row, column)).assumingMemoryBound(to: Lanes.self).pointee = pixel
    }
}
