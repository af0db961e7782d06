import ConvertFiles
import ConvertInference

/// Turns pictures into crops of one size: decodes them, finds the face and cuts it out, or resizes the whole picture.
package struct FaceAligner: Sendable {
    /// How a face becomes a crop.
    package enum Cut: Sendable, Equatable {
        /// Its box is resized, with `margin` pixels of the finished crop around it, both sides together.
        case box(margin: Int)
        /// Its five points are moved onto the template by a similarity transform.
        case fivePoints
    }

    /// How crops are made.
    package struct Settings: Sendable, Equatable {
        /// Width of the crop, in pixels.
        package var width = 112
        /// Height of the crop.
        package var height = 112
        /// How the face is cut out.
        package var cut = Cut.box(margin: 16)
        /// Which of several faces is chosen.
        package var selection = FaceSelection.largest
        /// Whether pictures are turned upright first.
        package var exif = ExifRule.ignore

        /// The reference project's settings.
        package init() {}

        /// Pixels of the finished crop around the face's box, both sides together; nil if it is not the box that is cut out.
        package var margin: Int? { if case .box(let margin) = cut { margin } else { nil } }
    }

    /// A crop, and what was found.
    package struct Aligned: Sendable {
        /// The crop.
        package let crop: DecodedImage
        /// The face that was cut out; nil if none was found or looked for, or if nothing can be cut out (its five points coincide, for
        /// example); the whole picture was then resized.
        package let face: DetectedFace?
        /// Every face that was found.
        package let faces: [DetectedFace]
        /// The part of the picture that was cut out; nil if it was the whole picture, or if the face was aligned by its
        /// five points.
        package let cut: PixelBox?
        /// Where the picture's points are in the crop; nil unless the face was aligned by its five points.
        package let transform: AffineMatrix?
        /// The picture itself.
        package let image: DecodedImage
        /// The EXIF orientation that the file states and that was ignored; nil if the picture is upright as stored.
        package let ignoredOrientation: PictureOrientation?
    }

    /// How crops are made.
    package let settings: Settings
    private let template: FivePointTemplate?
    private let detector: MTCNN?
    private let workers: Workers
    private let gate = MemoryGate(limit: FaceAligner.memoryLimit)

    /// - Parameters:
    /// - detector: The face detector; nil to resize whole pictures. Threads share it, each for its own pictures, so it needs only one
    /// thread.
    /// - threads: The number of threads; nil for one per core.
    package init(detector: MTCNN?, settings: Settings = Settings(), threads: Int? = nil) throws(FacesError) {
        guard 1...4096 ~= settings.width, 1...4096 ~= settings.height else { throw .badSettings }
        switch settings.cut {
        case .box(let margin):
            guard 0..<min(settings.width, settings.height) ~= margin else { throw .badSettings }
            template = nil
        case .fivePoints:
            template = FivePointTemplate(width: settings.width, height: settings.height)
            if template == nil { throw .noTemplate(width: settings.width, height: settings.height) }
        }
        self.settings = settings
        self.detector = detector
        workers = Workers(count: threads)
    }

    /// Pictures that one thread processes together: enough for full batches, few enough to need little memory.
    package static let atOnce = 16
    /// Bytes that decoded pictures and intermediate results may take on all threads together; a picture that needs more is processed alone.
    private static let memoryLimit = min(160 << 20, MemoryBudget.bytes / 4)

    /// Makes crops on all threads. Each is passed to `make` on the thread that made it, and the result to `use` on the calling thread, in
    /// the pictures' order. One bad file does not stop the others.
    package func align<Made: Sendable>(
        _ paths: [String], make: @escaping @Sendable (_ index: Int, _ aligned: Aligned) throws -> Made,
        use: (_ index: Int, _ made: Result<Made, any Error>) throws -> Void
    ) throws {
        let exif = settings.exif
        try align(count: paths.count, open: { try OpenedImage(path: paths[$0], exif: exif) }, make: make, use: use)
    }

    /// The same for pictures that `open` returns, on any thread.
    package func align<Made: Sendable>(
        count: Int, open: @escaping @Sendable (Int) throws -> OpenedImage,
        make: @escaping @Sendable (_ index: Int, _ aligned: Aligned) throws -> Made,
        use: (_ index: Int, _ made: Result<Made, any Error>) throws -> Void
    ) throws {
        // A small number of pictures is divided evenly.
        let size = min(FaceAligner.atOnce, max(1, (count + workers.count - 1) / workers.count))
        try workers.inOrder(
            (count + size - 1) / size,
            make: { group in
                let range = group * size..<min((group + 1) * size, count)
                return alignHere(range.count, open: { try open(range.lowerBound + $0) }) { try make(range.lowerBound + $0, $1) }
            },
            use: { group, made in
                for (offset, result) in made.enumerated() { try use(group * size + offset, result) }
            })
    }

    /// Makes crops of a few pictures on the calling thread; several threads may do so at once. Whatever `open`, decoding, detection or
    /// `make` throws becomes the result of that picture alone.
    package func alignHere<Made>(
        _ count: Int, open: (Int) throws -> OpenedImage, make: (_ index: Int, _ aligned: Aligned) throws -> Made
    ) -> [Result<Made, any Error>] {
        // What cannot be processed is refused before it is decoded.
        let opened = (0..<count).map { index in
            Result { () throws -> (image: OpenedImage, bytes: Int) in
                let image = try open(index)
                return (image, try bytesNeeded(image))
            }
        }
        var made: [Result<Made, any Error>] = []
        var next = 0
        while next < count {
            // As many pictures as fit into this thread's share together.
            var (end, bytes) = (next, 0)
            while end < count {
                let more = (try? opened[end].get().bytes) ?? 0
                if end > next, bytes + more > FaceAligner.memoryLimit / (2 * workers.count) { break }
                bytes += more
                end += 1
            }
            gate.holding(bytes) {
                var cutter = PillowResize()
                let images = opened[next..<end].map { image in Result { try image.get().image.decoded() } }
                var found = faces(in: images.compactMap { try? $0.get() })[...]
                for (offset, image) in images.enumerated() {
                    let index = next + offset
                    made.append(
                        Result {
                            let image = try image.get()
                            let ignored = (try? opened[index].get().image.ignoredOrientation) ?? nil
                            return try make(index, try cut(image, ignored, try found.removeFirst().get(), with: &cutter))
                        })
                }
            }
            next = end
        }
        return made
    }

    /// Bytes that a picture takes, both decoded and in the first network. Throws if it is too large for a search for such small faces.
    package func bytesNeeded(_ image: OpenedImage) throws(FacesError) -> Int {
        image.decodedByteCount + (try detector?.bytesNeeded(image) ?? 0)
    }

    /// Detects in all pictures together; if that fails, in each alone, so that one impossible picture does not spoil the others.
    private func faces(in images: [DecodedImage]) -> [Result<[DetectedFace], any Error>] {
        guard let detector else { return images.map { _ in .success([]) } }
        if let all = try? detector.detect(images) { return all.map { .success($0) } }
        return images.map { image in Result { try detector.detect([image]).first ?? [] } }
    }

    private func cut(
        _ image: DecodedImage, _ ignored: PictureOrientation?, _ faces: [DetectedFace], with resizer: inout PillowResize
    ) throws -> Aligned {
        let face = settings.selection.choose(faces, width: image.width, height: image.height)
        func aligned(_ crop: DecodedImage, _ face: DetectedFace?, cut: PixelBox? = nil, transform: AffineMatrix? = nil) -> Aligned {
            Aligned(
                crop: crop, face: face, faces: faces, cut: cut, transform: transform, image: image, ignoredOrientation: ignored)
        }
        let (width, height) = (settings.width, settings.height)
        switch settings.cut {
        case .fivePoints:
            if let face, let template, let transform = SimilarityTransform(from: face.points, to: template.points)?.matrix {
                return aligned(
                    try AffineWarp.warp(image, by: transform, width: width, height: height), face, transform: transform)
            }
        case .box(let margin):
            let box = face.flatMap {
                FaceCrop.box($0.box, width: width, height: height, margin: margin, imageWidth: image.width, imageHeight: image.height)
            }
            if let box { return aligned(try resizer.resize(image, box: box, width: width, height: height), face, cut: box) }
        }
        return aligned(try resizer.resize(image, width: width, height: height), nil)
    }
}
