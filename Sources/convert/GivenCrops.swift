import Faces
import Files
import JSON

/// A folder of finished crops, `NAME/NAME_0001.png` (or `.jpg`), and what `convert align` wrote down beside them, where it made them.
struct GivenCrops: Sendable {
    /// Where the crops lie.
    let folder: String
    /// How `faces.json` says they were made; nil where it is missing or does not say.
    private(set) var preprocess: FaceOptions.Preprocess?
    /// Pixels of the crop around the face's box, both sides together.
    private(set) var margin: Int?
    /// Whether there is a `faces.json`.
    private(set) var hasTable = false
    private var settings: [(name: String, value: String)] = []
    private var rows: [ExactText: Row] = [:]

    /// One crop in the table.
    private struct Row {
        let isDetected: Bool?
        let digest: String?
    }

    /// Throws where the folder is none, or its `faces.json` cannot be read.
    init(folder: String) throws {
        self.folder = folder
        let path = "\(folder)/faces.json"
        try FolderListing.check(folder)
        guard FileIdentity(path: path) != nil else { return }
        let file = try MappedFile(path: path)
        let root: JSONValue
        do { root = try JSONParser.parse(file.bytes.array) } catch {
            throw EvaluateError.badFaceTable(path: path, detail: error.description)
        }
        guard let object = root.object, let images = object["images"]?.array else {
            throw EvaluateError.badFaceTable(path: path, detail: "it has no list of images")
        }
        hasTable = true
        preprocess = object["preprocess"]?.string.flatMap(FaceOptions.Preprocess.init(rawValue:))
        margin = object["mtcnn_margin"]?.double.flatMap { Int(exactly: $0) }
        settings = FaceTable.settings(object)
        for image in images {
            guard let picture = image.object, let name = picture["path"]?.string else {
                throw EvaluateError.badFaceTable(path: path, detail: "an image has no path")
            }
            rows[ExactText(name)] = Row(
                isDetected: preprocess == .mtcnn ? picture["detected"]?.boolean : nil, digest: picture["sha256_rgb_hwc"]?.string)
        }
    }

    /// The crop of an image of the pairs, as `NAME/NAME_0001.png` or under its own name.
    func path(of name: String) -> String {
        let own = "\(folder)/\(name)"
        let crop = "\(folder)/\(PathText.stem(name)).png"
        return FileIdentity(path: crop) == nil && FileIdentity(path: own) != nil ? own : crop
    }

    /// The crop of an image. Throws where it is missing, damaged, of another size, or not the one of the table.
    func crop(_ name: String, side: Int) throws -> Crop {
        let path = path(of: name)
        let image = try DecodedImage(path: path)
        guard image.width == side, image.height == side else {
            throw EvaluateError.cropSize(path: path, width: image.width, height: image.height, wanted: side)
        }
        let (digest, row) = (SHA256Digest(of: image.pixels), rows[ExactText(name)])
        if let wanted = row?.digest, wanted != digest.text { throw EvaluateError.otherCrop(path: path) }
        return Crop(name: name, pixels: image.pixels, isDetected: row?.isDetected, damage: image.damage, isTurned: false, key: digest)
    }

    /// Settings, as a report has them.
    var description: String {
        settings.isEmpty
            ? "finished ones; nothing says how they were made" : settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    }

    /// What a user should know of the table: crops that it does not tell enough of, and where they were made in another way than a network was
    /// trained with.
    func remarks(_ images: [String], for faces: FaceOptions) -> [String] {
        guard hasTable else { return [] }
        guard let preprocess else { return ["faces.json does not say how the crops were made"] }
        var found: [String] = []
        let missing = images.filter { rows[ExactText($0)] == nil }
        if let first = missing.first { found.append("\(missing.count) of \(images.count) crops are not in faces.json, \(first) first") }
        let silent = images.count { rows[ExactText($0)].map { $0.isDetected == nil } ?? (preprocess == .mtcnn) }
        if preprocess == .mtcnn, silent > 0 { found.append("of \(silent) crops it is not known whether a face was found") }
        // Where a table does not say it, EXIF orientation was not followed.
        let usual = [(name: "exif", value: ExifRule.ignore.rawValue)]
        let own = Dictionary((settings + usual).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        // Where the ways differ, nothing further can be compared.
        let wanted = (FaceTable.settings(faces.json) + (faces.crop.exif == .ignore ? usual : [])).filter {
            preprocess == faces.preprocess || $0.name == "preprocess"
        }
        let others = wanted.filter { own[$0.name] != $0.value }
        if !others.isEmpty {
            let list = others.map { "\($0.name) \(own[$0.name] ?? "not told") (usual: \($0.value))" }
            found.append("the crops were made with \(list.joined(separator: ", "))")
        }
        return found
    }
}
