import Files

/// A picture whose size is known and whose pixels were not decoded yet, so that memory can be reckoned before it is taken.
public struct OpenedImage: Sendable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// What the picture is, for messages: its path.
    public let name: String
    private let pixels: @Sendable () throws -> DecodedImage

    /// Reads the header of the JPEG or PNG at `path`. Throws `FileError` or `FacesError`.
    public init(path: String) throws {
        try self.init(try MappedFile(path: path))
    }

    /// Reads the header of a JPEG or PNG that is open already. Decoding throws where the file was changed meanwhile.
    public init(_ file: MappedFile) throws {
        (width, height) = try DecodedImage.size(of: file.bytes, path: file.path)
        name = file.path
        pixels = {
            let image = try DecodedImage(file.bytes, path: file.path)
            try file.checkUnchanged()
            return image
        }
    }

    /// A picture that is decoded already.
    public init(_ image: DecodedImage) {
        (width, height, name) = (image.width, image.height, image.name)
        pixels = { image }
    }

    /// Decodes it.
    public func decoded() throws -> DecodedImage { try pixels() }
}
