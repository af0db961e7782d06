import ConvertFaces
import ConvertFiles
import Verifier

/// What happens during long work, for whoever wants to show it. The library prints nothing itself.
///
/// Handlers are called on the thread that called the library, in order.
public enum Event: Sendable {
    // MARK: Exports

    /// The output is being written under a temporary name.
    case writing(path: String)
    /// The output is being read back from disk.
    case readingBack(path: String)
    /// Both networks run on seeded images.
    case runningNetworks

    // MARK: Any work on many pictures

    /// So many of the pictures are done.
    case progress(done: Int, total: Int, unit: Unit)
    /// So many of the pictures were done by a run that was stopped.
    case resumed(done: Int, total: Int)
    /// A decoder repaired a picture; what it says of it.
    case pictureDamaged(path: String, words: String)
    /// A picture could not be used.
    case pictureFailed(path: String, reason: any Error)
    /// No face was found in a picture, and all of it is resized.
    case noFace(path: String)
    /// Pictures whose EXIF orientation says that they are stored turned, and was not followed.
    case storedTurned(paths: [String], total: Int)

    // MARK: Networks

    /// What was assumed of a network, in one line.
    case assumed(model: String, text: String)
    /// What a user should know of a network.
    case modelRemark(model: String, text: String)
    /// Faces are aligned by five points, as the network takes them; nobody decided it.
    case alignedByFivePoints(model: String, selection: FaceSelection)
    /// The network takes five-point aligned faces, and gets whole pictures, and why.
    case picturesAreResizedWhole(model: String, reason: any Error)
    /// An array holds whole numbers, which are taken as finished input.
    case wholeNumbers(path: String, element: String, contract: String)
    /// An array in double precision was rounded to single precision.
    case roundedToSingle(path: String)
    /// The time of each step of a network, for so many images at once.
    case stepTimes([StepTime], images: Int)
    /// Images per second, the time that packing took, and the loops that ran.
    case rate(imagesPerSecond: Double, packing: Duration, kernels: String)
    /// Milliseconds of one picture in the network.
    case networkTime(milliseconds: Double, pictures: Int)
    /// Rows of a run that are not collected.
    case rows(OutputTable)

    // MARK: Evaluations

    /// One of several models could not be evaluated.
    case modelFailed(path: String, reason: any Error)
    /// What the protocol decides besides how scores are judged.
    case protocolFollowed(ProtocolChoices)
    /// Something about finished crops.
    case givenCrops(folder: String, GivenCrops.Remark)
    /// The second model's faces are cut in a different way; both get the crops of the first.
    case differentCrops(second: String, first: String)
    /// The network takes MTCNN's box with this margin, and a set's faces are aligned by five points.
    case setIsAligned(model: String, margin: Int)
    /// Pictures that were found under a different ending than their list gives.
    case otherEnding(count: Int, total: Int, found: String, listed: String)
    /// Images that do not exist and are left out with their pairs.
    case imagesMissing(count: Int, first: String)
    /// The pictures are not those that the reference project's figures belong to.
    case otherEdition(LFWEdition, isJudged: Bool)
    /// Nothing of this run is cached.
    case notCached(reason: any Error)
    /// A file of the cache is in use by a different run.
    case cacheInUse(path: String)
    /// What was wrong with a file of the cache.
    case cacheComplaint(path: String, text: String)
    /// What earlier runs left in the cache.
    case cached(crops: Int, embeddings: Int)
    /// Nothing further of this run is cached.
    case cachingEnded(reason: any Error)
    /// Cached entries that were damaged and made again.
    case cacheRepaired(count: Int)
    /// Whether the same evaluation would continue from here if it were stopped.
    case resumable(Bool)
    /// An image was left out.
    case imageLeftOut(name: String, reason: any Error)
    /// One of the images that keep an evaluation from running.
    case imageUnusable(reason: String)

    /// What is counted.
    public enum Unit: String, Sendable {
        case images
        case pictures
        case files
        case blocks
    }

    /// One step of a network, and how long it took.
    public struct StepTime: Sendable {
        /// The layer.
        public let name: String
        /// How it is computed, such as `winograd`.
        public let method: String
        /// The time that it took.
        public let seconds: Double
    }
}

/// Receives events.
public typealias EventHandler = (Event) -> Void
