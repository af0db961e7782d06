import ConvertFiles

/// A picture whose size is known but whose pixels are not decoded yet, so that its memory can be estimated in advance.
package struct OpenedImage: Sendable {
    /// Width in pixels, after turning if the orientation is applied.
    package let width: Int
    /// Height in pixels, likewise.
    package let height: Int
    /// The orientation that the file states.
    package let orientation: PictureOrientation
    /// Whether decoding turns the picture upright.
    let isFollowed: Bool
    /// The picture's path, for messages.
    package let name: String
    private let pixels: @Sendable () throws -> DecodedImage

    /// Reads the header of the JPEG or PNG at `path`. Throws `FileError` or `FacesError`.
    package init(path: String, exif: ExifRule = .ignore) throws {
        try self.init(try MappedFile(path: path), exif: exif)
    }

    /// Reads the header of a JPEG or PNG that is already open. Decoding throws if the file has changed since.
    package init(_ file: MappedFile, exif: ExifRule = .ignore) throws {
        let stored = try DecodedImage.size(of: file.bytes, path: file.path)
        let orientation = PictureOrientation(of: file.bytes)
        let turn: PictureOrientation = exif == .follow ? orientation : .asStored
        (width, height) = turn.exchangesSides ? (stored.height, stored.width) : stored
        (self.orientation, isFollowed) = (orientation, exif == .follow)
        name = file.path
        // The file is reopened for decoding instead of being held open, because many pictures wait at once.
        let (path, identity) = (file.path, file.identity)
        pixels = {
            let again = try MappedFile(path: path)
            guard again.identity == identity else { throw FileError.changedWhileRead(path: path) }
            let image = try DecodedImage(again.bytes, path: path)
            try again.checkUnchanged()
            return image.turned(turn)
        }
    }

    /// Wraps a picture that is already decoded.
    package init(_ image: DecodedImage) {
        (width, height, name) = (image.width, image.height, image.name)
        (orientation, isFollowed) = (.asStored, false)
        pixels = { image }
    }

    /// The orientation that the file states and that is ignored; nil if the picture is upright as stored.
    package var ignoredOrientation: PictureOrientation? { isFollowed || orientation == .asStored ? nil : orientation }

    /// The most memory that decoding takes, in bytes: turning needs a second copy.
    var decodedByteCount: Int { width * height * 3 * (isFollowed && orientation != .asStored ? 2 : 1) }

    /// Decodes the picture. Throws `FacesError`, or `FileError` if the file has changed since.
    package func decoded() throws -> DecodedImage { try pixels() }
}
