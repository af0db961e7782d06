import ConvertFiles

/// What prevents a picture from being read, a face from being searched for, or a crop from being made.
package enum FacesError: DescribedError, Equatable {
    /// A kind of picture that is not supported.
    case otherKind(path: String, kind: String)
    /// The first bytes match no kind of picture.
    case noPicture(path: String)
    /// The file ends before the picture does.
    case truncated(path: String)
    /// The decoder refused the bytes.
    case damaged(path: String, detail: String)
    /// A JPEG or PNG of a variety that is not supported.
    case unsupported(path: String, detail: String)
    /// More pixels than are decoded.
    case tooLarge(path: String, width: Int, height: Int)
    /// The decoder could not allocate memory.
    case noMemory(path: String, width: Int, height: Int)
    /// A size that no picture can be resized to.
    case badSize(name: String, width: Int, height: Int)
    /// A box that does not lie inside the picture, or is empty.
    case badBox(name: String, box: PixelBox, width: Int, height: Int)
    /// A folder without pictures.
    case noImages(folder: String)
    /// Folders nested too deeply.
    case tooDeep(folder: String)
    /// Searching for such small faces in such a large picture would take too much memory.
    case tooLargeForDetection(name: String, width: Int, height: Int, minFaceSize: Int)
    /// Nearly every position passes the first network.
    case tooManyCandidates(name: String)
    /// A model that is not the expected network.
    case otherNetwork(name: String, architecture: String)
    /// Settings of the detector or the crop that are out of range.
    case badSettings
    /// A size of crop that the five-point template is not defined for.
    case noTemplate(width: Int, height: Int)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .otherKind(let path, let kind): "\(path): is \(kind), but only JPEG and PNG can be read"
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
            "\(name): the box from (\(box.left), \(box.top)) to (\(box.right), \(box.bottom)) is not inside \(width) × \(height) pixels"
        case .noImages(let folder): "\(folder): holds no picture"
        case .tooLargeForDetection(let name, let width, let height, _):
            "\(name): \(width) × \(height) pixels are too many to look for such small faces in"
        case .tooManyCandidates(let name): "\(name): nearly every position passes the first network as a face"
        case .otherNetwork(let name, let architecture): "\(name): these are the weights of a different network (\(architecture))"
        case .badSettings: "the settings for faces or crops are out of range"
        case .noTemplate(let width, let height): "the five-point template has no form for crops of \(height)×\(width) pixels"
        case .tooDeep(let folder): "\(folder): is nested more than \(ImageFiles.depthLimit) folders deep"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .otherKind, .unsupported: "save it as an ordinary JPEG or PNG"
        case .noPicture: "check what the file is"
        case .truncated, .damaged: "the copy or download was probably interrupted: fetch the file again"
        case .tooLarge: "make it smaller first"
        case .noMemory: "make it smaller first, or free memory"
        case .badSize: "give a width and height of at least 1 and at most \(DecodedImage.pixelLimit / 1_000_000) megapixels"
        case .badBox: "give a box within the picture"
        case .noImages: "name a folder with .jpg, .jpeg or .png files, or the files themselves"
        case .tooLargeForDetection(_, _, _, let least): "look for faces of at least \(least) pixels, or make the picture smaller first"
        case .tooManyCandidates: "raise the first network's threshold"
        case .otherNetwork: "give a folder with MTCNN's pnet.pt, rnet.pt and onet.pt"
        case .badSettings: "give thresholds from 0 to 1, a factor between 0 and 1, and a margin smaller than the crop"
        case .noTemplate:
            "crops of 112×112 or 128×128, multiples of these, and 112×96 (height first) have one: choose such a size, or a crop of MTCNN's box"
        case .tooDeep: "name the folder that holds the pictures"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] {
        switch self {
        case .tooLargeForDetection(_, _, _, let least): [.leastFace(least)]
        case .tooManyCandidates: [.thresholds]
        case .otherNetwork: [.detectorWeights]
        case .noTemplate: [.crop]
        default: []
        }
    }
}
