import IR
import Inference

/// The multi-task cascaded detector (Zhang et al., arXiv 1604.02878) as facenet-pytorch 2.6.0 runs it: three networks, each looking closer
/// at what the one before it found.
///
/// Its coordinates are cut to whole numbers between the networks, so that rounding decides whole pixels: every formula keeps the reference's
/// order of operations in single precision, and the networks run in direct convolution with short partial sums.
public struct MTCNN: Sendable {
    /// How faces are looked for.
    public struct Settings: Sendable, Equatable {
        /// Side of the smallest face, in pixels.
        public var minFaceSize = 20
        /// Least probability that each network has to give.
        public var thresholds: [Double] = [0.6, 0.7, 0.7]
        /// Side of each level of the pyramid over that of the level before it.
        public var factor = 0.709

        /// The reference's defaults.
        public init() {}
    }

    let settings: Settings
    let workers: Workers
    private let pnet: ProposalStage
    private let rnet: RefinementStage
    private let onet: RefinementStage

    /// A detector over three models, which have to be those networks: throws `FacesError.otherNetwork` for another.
    /// - Parameter threads: nil for one a core.
    public init(pnet: Model, rnet: Model, onet: Model, settings: Settings = Settings(), threads: Int? = nil) throws {
        guard settings.thresholds.count == 3, settings.thresholds.allSatisfy({ 0...1 ~= $0 }), settings.minFaceSize >= 1,
            settings.factor > 0, settings.factor < 1
        else { throw FacesError.badSettings }
        self.settings = settings
        workers = Workers(count: threads)
        self.pnet = try ProposalStage(pnet, threads: threads)
        self.rnet = try RefinementStage(rnet, side: 24, outputs: ["regression": 4, "probability": 2], name: "rnet", threads: threads)
        self.onet = try RefinementStage(
            onet, side: 48, outputs: ["regression": 4, "landmarks": 10, "probability": 2], name: "onet", threads: threads)
    }

    /// The faces of each picture, the largest first. Pictures of one size are looked at together, and the crops of all go through the second
    /// and third network in one batch.
    ///
    /// Throws where a picture is too large for such small faces, or where thresholds let too much pass.
    public func detect(_ images: [DecodedImage]) throws -> [[DetectedFace]] {
        let proposals = try pnet.propose(images, settings: settings, workers: workers)
        let refined = try refine(images, proposals)
        return try decide(images, refined)
    }

    /// Bytes that the first network takes for a picture's largest level, roughly: of its layers those before the first pooling are largest.
    /// Throws where the picture is too large to look for such small faces in.
    func bytesNeeded(_ image: OpenedImage) throws(FacesError) -> Int {
        let level = try ImagePyramid(width: image.width, height: image.height, name: image.name, settings: settings).levels.first
        return level.map { $0.width * $0.height * ProposalStage.bytesPerPixel } ?? 0
    }

    /// Second network: what it believes in, moved and squared.
    private func refine(_ images: [DecodedImage], _ boxes: [[FaceBox]]) throws -> [[FaceBox]] {
        let seen = try rnet.run(images, boxes, threshold: Float(settings.thresholds[1]))
        return workers.map(images.count) { index in
            let found = seen[index]
            let kept = BoxSuppression.byUnion(found.map(\.box), scores: found.map(\.score), threshold: 0.7)
            return kept.map { found[$0].box.regressed(by: found[$0].regression, extra: 1).squared }
        }
    }

    /// Third network: faces with landmarks, which belong to the box before it is moved.
    private func decide(_ images: [DecodedImage], _ boxes: [[FaceBox]]) throws -> [[DetectedFace]] {
        let seen = try onet.run(images, boxes, threshold: Float(settings.thresholds[2]))
        return workers.map(images.count) { index in
            let faces = seen[index].map { found in
                let (width, height) = (found.box.x2 - found.box.x1 + 1, found.box.y2 - found.box.y1 + 1)
                let landmarks = (0..<5).map { point in
                    SIMD2(
                        width * found.landmarks[point] + found.box.x1 - 1, height * found.landmarks[point + 5] + found.box.y1 - 1)
                }
                return DetectedFace(
                    box: found.box.regressed(by: found.regression, extra: 1), probability: found.score, landmarks: landmarks)
            }
            let kept = BoxSuppression.bySmaller(faces.map(\.box), scores: faces.map(\.probability), threshold: 0.7)
            return FaceSelection.falling(kept.map { faces[$0] }) { Double($0.box.area) }
        }
    }
}
