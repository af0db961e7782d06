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
        // Opened again and not held open: many wait at once.
        let (path, identity) = (file.path, file.identity)
        pixels = {
            let again = try MappedFile(path: path)
            guard again.identity == identity else { throw FileError.changedWhileRead(path: path) }
            let image = try DecodedImage(again.bytes, path: path)
            try again.checkUnchanged()
            return image
        }
    }

    /// A picture that is decoded already.
    public init(_ image: DecodedImage) {
        (width, height, name) = (image.width, image.height, image.name)
        pixels = { image }
    }

    /// Decodes it. Throws `FileError`, also where the file was changed meanwhile, or `FacesError`.
    public func decoded() throws -> DecodedImage { try pixels() }
}
