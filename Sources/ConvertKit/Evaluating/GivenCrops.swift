import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertJSON

/// A folder of finished crops, `NAME/NAME_0001.png` (or `.jpg`), and what an alignment wrote next to them, if it made them.
public struct GivenCrops: Sendable {
    /// Where the crops are.
    let folder: String
    /// How `faces.json` says they were made; nil if it is missing or does not say.
    private(set) var preprocess: Preprocess?
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

    /// Throws if the folder is none, or its `faces.json` cannot be read.
    init(folder: String) throws {
        self.folder = folder
        let path = "\(folder)/faces.json"
        try FolderListing.check(folder)
        guard FileIdentity(path: path) != nil else { return }
        let file = try MappedFile(path: path)
        let root: JSONValue
        do { root = try JSONParser.parse(file.bytes.array) } catch {
            throw EvaluationError.badFaceTable(path: path, detail: error.description)
        }
        guard let object = root.object, let images = object["images"]?.array else {
            throw EvaluationError.badFaceTable(path: path, detail: "it has no list of images")
        }
        hasTable = true
        preprocess = object["preprocess"]?.string.flatMap(Preprocess.init(rawValue:))
        margin = object["mtcnn_margin"]?.double.flatMap { Int(exactly: $0) }
        settings = FaceTable.settings(object)
        for image in images {
            guard let picture = image.object, let name = picture["path"]?.string else {
                throw EvaluationError.badFaceTable(path: path, detail: "an image has no path")
            }
            rows[ExactText(name)] = Row(
                isDetected: preprocess?.looksForFaces == true ? picture["detected"]?.boolean : nil,
                digest: picture["sha256_rgb_hwc"]?.string)
        }
    }

    /// The crop of an image of the pairs, as `NAME/NAME_0001.png` or under its own name.
    func path(of name: String) -> String {
        let own = "\(folder)/\(name)"
        let crop = "\(folder)/\(PathText.stem(name)).png"
        return FileIdentity(path: crop) == nil && FileIdentity(path: own) != nil ? own : crop
    }

    /// The crop of an image. Throws if it is missing, damaged, of a different size, or not the one in the table.
    func crop(_ name: String, size: GivenFacts.ImageSize) throws -> Crop {
        let path = path(of: name)
        let image = try DecodedImage(path: path)
        guard image.width == size.width, image.height == size.height else {
            throw EvaluationError.cropSize(path: path, size: .init(height: image.height, width: image.width), wanted: size)
        }
        let (digest, row) = (SHA256Digest(of: image.pixels), rows[ExactText(name)])
        if let wanted = row?.digest, wanted != digest.text { throw EvaluationError.otherCrop(path: path) }
        return Crop(name: name, pixels: image.pixels, isDetected: row?.isDetected, damage: image.damage, isTurned: false, key: digest)
    }

    /// How the crops were made, as a report has it; nil if nothing says it.
    var settingsText: String? {
        settings.isEmpty ? nil : settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    }

    /// What a user should know of finished crops.
    public enum Remark: Sendable, Equatable {
        /// `faces.json` does not say how the crops were made.
        case nothingSaid
        /// Crops that are not in `faces.json`.
        case notInTable(count: Int, total: Int, first: String)
        /// Crops of which it is not known whether a face was found.
        case detectionUnknown(count: Int)
        /// The crops were made in a different way than the network was trained with; nil for what is not recorded.
        case madeDifferently([Difference])

        /// A setting that is not the usual one.
        public struct Difference: Sendable, Equatable {
            /// The setting as `faces.json` calls it.
            public let setting: String
            /// Its value; nil if it is not recorded.
            public let value: String?
            /// The value that the network was trained with.
            public let usual: String
        }
    }

    /// What a user should know of the table: crops that it says too little of, and settings that are not those of `faces`.
    func remarks(_ images: [String], for faces: FaceSettings) -> [Remark] {
        guard hasTable else { return [] }
        guard let preprocess else { return [.nothingSaid] }
        var found: [Remark] = []
        let missing = images.filter { rows[ExactText($0)] == nil }
        if let first = missing.first { found.append(.notInTable(count: missing.count, total: images.count, first: first)) }
        let silent = images.count { rows[ExactText($0)].map { $0.isDetected == nil } ?? preprocess.looksForFaces }
        if preprocess.looksForFaces, silent > 0 { found.append(.detectionUnknown(count: silent)) }
        // If a table does not say it, EXIF orientation was not followed.
        let usual = [(name: "exif", value: ExifRule.ignore.rawValue)]
        let own = Dictionary((settings + usual).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        // If the ways differ, nothing further can be compared.
        let wanted = (FaceTable.settings(faces.json) + (faces.crop.exif == .ignore ? usual : [])).filter {
            preprocess == faces.preprocess || $0.name == "preprocess"
        }
        let others = wanted.filter { own[$0.name] != $0.value }
        if !others.isEmpty {
            found.append(.madeDifferently(others.map { .init(setting: $0.name, value: own[$0.name], usual: $0.value) }))
        }
        return found
    }
}
