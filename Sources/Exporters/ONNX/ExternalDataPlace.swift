import ConvertFiles
import Glibc

/// Where an ONNX file's external data may be (onnx docs/ExternalData.md: a path relative to the model's folder).
///
/// Plain files in the model's folder or below it are read. A link on the way is followed if what it leads to is
///
/// - in the model's folder or below it,
/// - in the folder of the file that the model's own path leads to, or below it: in a download cache both are links into one folder
///   (`snapshots/r/model.onnx → ../../blobs/X`, `snapshots/r/model.onnx.data → ../../blobs/Y`), or
/// - in the `blobs` folder of the download cache in whose `snapshots` folder the model is, if only the data is a link.
///
/// Everything else is refused, since a model must not be a way to the user's other files: a path with `..`, an absolute one, a link to
/// elsewhere, a file that has a second name (a hard link cannot be distinguished from the file that it was made of), and names with a NUL or a
/// backslash, which other readers cut off or take for a separator.
struct ExternalDataPlace {
    /// The path to open.
    let path: String

    /// - Parameters:
    ///   - location: as the model gives it.
    ///   - model: path of the ONNX file.
    ///   - refuse: makes the error of a detail, which goes on after "tensor w lies in "location", ".
    init(_ location: String, model: String, refuse: (String) -> ONNXError) throws {
        // Between bytes: a slash with a combining mark after it is one character, and the system still goes by it.
        let slash = UInt8(ascii: "/")
        let parts = location.utf8.split(separator: slash, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        guard !location.isEmpty, location.utf8.first != slash else { throw refuse("which is not a relative path") }
        guard !parts.contains(".."), !parts.contains("") else { throw refuse("which leaves its folder") }
        guard !location.utf8.contains(0), !location.utf8.contains(UInt8(ascii: "\\")) else {
            throw refuse("which holds a NUL or a backslash")
        }
        var place = PathText.folder(model)
        var isLinked = false
        for part in parts {
            place = PathText.join(place, part)
            var status = stat()
            guard lstat(PathText.system(place), &status) == 0 else { throw refuse("which is not there") }
            isLinked = isLinked || status.st_mode & S_IFMT == S_IFLNK
        }
        if isLinked {
            guard let real = PathText.resolved(place) else { throw refuse("which is a link that leads nowhere") }
            guard ExternalDataPlace.folders(of: model).contains(where: { PathText.below($0, real) != nil }) else {
                throw refuse("which is a link that leads out of its folder")
            }
            place = real
        }
        var status = stat()
        guard stat(PathText.system(place), &status) == 0 else { throw refuse("which is not there") }
        if status.st_mode & S_IFMT == S_IFREG, status.st_nlink > 1 {
            throw refuse("which is one of \(status.st_nlink) names of its file (a hard link), so that it may be a file of another folder")
        }
        path = place
    }

    /// Folders that a link may lead into.
    private static func folders(of model: String) -> [String] {
        var folders = [PathText.resolved(PathText.folder(model)), PathText.resolved(model).map(PathText.folder)].compactMap(\.self)
        if let own = folders.first {
            let parts = PathText.components(own)
            if let snapshots = parts.lastIndex(of: "snapshots"), snapshots + 1 < parts.count {
                folders.append("/" + (parts[..<snapshots] + ["blobs"]).joined(separator: "/"))
            }
        }
        // A model that is in the root would make every place one of its own.
        return folders.filter { $0 != "/" }
    }
}
