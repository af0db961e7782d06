import ConvertIR
import ConvertInference

/// The multi-task cascaded detector (Zhang et al., arXiv 1604.02878) as facenet-pytorch 2.6.0 runs it: three networks, each of which looks
/// more closely at what the previous one found.
///
/// Coordinates are truncated to whole numbers between the networks, so rounding decides whole pixels: every formula keeps the reference's
/// order of operations in single precision, and the networks run in direct convolution with short partial sums.
package struct MTCNN: Sendable {
    /// What faces are searched for.
    package struct Settings: Sendable, Equatable {
        /// Side of the smallest face, in pixels.
        package var minFaceSize = 20
        /// The lowest probability that each of the three networks has to give.
        package var thresholds: [Double] = [0.6, 0.7, 0.7]
        /// Side of each level of the pyramid relative to the previous one; between 0 and 1.
        package var factor = 0.709

        /// The reference's defaults.
        package init() {}
    }

    let settings: Settings
    let workers: Workers
    private let pnet: ProposalStage
    private let rnet: RefinementStage
    private let onet: RefinementStage

    /// Creates a detector from its three networks. Throws `FacesError.otherNetwork` if a model is a different network.
    /// - Parameter threads: The number of threads; nil for one per core.
    package init(pnet: Model, rnet: Model, onet: Model, settings: Settings = Settings(), threads: Int? = nil) throws {
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

    /// The faces of each picture, the largest first. Pictures of the same size are processed together, and the crops of all go through the
    /// second and third network in one batch.
    ///
    /// Throws if a picture is too large for such small faces, or if the thresholds let too many candidates pass.
    package func detect(_ images: [DecodedImage]) throws -> [[DetectedFace]] {
        let proposals = try pnet.propose(images, settings: settings, workers: workers)
        let refined = try refine(images, proposals)
        return try decide(images, refined)
    }

    /// Approximate memory of the first network for the picture's largest pyramid level, in bytes; the layers before the first pooling
    /// dominate. Throws if the picture is too large for a search for such small faces.
    func bytesNeeded(_ image: OpenedImage) throws(FacesError) -> Int {
        let level = try ImagePyramid(width: image.width, height: image.height, name: image.name, settings: settings).levels.first
        return level.map { $0.width * $0.height * ProposalStage.bytesPerPixel } ?? 0
    }

    /// Second network: the boxes that it accepts, moved and squared.
    private func refine(_ images: [DecodedImage], _ boxes: [[FaceBox]]) throws -> [[FaceBox]] {
        let seen = try rnet.run(images, boxes, threshold: Float(settings.thresholds[1]))
        return workers.map(images.count) { index in
            let found = seen[index]
            let kept = BoxSuppression.byUnion(found.map(\.box), scores: found.map(\.score), threshold: 0.7)
            return kept.map { found[$0].box.regressed(by: found[$0].regression, extra: 1).squared }
        }
    }

    /// Third network: faces with landmarks, which are relative to the box before it is moved.
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
