import Inference

/// Pictures to crops of one size: decoded, the face found and cut out, or the whole picture resized.
public struct FaceAligner: Sendable {
    /// How crops are made.
    public struct Settings: Sendable, Equatable {
        /// Side of the crop, in pixels.
        public var imageSize = 112
        /// Pixels of the finished crop that lie around the face's box, both sides together.
        public var margin = 16
        /// Which of several faces is taken.
        public var selection = FaceSelection.largest

        /// The reference project's way.
        public init() {}
    }

    /// A crop, and what was found.
    public struct Aligned: Sendable {
        /// imageSize × imageSize pixels.
        public let crop: DecodedImage
        /// The face that was cut out; nil where none was found, or where none was looked for: then the whole picture was resized.
        public let face: DetectedFace?
        /// Every face that was found.
        public let faces: [DetectedFace]
        /// What was cut out of the picture; nil for the whole of it.
        public let cut: PixelBox?
        /// The picture itself.
        public let image: DecodedImage
    }

    /// How crops are made.
    public let settings: Settings
    private let detector: MTCNN?
    private let workers: Workers

    /// - Parameter detector: nil for resizing whole pictures.
    public init(detector: MTCNN?, settings: Settings = Settings(), threads: Int? = nil) throws(FacesError) {
        guard 1...4096 ~= settings.imageSize, 0..<settings.imageSize ~= settings.margin else { throw .badSettings }
        self.settings = settings
        self.detector = detector
        workers = Workers(count: threads)
    }

    /// Pictures that are decoded and looked at together: enough for all cores and for full batches, few enough for little memory.
    public static let atOnce = 32
    /// Pixels of pictures that are in memory at once, as far as the ones before them tell; a larger picture is alone.
    private static let pixelsAtOnce = 16_000_000

    /// A crop for each path, or why there is none; one bad file does not end the rest. `each` is called in order as crops are made.
    public func align(_ paths: [String], each: (_ index: Int, _ result: Result<Aligned, any Error>) throws -> Void) throws {
        try align(count: paths.count, decode: { index in try DecodedImage(path: paths[index]) }, each: each)
    }

    /// The same for pictures that `decode` gives, on any thread.
    public func align(
        count: Int, decode: @escaping @Sendable (Int) throws -> DecodedImage,
        each: (_ index: Int, _ result: Result<Aligned, any Error>) throws -> Void
    ) throws {
        var first = 0
        // Two pictures tell how large the next ones may be.
        var step = 2
        while first < count {
            let start = first
            let images = workers.map(min(step, count - first)) { place in
                Result { try decode(start + place) }
            }
            var next = 0
            while next < images.count {
                // A stretch of pictures whose pixels fit together.
                var (end, pixels) = (next, 0)
                while end < images.count, end == next || pixels < FaceAligner.pixelsAtOnce {
                    if case .success(let image) = images[end] { pixels += image.width * image.height }
                    end += 1
                }
                for (offset, result) in align(Array(images[next..<end])).enumerated() { try each(start + next + offset, result) }
                next = end
            }
            first += images.count
            let largest = images.compactMap { try? $0.get() }.map { $0.width * $0.height }.max() ?? 1
            step = max(1, min(FaceAligner.atOnce, FaceAligner.pixelsAtOnce / largest))
        }
    }

    private func align(_ images: [Result<DecodedImage, any Error>]) -> [Result<Aligned, any Error>] {
        let decoded = images.compactMap { try? $0.get() }
        let found = faces(in: decoded)
        let (settings, decodedCount) = (settings, decoded.count)
        let crops: [Result<Aligned, any Error>] = workers.map(decodedCount) { index in
            Result { try FaceAligner.cut(decoded[index], try found[index].get(), settings) }
        }
        var next = 0
        return images.map { image in
            if case .failure(let error) = image { return .failure(error) }
            next += 1
            return crops[next - 1]
        }
    }

    /// Together where that works; else each alone, so that an impossible picture does not spoil the others.
    private func faces(in images: [DecodedImage]) -> [Result<[DetectedFace], any Error>] {
        guard let detector else { return images.map { _ in .success([]) } }
        if let all = try? detector.detect(images) { return all.map { .success($0) } }
        return images.map { image in Result { try detector.detect([image]).first ?? [] } }
    }

    private static func cut(_ image: DecodedImage, _ faces: [DetectedFace], _ settings: Settings) throws -> Aligned {
        let face = settings.selection.choose(faces, width: image.width, height: image.height)
        let box = face.flatMap {
            FaceCrop.box($0.box, imageSize: settings.imageSize, margin: settings.margin, width: image.width, height: image.height)
        }
        let crop = try image.resized(width: settings.imageSize, height: settings.imageSize, box: box)
        return Aligned(crop: crop, face: box == nil ? nil : face, faces: faces, cut: box, image: image)
    }
}
