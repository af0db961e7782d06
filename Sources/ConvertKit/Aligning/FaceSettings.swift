import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertJSON

/// What is done to a picture before it is a crop.
public enum Preprocess: String, CaseIterable, Sendable {
    /// A face is looked for and cut out; without one the whole picture is resized.
    case mtcnn
    /// A face is looked for, and its five points are moved onto insightface's template; without one the whole picture is resized.
    case arcface
    /// The whole picture is resized.
    case resize

    /// Whether a face is looked for.
    package var looksForFaces: Bool { self != .resize }
}

/// What a user decided of how pictures become crops; what is nil, the model says, or what is usual.
public struct FaceChoice: Sendable {
    /// Height and width of the crop.
    public var imageSize: GivenFacts.ImageSize?
    /// How a photograph is cut.
    public var crop: InputContract.Crop?
    /// Pixels of the crop around MTCNN's box, both sides together.
    public var margin: Int?
    /// Whether EXIF orientation is followed.
    public var exif: ExifRule?
    /// Which of several faces is taken.
    public var selection: FaceSelection?
    /// Side of the smallest face that is looked for, in pixels.
    public var leastFace: Int?
    /// The least probability in each of the three networks.
    public var thresholds: [Double]?
    /// Side of each level of the pyramid over the one before.
    public var factor: Double?
    /// The folder with the detector's weights.
    public var weightsFolder: String?
    /// Threads; nil for one per core.
    public var threads: Int?

    /// Nothing is decided.
    public init() {}

    /// Decisions that mean something only if faces are looked for.
    public var ofFaces: [Decision] {
        [
            margin.map { _ in .margin }, leastFace.map { .leastFace($0) }, thresholds.map { _ in .thresholds },
            factor.map { _ in .pyramid },
            selection.map { _ in .selection }, weightsFolder.map { _ in .detectorWeights },
        ].compactMap(\.self)
    }
}

/// How pictures become crops: what was decided, the model's own way, and what is usual, in this order.
public struct FaceSettings: Sendable {
    /// What is done to a picture.
    public let preprocess: Preprocess
    /// How faces are found.
    package let detection: MTCNN.Settings
    /// How they are cut out.
    package var crop: FaceAligner.Settings
    /// The folder with the detector's weights; nil to search the usual ones.
    public let weightsFolder: String?
    /// Threads; nil for one per core.
    public let threads: Int?

    /// Height and width of the crop.
    package var imageSize: GivenFacts.ImageSize {
        get { .init(height: crop.height, width: crop.width) }
        set { (crop.height, crop.width) = (newValue.height, newValue.width) }
    }

    /// Which of several faces is taken if nobody says it: for a crop of MTCNN's box the reference project's choice, for five points the face
    /// in the middle, as the field's sets have been aligned.
    private static func usualSelection(_ preprocess: Preprocess) -> FaceSelection { preprocess == .arcface ? .center : .largest }

    /// Throws `FaceSettingsError` for a margin that does not fit, and for decisions about faces if none is looked for.
    /// - Parameters:
    ///   - choice: what was decided.
    ///   - contract: what a model says of its crops; nil if there is no model.
    ///   - usualExif: what is done about EXIF orientation if nothing is decided.
    public init(_ choice: FaceChoice, contract: InputContract? = nil, usualExif: ExifRule = .ignore) throws(FaceSettingsError) {
        var crop = FaceAligner.Settings()
        crop.exif = choice.exif ?? usualExif
        crop.height = choice.imageSize?.height ?? contract?.height ?? crop.height
        crop.width = choice.imageSize?.width ?? contract?.width ?? crop.width
        var preprocess = Preprocess.mtcnn
        var margin = FaceSettings.usualMargin
        switch choice.crop ?? contract?.crop {
        case .mtcnn(let given):
            margin = given
            if choice.margin == nil, case .mtcnn(let stated)? = contract?.crop { margin = stated }
        case .whole: preprocess = .resize
        case .arcface: preprocess = .arcface
        case .some(.none), .unknown, nil: break
        }
        let side = min(crop.height, crop.width)
        if choice.margin != nil, margin >= side {
            throw .marginTooLarge(margin: margin, imageSize: .init(height: crop.height, width: crop.width))
        }
        if preprocess == .resize, let decision = choice.ofFaces.first {
            throw .noFaceIsLookedFor(decision, isDecided: choice.crop != nil)
        }
        // A small network has no room for the usual margin; pictures that are resized whole have none.
        crop.cut = preprocess == .arcface ? .fivePoints : .box(margin: margin >= side ? 0 : margin)
        crop.selection = choice.selection ?? FaceSettings.usualSelection(preprocess)
        var detection = MTCNN.Settings()
        if let size = choice.leastFace { detection.minFaceSize = size }
        if let factor = choice.factor { detection.factor = factor }
        if let thresholds = choice.thresholds { detection.thresholds = thresholds }
        self.preprocess = preprocess
        self.crop = crop
        self.detection = detection
        weightsFolder = choice.weightsFolder
        threads = choice.threads
    }

    /// The margin of a crop of MTCNN's box if nobody gives a different one.
    package static let usualMargin = 16
    /// What a table of faces calls the template and the way in which pictures are warped onto it.
    private static let warp = [("template", "insightface"), ("warp", AffineWarp.version)]

    /// Names of the settings in a table of faces.
    static let names =
        ["preprocess", "image_size", "mtcnn_margin"] + warp.map(\.0) + ["min_face_size", "thresholds", "factor", "selection", "exif"]

    /// The settings as a table of faces has them; the detector's only if one is used.
    package var json: JSONObject {
        var object = JSONObject(["preprocess": .string(preprocess.rawValue), "image_size": imageSize.json])
        // The usual way is not written, as tables of earlier versions do not have it.
        if crop.exif == .follow { object.append("exif", .string(crop.exif.rawValue)) }
        guard preprocess.looksForFaces else { return object }
        if let margin = crop.margin {
            object.append("mtcnn_margin", .integer(Int64(margin)))
        } else {
            for (name, value) in FaceSettings.warp { object.append(name, .string(value)) }
        }
        object.append("min_face_size", .integer(Int64(detection.minFaceSize)))
        object.append("thresholds", .array(detection.thresholds.map { .number($0) }))
        object.append("factor", .number(detection.factor))
        object.append("selection", .string(crop.selection.rawValue))
        return object
    }

    /// Everything that a crop depends on besides its picture.
    func digest(weights: [SHA256Digest]) -> SHA256Digest {
        var settings = ["crop 2", preprocess.rawValue, crop.height == crop.width ? "\(crop.height)" : "\(imageSize)"]
        if preprocess.looksForFaces {
            settings += crop.margin.map { ["\($0)"] } ?? FaceSettings.warp.map(\.1)
            settings += [crop.selection.rawValue, "\(detection.minFaceSize)", "\(detection.factor)"]
            settings += detection.thresholds.map { "\($0)" } + weights.map(\.text)
        }
        if crop.exif == .follow { settings.append("exif follow") }
        return SHA256Digest(of: Array(settings.joined(separator: "\n").utf8))
    }

    /// Throws if faces are to be aligned by five points but there is no template for the crop's size.
    func checkTemplate() throws(FacesError) {
        guard preprocess == .arcface, FivePointTemplate(width: crop.width, height: crop.height) == nil else { return }
        throw .noTemplate(width: crop.width, height: crop.height)
    }

    /// What turns pictures into crops; loads the detector if one is needed.
    package func aligner() throws -> FaceAligner {
        // Each thread takes pictures of its own through the detector.
        let detector =
            !preprocess.looksForFaces ? nil : try DetectorWeights.detector(folder: weightsFolder, settings: detection, threads: 1)
        return try FaceAligner(detector: detector, settings: crop, threads: threads)
    }
}

/// What does not fit in how crops are to be made.
public enum FaceSettingsError: DescribedError, Equatable {
    case marginTooLarge(margin: Int, imageSize: GivenFacts.ImageSize)
    /// - isDecided: whether the user said that pictures are resized whole; otherwise the model does.
    case noFaceIsLookedFor(Decision, isDecided: Bool)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .marginTooLarge(let margin, let imageSize):
            "a margin of \(margin) pixels leaves nothing of a crop of \(imageSize)"
        case .noFaceIsLookedFor(let decision, let isDecided):
            "\(decision.words) has no effect here: "
                + (isDecided
                    ? "pictures are resized whole, so no face is looked for" : "the model takes whole pictures, so no face is looked for")
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .marginTooLarge(_, let imageSize): "give less than \(min(imageSize.height, imageSize.width))"
        case .noFaceIsLookedFor: "leave it out"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] {
        switch self {
        case .marginTooLarge: [.margin]
        case .noFaceIsLookedFor(let decision, _): [decision]
        }
    }
}
