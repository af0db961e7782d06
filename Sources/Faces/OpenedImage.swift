import Files

/// A picture whose size is known and whose pixels were not decoded yet, so that memory can be reckoned before it is taken.
public struct OpenedImage: Sendable {
    /// Pixels in a row, once the orientation is followed where it is to be.
    public let width: Int
    /// Rows, likewise.
    public let height: Int
    /// The orientation that the file states.
    public let orientation: PictureOrientation
    /// Whether decoding brings the picture upright.
    let isFollowed: Bool
    /// What the picture is, for messages: its path.
    public let name: String
    private let pixels: @Sendable () throws -> DecodedImage

    /// Reads the header of the JPEG or PNG at `path`. Throws `FileError` or `FacesError`.
    public init(path: String, exif: ExifRule = .ignore) throws {
        try self.init(try MappedFile(path: path), exif: exif)
    }

    /// Reads the header of a JPEG or PNG that is open already. Decoding throws where the file was changed meanwhile.
    public init(_ file: MappedFile, exif: ExifRule = .ignore) throws {
        let stored = try DecodedImage.size(of: file.bytes, path: file.path)
        let orientation = PictureOrientation(of: file.bytes)
        let turn: PictureOrientation = exif == .follow ? orientation : .asStored
        (width, height) = turn.exchangesSides ? (stored.height, stored.width) : stored
        (self.orientation, isFollowed) = (orientation, exif == .follow)
        name = file.path
        // Opened again and not held open: many wait at once.
        let (path, identity) = (file.path, file.identity)
        pixels = {
            let again = try MappedFile(path: path)
            guard again.identity == identity else { throw FileError.changedWhileRead(path: path) }
            let image = try DecodedImage(again.bytes, path: path)
            try again.checkUnchanged()
            return image.turned(turn)
        }
    }

    /// A picture that is decoded already.
    public init(_ image: DecodedImage) {
        (width, height, name) = (image.width, image.height, image.name)
        (orientation, isFollowed) = (.asStored, false)
        pixels = { image }
    }

    /// The orientation that the file states and that is not followed; nil for a picture that is upright as it comes.
    public var ignoredOrientation: PictureOrientation? { isFollowed || orientation == .asStored ? nil : orientation }

    /// Bytes that decoding takes at its most: turning needs a second copy.
    var decodedByteCount: Int { width * height * 3 * (isFollowed && orientation != .asStored ? 2 : 1) }

    /// Decodes it. Throws `FileError`, also where the file was changed meanwhile, or `FacesError`.
    public func decoded() throws -> DecodedImage { try pixels() }
}
