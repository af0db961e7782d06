import Files

/// A picture whose size is known and whose pixels were not decoded yet, so that memory can be reckoned before it is taken.
public struct OpenedImage: Sendable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    private let pixels: @Sendable () throws -> DecodedImage

    /// Reads the header of the JPEG or PNG at `path`. Throws `FileError` or `FacesError`.
    public init(path: String) throws {
        (width, height) = try DecodedImage.size(of: try MappedFile(path: path).bytes, path: path)
        // Opened again and not held open: many wait at once.
        pixels = { try DecodedImage(path: path) }
    }

    /// A picture that is decoded already.
    public init(_ image: DecodedImage) {
        (width, height) = (image.width, image.height)
        pixels = { image }
    }

    /// Decodes it.
    public func decoded() throws -> DecodedImage { try pixels() }
}
