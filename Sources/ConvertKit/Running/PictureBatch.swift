import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertInference
import Verifier

/// Pictures on their way into a network: decoded, resized whole to its size, as planes of pixels from 0 to 255.
public struct PictureBatch {
    /// Height and width that the network takes; nil if it takes any.
    public let size: (height: Int, width: Int)?
    private var resizer = PillowResize()
    /// Paths of the pictures that are in.
    public private(set) var paths: [String] = []
    private var shape: [Int] = []
    private var values: [Float] = []

    /// An empty batch for a network.
    public init(_ model: Model) {
        let declared = model.graph.inputs.first?.type.shape ?? []
        let height = declared.count == 4 ? declared[2].fixed : model.contract.height
        let width = declared.count == 4 ? declared[3].fixed : model.contract.width
        size = height.flatMap { height in width.map { (height, $0) } }
    }

    /// Adds the picture at `path`, resized whole. Throws if it cannot be decoded; the batch is then as it was.
    /// - Returns: the EXIF orientation that was not followed; nil for a picture that is upright as it comes.
    @discardableResult
    package mutating func add(_ path: String, exif: ExifRule, events: EventHandler = { _ in }) throws -> PictureOrientation? {
        try add(try OpenedImage(path: path, exif: exif), path: path, events: events)
    }

    /// The same for a picture that was opened.
    @discardableResult
    mutating func add(_ opened: OpenedImage, path: String, events: EventHandler) throws -> PictureOrientation? {
        var image = try opened.decoded()
        if let words = image.damage { events(.pictureDamaged(path: path, words: words)) }
        if let size, size.width != image.width || size.height != image.height {
            image = try resizer.resize(image, width: size.width, height: size.height)
        }
        add(image, path: path)
        return opened.ignoredOrientation
    }

    /// Adds a picture that has the network's size already.
    package mutating func add(_ image: DecodedImage, path: String) {
        let plane = image.width * image.height
        let start = values.count
        values += repeatElement(0, count: 3 * plane)
        values.withUnsafeMutableBufferPointer { values in
            image.pixels.withUnsafeBufferPointer { pixels in
                for channel in 0..<3 {
                    let first = start + channel * plane
                    for place in 0..<plane { values[first + place] = Float(pixels[3 * place + channel]) }
                }
            }
        }
        shape = [3, image.height, image.width]
        paths.append(path)
    }

    /// The pixels.
    package func pixels() throws -> Batch { try Batch(shape: [paths.count] + shape, values: values) }

    /// Removes all pictures.
    public mutating func removeAll() {
        paths.removeAll()
        values.removeAll(keepingCapacity: true)
    }

    /// Throws if a network of any size is to take several pictures: they seldom have one size.
    func checkCount(_ count: Int) throws {
        if size == nil, count > 1 { throw PictureError.severalForAnySize(count: count) }
    }

    /// The first pictures at `path`, for both networks of a verification: resized whole, or aligned by five points for a network that takes
    /// such faces, if the detector's weights are there. A picture that cannot be read is reported and left out.
    package static func forComparison(
        _ path: String, model: Model, name: String, exif: ExifRule = .follow, threads: Int? = nil, events: EventHandler
    ) throws -> NumericComparison.Images {
        let all = try ImageFiles.list([path])
        let limit = 64
        var batch = PictureBatch(model)
        try batch.checkCount(all.count)
        var failures: [any Error] = []
        var turned: [String] = []
        func fail(_ path: String, _ error: any Error) {
            events(.pictureFailed(path: path, reason: error))
            failures.append(error)
        }
        if let aligner = batch.fivePointAligner(model, name: name, exif: exif, threads: threads, events: events) {
            let paths = Array(all.prefix(limit))
            try aligner.align(
                paths,
                make: { _, aligned in
                    (
                        crop: aligned.crop, isFound: aligned.face != nil, damage: aligned.image.damage,
                        isTurned: aligned.ignoredOrientation != nil
                    )
                },
                use: { index, made in
                    switch made {
                    case .failure(let error): fail(paths[index], error)
                    case .success(let (crop, isFound, damage, isTurned)):
                        if let damage { events(.pictureDamaged(path: paths[index], words: damage)) }
                        if !isFound { events(.noFace(path: paths[index])) }
                        if isTurned { turned.append(paths[index]) }
                        batch.add(crop, path: paths[index])
                    }
                })
        } else {
            for path in all.prefix(limit) {
                do { if try batch.add(path, exif: exif, events: events) != nil { turned.append(path) } } catch { fail(path, error) }
            }
        }
        if !turned.isEmpty { events(.storedTurned(paths: turned, total: min(all.count, limit))) }
        if batch.paths.isEmpty { throw failures.last ?? FacesError.noImages(folder: path) }
        return .init(
            try batch.pixels(), ofPictures: batch.paths, in: path, outOf: all.count, unreadable: failures.count)
    }

    /// What aligns faces for a network that takes them so; nil for any other network, and, with an event, if faces cannot be aligned.
    private func fivePointAligner(
        _ model: Model, name: String, exif: ExifRule, threads: Int?, events: EventHandler
    ) -> FaceAligner? {
        guard model.contract.crop == .arcface, let size else { return nil }
        var choice = FaceChoice()
        (choice.exif, choice.threads) = (exif, threads)
        choice.imageSize = .init(height: size.height, width: size.width)
        do {
            let settings = try FaceSettings(choice, contract: model.contract)
            let aligner = try settings.aligner()
            events(.alignedByFivePoints(model: name, selection: settings.crop.selection))
            return aligner
        } catch {
            events(.picturesAreResizedWhole(model: name, reason: error))
            return nil
        }
    }
}

/// What keeps pictures from a network as a whole.
public enum PictureError: DescribedError, Equatable {
    case severalForAnySize(count: Int)
    /// The output does not hold one part for each image.
    case notOnePerImage(images: Int, shape: [Int])

    /// What is wrong.
    public var problem: String {
        switch self {
        case .severalForAnySize(let count): "the network takes images of any size, and \(count) were given"
        case .notOnePerImage(let images, let shape): "the output has the shape \(shape), which is not one part for each of \(images) images"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .severalForAnySize: "give one image; it is taken in its own size"
        case .notOnePerImage: "run it on an array, and read the whole output"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] {
        switch self {
        case .severalForAnySize: []
        case .notOnePerImage: [.array]
        }
    }
}
