import Files

/// What keeps a picture from being decoded or resized.
public enum FacesError: DescribedError, Equatable {
    /// The picture is of a kind that is not read.
    case otherKind(path: String, kind: String)
    /// The bytes begin like no picture.
    case noPicture(path: String)
    /// The file ends before the picture does.
    case truncated(path: String)
    /// The decoder refused the bytes.
    case damaged(path: String, detail: String)
    /// A JPEG or PNG, of a variety that is not read.
    case unsupported(path: String, detail: String)
    /// More pixels than are decoded.
    case tooLarge(path: String, width: Int, height: Int)
    /// The decoder got no memory.
    case noMemory(path: String, width: Int, height: Int)
    /// A size that no picture can be brought to.
    case badSize(name: String, width: Int, height: Int)
    /// A box that does not lie within the picture, or holds no pixel.
    case badBox(name: String, box: PixelBox, width: Int, height: Int)
    /// A folder in which no picture lies.
    case noImages(folder: String)
    /// Folders within folders without end.
    case tooDeep(folder: String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .otherKind(let path, let kind): "\(path): is \(kind); only JPEG and PNG are read"
        case .noPicture(let path): "\(path): is neither a JPEG nor a PNG"
        case .truncated(let path): "\(path): ends before the picture does"
        case .damaged(let path, let detail): "\(path): is damaged (\(detail))"
        case .unsupported(let path, let detail): "\(path): cannot be decoded (\(detail))"
        case .tooLarge(let path, let width, let height):
            "\(path): has \(width) × \(height) pixels; at most \(DecodedImage.pixelLimit / 1_000_000) megapixels and "
                + "\(DecodedImage.sideLimit) a side are decoded"
        case .noMemory(let path, let width, let height): "\(path): there is not enough memory for \(width) × \(height) pixels"
        case .badSize(let name, let width, let height): "\(name): cannot be resized to \(width) × \(height) pixels"
        case .badBox(let name, let box, let width, let height):
            "\(name): the box from (\(box.left), \(box.top)) to (\(box.right), \(box.bottom)) does not lie within \(width) × \(height) pixels"
        case .noImages(let folder): "\(folder): holds no picture"
        case .tooDeep(let folder): "\(folder): lies more than \(ImageFiles.depthLimit) folders deep"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .otherKind, .unsupported: "save it as an ordinary JPEG or PNG"
        case .noPicture: "check what the file is"
        case .truncated, .damaged: "the copy or download was probably interrupted: fetch the file again"
        case .tooLarge: "make it smaller first"
        case .noMemory: "make it smaller first, or free memory"
        case .badSize: "give a width and height of at least 1, of at most \(DecodedImage.pixelLimit / 1_000_000) megapixels"
        case .badBox: "give a box within the picture"
        case .noImages: "name a folder with .jpg, .jpeg or .png files, or the files themselves"
        case .tooDeep: "name the folder that holds the pictures"
        }
    }
}
