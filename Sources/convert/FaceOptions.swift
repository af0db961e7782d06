import Faces
import Files
import IR
import JSON

/// The options that say how pictures become crops, the same for `align` and `evaluate`.
struct FaceOptions {
    /// What is done to a picture.
    enum Preprocess: String, CaseIterable {
        /// A face is looked for and cut out; without one the whole picture is resized.
        case mtcnn
        /// The whole picture is resized.
        case resize
    }

    static let single: Set<String> = [
        "--crop", "--preprocess", "--image-size", "--mtcnn-margin", "--min-face-size", "--thresholds", "--factor", "--selection",
        "--mtcnn-weights", "--threads", "--exif",
    ]
    /// Those that only say how a face is found and cut out.
    static let ofFaces: Set<String> = [
        "--mtcnn-margin", "--min-face-size", "--thresholds", "--factor", "--selection", "--mtcnn-weights",
    ]

    let preprocess: Preprocess
    let detection: MTCNN.Settings
    var crop: FaceAligner.Settings
    let weightsFolder: String?
    let threads: Int?
    /// What the user should know, if the crop that the model takes cannot be made here.
    private(set) var remark: String?

    /// Throws where an option is out of range, or means nothing beside `--preprocess resize`.
    /// - Parameters:
    ///   - contract: what a model says of its crops, where options say nothing.
    ///   - usualExif: what is done about EXIF orientation where no option says so.
    init(_ parsed: ParsedArguments, contract: InputContract? = nil, usualExif: ExifRule = .ignore) throws {
        let given = try ContractOptions(parsed).given
        var crop = FaceAligner.Settings()
        crop.exif = try parsed.choice("--exif") ?? usualExif
        if let size = given.imageSize, contract == nil, size.height != size.width {
            throw UsageError.badValue(
                option: "--image-size", value: "\(size.height)x\(size.width)", expected: "one number here, because crops are square")
        }
        if let size = given.imageSize?.height ?? contract?.height { crop.imageSize = size }
        var way = Preprocess.mtcnn
        switch given.crop ?? contract?.crop {
        case .mtcnn(let margin):
            crop.margin = margin
            if given.margin == nil, case .mtcnn(let stated)? = contract?.crop { crop.margin = stated }
        case .whole: way = .resize
        case .arcface:
            remark =
                "the network takes five-point aligned faces, which cannot be made yet; the crop is MTCNN's box with margin \(crop.margin), not its own"
        case .some(.none), .unknown, nil: break
        }
        preprocess = way
        if given.margin != nil, crop.margin >= crop.imageSize {
            throw UsageError.badValue(
                option: "--mtcnn-margin", value: "\(crop.margin)", expected: "less than the image size, \(crop.imageSize)")
        }
        if preprocess == .resize {
            let option = ["--crop", "--preprocess"].first { parsed.value($0) != nil }
            try parsed.refuse(
                FaceOptions.ofFaces,
                because: "\(option.map { "with \($0) resize" } ?? "the model takes whole pictures, so") no face is looked for")
        }
        // A small network has no room for the usual margin; where pictures are resized whole there is none.
        if crop.margin >= crop.imageSize { crop.margin = 0 }
        if let selection: FaceSelection = try parsed.choice("--selection") { crop.selection = selection }
        self.crop = crop
        var detection = MTCNN.Settings()
        if let size = try parsed.integer("--min-face-size", in: 1...1_000_000) { detection.minFaceSize = size }
        if let factor = try parsed.number("--factor", isPositive: true) {
            guard 0.1...0.99 ~= factor else {
                throw UsageError.badValue(option: "--factor", value: "\(factor)", expected: "a number from 0.1 to 0.99")
            }
            detection.factor = factor
        }
        if let text = parsed.value("--thresholds") {
            let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
            let thresholds = numbers.compactMap(\.self)
            guard numbers.count == 3, thresholds.count == 3, thresholds.allSatisfy({ 0...1 ~= $0 }) else {
                throw UsageError.badValue(option: "--thresholds", value: text, expected: "three numbers from 0 to 1, such as 0.6,0.7,0.7")
            }
            detection.thresholds = thresholds
        }
        self.detection = detection
        weightsFolder = parsed.value("--mtcnn-weights")
        threads = try parsed.integer("--threads", in: 1...1024)
    }

    /// Names of the settings in a table of faces.
    static let settingNames = ["preprocess", "image_size", "mtcnn_margin", "min_face_size", "thresholds", "factor", "selection", "exif"]

    /// The settings as a table of faces has them; the detector's only where one is used.
    var json: JSONObject {
        var object = JSONObject(["preprocess": .string(preprocess.rawValue), "image_size": .integer(Int64(crop.imageSize))])
        // The usual way is not written, as tables of earlier versions do not have it.
        if crop.exif == .follow { object.append("exif", .string(crop.exif.rawValue)) }
        guard preprocess == .mtcnn else { return object }
        object.append("mtcnn_margin", .integer(Int64(crop.margin)))
        object.append("min_face_size", .integer(Int64(detection.minFaceSize)))
        object.append("thresholds", .array(detection.thresholds.map { .number($0) }))
        object.append("factor", .number(detection.factor))
        object.append("selection", .string(crop.selection.rawValue))
        return object
    }

    /// Everything that a crop depends on beside its picture.
    func digest(weights: [SHA256Digest]) -> SHA256Digest {
        var settings = ["crop 1", preprocess.rawValue, "\(crop.imageSize)"]
        if preprocess == .mtcnn {
            settings += ["\(crop.margin)", crop.selection.rawValue, "\(detection.minFaceSize)", "\(detection.factor)"]
            settings += detection.thresholds.map { "\($0)" } + weights.map(\.text)
        }
        if crop.exif == .follow { settings.append("exif follow") }
        return SHA256Digest(of: Array(settings.joined(separator: "\n").utf8))
    }

    /// What turns pictures into crops; loads the detector where one is needed.
    func aligner() throws -> FaceAligner {
        // Each thread takes pictures of its own through the detector.
        let detector = preprocess == .resize ? nil : try MTCNNWeights.detector(folder: weightsFolder, settings: detection, threads: 1)
        return try FaceAligner(detector: detector, settings: crop, threads: threads)
    }
}
