import Faces
import Files
import Inference

/// Which images an evaluation has, and which of them cannot be used.
extension EvaluateCommand {
    /// The images that are there. Throws where some are not and may not be left out.
    static func present(
        _ images: [String], _ request: EvaluateRequest, _ given: GivenCrops?, isQuiet: Bool
    ) throws -> [String] {
        guard let root = given?.folder ?? request.root else { return images }
        let option = given == nil ? "--lfw-root" : "--crops"
        try FolderListing.check(root)
        let paths = images.map { image in
            given.map { given in [given.path(of: image)].first { FileIdentity(path: $0) != nil } } ?? PicturePath.find(image, below: root)
        }
        if given == nil, !isQuiet, let remark = remark(images, at: paths) { Terminal.error("convert: note: \(remark)") }
        let missing = zip(images, paths).filter { $1 == nil }.map(\.0)
        guard let first = missing.first else { return images }
        guard request.allowsMissing, missing.count < images.count else {
            throw EvaluateError.missingImages(root: root, option: option, first: first, count: missing.count, total: images.count)
        }
        if !isQuiet {
            Terminal.error("convert: \(missing.count) images are not there, \(first) first; their pairs are left out")
        }
        let gone = Set(missing.map { ExactText($0) })
        return images.filter { !gone.contains(ExactText($0)) }
    }

    /// What to say of pictures that lie under another ending than their list gives.
    private static func remark(_ images: [String], at paths: [String?]) -> String? {
        let others = zip(images, paths).compactMap { image, path in
            path.flatMap { PathText.ending($0) == PathText.ending(image) ? nil : (image: image, path: $0) }
        }
        guard let first = others.first else { return nil }
        return "\(others.count) of \(images.count) pictures are there as .\(PathText.ending(first.path)) where the pairs say "
            + ".\(PathText.ending(first.image)); they are taken"
    }

    /// After one image failed: looks through all of them and tells each that cannot be used; nil where it is none of these that failed.
    static func tellDamage(_ images: [String], _ source: CropSource, threads: Int?, error: any Error) -> EvaluateError? {
        let failures = Workers(count: threads).map(images.count) { index -> String? in
            do {
                try source.check(images[index])
                return nil
            } catch { return "\(error)" }
        }.compactMap(\.self)
        guard failures.contains("\(error)") else { return nil }
        for failure in failures { Terminal.error("convert: \(failure)") }
        return EvaluateError.damagedImages(count: failures.count, total: images.count)
    }
}
