import Faces
import Files
import Glibc
import JSON

/// A folder of finished crops, `NAME/NAME_0001.png` (or `.jpg`), and what `convert align` wrote down beside them, where it made them.
struct GivenCrops: Sendable {
    /// Where the crops lie.
    let folder: String
    /// How `faces.json` says they were made; nil where it is missing or does not say.
    private(set) var preprocess: FaceOptions.Preprocess?
    private(set) var imageSize: Int?
    private(set) var margin: Int?
    private(set) var selection: String?
    private var isDetected: [ExactText: Bool] = [:]

    /// Throws where the folder is none, or its `faces.json` cannot be read.
    init(folder: String) throws {
        self.folder = folder
        let path = "\(folder)/faces.json"
        var status = stat()
        guard stat(folder, &status) == 0 else { throw FileError.missing(path: folder) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw EvaluateError.noFolder(path: folder, option: "--crops") }
        guard FileIdentity(path: path) != nil else { return }
        let file = try MappedFile(path: path)
        let root: JSONValue
        do { root = try JSONParser.parse(file.bytes.array) } catch {
            throw EvaluateError.badFaceTable(path: path, detail: error.description)
        }
        guard let object = root.object, let images = object["images"]?.array else {
            throw EvaluateError.badFaceTable(path: path, detail: "it has no list of images")
        }
        preprocess = object["preprocess"]?.string.flatMap(FaceOptions.Preprocess.init(rawValue:))
        (imageSize, margin) = (object["image_size"]?.integer, object["mtcnn_margin"]?.integer)
        selection = object["selection"]?.string
        guard preprocess == .mtcnn else { return }
        for image in images {
            guard let picture = image.object, let name = picture["path"]?.string, let flag = picture["detected"]?.boolean else {
                throw EvaluateError.badFaceTable(path: path, detail: "an image has no path, or does not say whether a face was found")
            }
            isDetected[ExactText(name)] = flag
        }
    }

    /// The crop of an image of the pairs, as `NAME/NAME_0001.png` or under its own name.
    func path(of name: String) -> String {
        let own = "\(folder)/\(name)"
        let crop = "\(folder)/\(PathText.stem(name)).png"
        return FileIdentity(path: crop) == nil && FileIdentity(path: own) != nil ? own : crop
    }

    /// The crop of an image. Throws where it is missing, damaged or of another size.
    func crop(_ name: String, side: Int) throws -> Crop {
        let path = path(of: name)
        let image = try DecodedImage(path: path)
        guard image.width == side, image.height == side else {
            throw EvaluateError.cropSize(path: path, width: image.width, height: image.height, wanted: side)
        }
        return Crop(
            name: name, pixels: image.pixels, isDetected: isDetected[ExactText(name)], damage: image.damage,
            key: SHA256Digest(of: image.pixels))
    }

    /// Where the crops were made in another way than a network was trained with.
    func differences(from faces: FaceOptions) -> [String] {
        var found: [String] = []
        if let preprocess, preprocess != faces.preprocess {
            found.append("made with --preprocess \(preprocess.rawValue), the model takes \(faces.preprocess.rawValue)")
        } else if let margin, margin != faces.crop.margin {
            found.append("made with --mtcnn-margin \(margin), the model takes \(faces.crop.margin)")
        }
        if let selection, selection != faces.crop.selection.rawValue {
            found.append("made with --selection \(selection), the reference project takes \(faces.crop.selection.rawValue)")
        }
        return found
    }
}
