import ConvertFaces
import ConvertFiles
import ConvertInference

/// Which images an evaluation has, and which of them cannot be used.
enum EvaluationImages {
    /// The images that exist. Throws if some do not and may not be left out.
    static func present(
        _ images: [String], _ request: EvaluationRequest, _ given: GivenCrops?, events: EventHandler
    ) throws -> [String] {
        guard let root = given?.folder ?? request.root else { return images }
        try FolderListing.check(root)
        let paths = images.map { image in
            given.map { given in [given.path(of: image)].first { FileIdentity(path: $0) != nil } } ?? PicturePath.find(image, below: root)
        }
        if given == nil { reportEndings(images, at: paths, events) }
        let missing = zip(images, paths).filter { $1 == nil }.map(\.0)
        guard let first = missing.first else { return images }
        guard request.allowsMissing, missing.count < images.count else {
            throw EvaluationError.missingImages(
                root: root, areCrops: given != nil, first: first, count: missing.count, total: images.count)
        }
        events(.imagesMissing(count: missing.count, first: first))
        let gone = Set(missing.map { ExactText($0) })
        return images.filter { !gone.contains(ExactText($0)) }
    }

    /// Reports pictures that have a different ending than their list gives.
    private static func reportEndings(_ images: [String], at paths: [String?], _ events: EventHandler) {
        let others = zip(images, paths).compactMap { image, path in
            path.flatMap { PathText.ending($0) == PathText.ending(image) ? nil : (image: image, path: $0) }
        }
        guard let first = others.first else { return }
        events(
            .otherEnding(
                count: others.count, total: images.count, found: PathText.ending(first.path), listed: PathText.ending(first.image)))
    }

    /// After one image failed: looks through all of them and reports each that cannot be used; nil if none of these failed.
    static func damage(
        _ images: [String], _ source: CropSource, threads: Int?, error: any Error, events: EventHandler
    ) -> EvaluationError? {
        let failures = Workers(count: threads).map(images.count) { index -> String? in
            do {
                try source.check(images[index])
                return nil
            } catch { return "\(error)" }
        }.compactMap(\.self)
        guard failures.contains("\(error)") else { return nil }
        for failure in failures { events(.imageUnusable(reason: failure)) }
        return EvaluationError.damagedImages(count: failures.count, total: images.count)
    }
}
