import ConvertFiles
import ConvertJSON
import ConvertKit

/// An alignment for people and as JSON.
enum AlignmentText {
    /// Names of pictures that are listed before the rest is only counted.
    private static let listed = 20

    static func lines(_ result: Alignment.Result, _ alignment: Alignment) -> [String] {
        let tree = alignment.request.tree
        let size = alignment.settings.imageSize
        let done = result.doneCount
        let crops = tree.writesCrops ? "\(NumberText.grouped(done)) crop\(done == 1 ? "" : "s") of \(size), " : ""
        var lines = ["\(tree.folder): \(crops)faces.csv, faces.json"]
        if alignment.settings.preprocess.looksForFaces {
            let missed = result.withoutFace
            lines.append("faces found in \(NumberText.grouped(done - missed.count)) of \(NumberText.grouped(done)) pictures")
            if !missed.isEmpty { lines.append("no face, whole picture resized: \(missed.count)") }
            lines += missed.prefix(listed).map { "  \($0)" }
            if missed.count > listed { lines.append("  and \(missed.count - listed) more (detected is 0 in faces.csv)") }
        }
        let failed = result.failures.map(\.path)
        if !failed.isEmpty {
            lines.append("not aligned: \(failed.count)")
            lines += failed.prefix(listed).map { "  \($0)" }
            if failed.count > listed { lines.append("  and \(failed.count - listed) more") }
        }
        return lines
    }

    static func document(_ result: Alignment.Result, _ alignment: Alignment) -> JSONObject {
        let tree = alignment.request.tree
        var root = JSONObject([
            "format_version": .integer(1), "folder": .string(tree.folder), "settings": .object(alignment.settings.json),
            "pictures": .integer(Int64(result.pictures.count)), "crops": .integer(tree.writesCrops ? Int64(result.doneCount) : 0),
        ])
        if alignment.settings.preprocess.looksForFaces {
            root.append("detected", .integer(Int64(result.doneCount - result.withoutFace.count)))
        }
        root.append("without_face", .array(result.withoutFace.map { .string($0) }))
        root.append("stored_turned", .array(result.storedTurned.map { .string($0) }))
        root.append("failed", ResultJSON.failures(result.failures.map { (path: $0.path, reason: ErrorText.line($0.reason)) }))
        return root
    }
}
