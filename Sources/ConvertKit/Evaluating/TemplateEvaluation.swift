import ConvertFaces
import ConvertFiles
import ConvertInference
import Verifier

/// A model evaluated on the templates of IJB-B or IJB-C: every picture is aligned by the five points of the set's list, embedded together with
/// its mirror image, and added to its template, so that memory does not grow with the number of pictures.
public struct TemplateEvaluation: Sendable {
    private let (usesMirrorImages, threads): (Bool, Int?)
    private let lists: IJBLists
    private let embedder: Embedder
    private let template: FivePointTemplate
    private let pictures: String

    /// Opens the model and the lists. Throws an error of either, and `FacesError.noTemplate` for crops of a size without a template.
    public init(_ request: TemplateRequest, events: EventHandler = { _ in }) throws {
        (usesMirrorImages, threads) = (request.usesMirrorImages, request.threads)
        lists = try IJBLists(folder: request.folder)
        let loaded = try request.model.load()
        loaded.report(to: events)
        embedder = try Embedder(loaded, mirror: request.usesMirrorImages ? .add : .none, isAligned: true, options: request.executor)
        let size = embedder.imageSize
        guard let template = FivePointTemplate(width: size.width, height: size.height) else {
            throw FacesError.noTemplate(width: size.width, height: size.height)
        }
        self.template = template
        let loose = PathText.join(request.folder, "loose_crop")
        pictures = FileIdentity(path: loose) == nil ? request.folder : loose
    }

    /// Pictures that a thread takes at once.
    private static let atOnce = 16

    /// Runs it. Throws the first picture's error: a set that is not whole has no figure.
    public func run(events: EventHandler = { _ in }) throws -> TemplateResult {
        var sums = try TemplateTable.Sums(lists, width: embedder.width, file: embedder.name)
        var oddities: [Oddity: [String]] = [:]
        let (count, atOnce) = (lists.pictures.count, TemplateEvaluation.atOnce)
        try Workers(count: threads).inOrder(
            (count + atOnce - 1) / atOnce,
            make: { group in Result { try vectors(group * atOnce..<min((group + 1) * atOnce, count)) } },
            use: { group, made in
                for (offset, made) in try made.get().enumerated() {
                    let picture = lists.pictures[group * atOnce + offset].name
                    sums.add(made.vector, of: group * atOnce + offset)
                    if let words = made.damage { events(.pictureDamaged(path: PathText.join(pictures, picture), words: words)) }
                    for oddity in made.oddities { oddities[oddity, default: []].append(picture) }
                }
                events(.progress(done: min((group + 1) * atOnce, count), total: count, unit: .pictures))
            })
        let table = try sums.table()
        let rates = AcceptRates(try TemplatePairScores(table, pairs: lists.pairs, threads: threads))
        var notes: [EvaluationProvenance.Note] = [
            .init("model", embedder.name), .init("model_sha256", embedder.fileDigest.text),
            .init("mirror_images", usesMirrorImages ? "added" : "not used"),
        ]
        for oddity in Oddity.allCases {
            guard let names = oddities[oddity], let first = names.first else { continue }
            notes.append(.init(oddity.rawValue, "\(NumberText.grouped(names.count)) of \(NumberText.grouped(count)), first \(first)"))
        }
        return TemplateResult(report: IJBReport(lists, width: table.width, rates: rates, notes: notes))
    }

    /// What speaks against a figure, though the picture could be used.
    private enum Oddity: String, CaseIterable {
        /// The decoder repaired it.
        case damaged = "damaged_pictures"
        /// Its points are those of a face in a mirror: left and right are exchanged.
        case mirrored = "mirrored_points"
        /// Nothing of it is in its crop: its points lie elsewhere.
        case outside = "points_outside"
    }

    /// A picture's vector, and what is odd about it.
    private struct Made {
        let vector: [Double]
        let damage: String?
        let oddities: [Oddity]
    }

    /// The network's outputs for some pictures, each added to that for its mirror image.
    private func vectors(_ range: Range<Int>) throws -> [Made] {
        let crops = try range.map { try crop(lists.pictures[$0]) }
        let width = embedder.width
        return zip(crops, try embedder.outputs(crops.map(\.pixels))).map { crop, values in
            let vector = (0..<width).map { place in
                let own = Double(values[values.startIndex + place])
                return usesMirrorImages ? own + Double(values[values.startIndex + width + place]) : own
            }
            return Made(vector: vector, damage: crop.damage, oddities: crop.oddities)
        }
    }

    /// The picture as it enters the network. Turned as its EXIF orientation says, as OpenCV's `imread` does in the field's code.
    private func crop(_ picture: IJBLists.Picture) throws -> (pixels: [UInt8], damage: String?, oddities: [Oddity]) {
        let points = (0..<5).map { SIMD2(picture.points[2 * $0], picture.points[2 * $0 + 1]) }
        guard let transform = SimilarityTransform(from: points, to: template.points) else {
            throw IJBError.badPoints(picture: picture.name)
        }
        let image = try OpenedImage(path: PathText.join(pictures, picture.name), exif: .follow).decoded()
        let pixels = try AffineWarp.warp(image, by: transform.matrix, width: template.width, height: template.height).pixels
        // In a picture, whose rows go down, the mouth is to the right of the way from the left eye to the right one.
        let (eyes, mouth) = (points[1] - points[0], (points[3] + points[4]) / 2 - points[0])
        var oddities: [Oddity] = image.damage == nil ? [] : [.damaged]
        if eyes.x * mouth.y - eyes.y * mouth.x < 0 { oddities.append(.mirrored) }
        if !pixels.contains(where: { $0 != 0 }) { oddities.append(.outside) }
        return (pixels, image.damage, oddities)
    }
}

/// What an evaluation on templates needs.
public struct TemplateRequest: Sendable {
    /// The network.
    public var model: ModelSource
    /// The set's folder, with `meta` and `loose_crop`.
    public var folder: String
    /// Whether the vector of each picture's mirror image is added, as the field does.
    public var usesMirrorImages = true
    /// Whether sums are kept as accurate as they can be.
    public var isExact = false
    /// Threads; nil for one per core.
    public var threads: Int?

    /// A model and a set, in the field's way.
    public init(_ model: ModelSource, folder: String) { (self.model, self.folder) = (model, folder) }

    /// Each thread runs the network for its own pictures.
    var executor: FastExecutor.Options {
        var options = FastExecutor.Options()
        options.isExact = isExact
        options.threads = 1
        return options
    }
}
