import ConvertIR
import ConvertInference

/// The first network over all levels of the pyramid: finds boxes that may contain a face.
struct ProposalStage: Sendable {
    /// The network's stride, in pixels of a level.
    private static let stride: Float = 2
    private static let window: Float = 12
    /// The most windows of one level that may pass: the time to compare them grows with their square.
    private static let candidateLimit = 20_000

    /// Bytes that the layers up to the first pooling take per pixel of a level: 8 channels in, 16 out, 16 at a quarter of the pixels.
    static let bytesPerPixel = 112

    private let executor: FastExecutor

    init(_ model: Model, threads: Int?) throws {
        executor = try MTCNN.executor(model, threads: threads, imagesAtOnce: 1)
        try MTCNN.check(model, outputs: ["regression": 4, "probability": 2], name: "pnet")
    }

    private struct Candidate {
        let box: FaceBox
        let score: Float
        let regression: SIMD4<Float>
    }

    /// Squares for the second network to examine, for each picture.
    func propose(_ images: [DecodedImage], settings: MTCNN.Settings, workers: Workers) throws -> [[FaceBox]] {
        var candidates = [[Candidate]](repeating: [], count: images.count)
        for group in ProposalStage.sameSize(images) {
            let pyramid = try ImagePyramid(images[group[0]], settings: settings)
            for level in pyramid.levels {
                for (place, list) in zip(group, try look(at: group.map { images[$0] }, level, settings, workers)) {
                    candidates[place] += list
                }
            }
        }
        let all = candidates
        return workers.map(images.count) { index in
            let list = all[index]
            let kept = BoxSuppression.byUnion(list.map(\.box), scores: list.map(\.score), threshold: 0.7)
            return kept.map { list[$0].box.regressed(by: list[$0].regression, extra: 0).squared }
        }
    }

    /// The windows that pass in one level of pictures of the same size.
    private func look(
        at images: [DecodedImage], _ level: ImagePyramid.Level, _ settings: MTCNN.Settings, _ workers: Workers
    ) throws -> [[Candidate]] {
        let outputs = try executor.run(images: images.count, height: level.height, width: level.width) { place, target in
            let image = images[place]
            AreaResize.fill(target, from: image, box: PixelBox(left: 0, top: 0, right: image.width, bottom: image.height))
        }
        guard let regression = outputs.first(where: { $0.name == "regression" })?.batch,
            let probability = outputs.first(where: { $0.name == "probability" })?.batch
        else { return images.map { _ in [] } }
        let found = workers.map(images.count) { place in
            ProposalStage.candidates(
                regression, probability, image: place, scale: Float(level.scale), threshold: Float(settings.thresholds[0]))
        }
        return try zip(images, found).map { image, list in
            guard let list else { throw FacesError.tooManyCandidates(name: image.name) }
            return list
        }
    }

    /// Indices of the pictures, grouped by size.
    private static func sameSize(_ images: [DecodedImage]) -> [[Int]] {
        var groups: [[Int]] = []
        var places: [[Int]: Int] = [:]
        for (index, image) in images.enumerated() {
            let size = [image.width, image.height]
            if let place = places[size] {
                groups[place].append(index)
            } else {
                places[size] = groups.count
                groups.append([index])
            }
        }
        return groups
    }

    /// Windows of one level that pass, after suppression among themselves. Nil if there are too many.
    private static func candidates(
        _ regression: Batch, _ probability: Batch, image: Int, scale: Float, threshold: Float
    ) -> [Candidate]? {
        let (height, width) = (probability.shape[2], probability.shape[3])
        let plane = height * width
        let faces = (image * 2 + 1) * plane
        let shifts = image * 4 * plane
        var list: [Candidate] = []
        for y in 0..<height {
            for x in 0..<width {
                let place = y * width + x
                let score = probability.values[faces + place]
                guard score >= threshold else { continue }
                guard list.count < candidateLimit else { return nil }
                let (left, top) = (Float(x) * stride, Float(y) * stride)
                let box = FaceBox(
                    x1: ((left + 1) / scale).rounded(.down), y1: ((top + 1) / scale).rounded(.down),
                    x2: ((left + window) / scale).rounded(.down), y2: ((top + window) / scale).rounded(.down))
                let shift = SIMD4(
                    regression.values[shifts + place], regression.values[shifts + plane + place],
                    regression.values[shifts + 2 * plane + place], regression.values[shifts + 3 * plane + place])
                list.append(Candidate(box: box, score: score, regression: shift))
            }
        }
        return BoxSuppression.byUnion(list.map(\.box), scores: list.map(\.score), threshold: 0.5).map { list[$0] }
    }
}
