import ConvertFiles
import PthReader

/// Recognizes what a folder holds when it was given in place of a file.
enum FolderContents {
    /// Extensions of files that hold weights.
    private static let endings: Set<String> = ["pth", "pt", "ckpt", "bin", "safetensors", "onnx", "h5", "hdf5", "flat"]

    /// The error that names the content, with the file to give instead.
    static func refusal(_ path: String) -> any Error {
        guard let names = try? FolderListing.names(in: path) else { return FileError.directory(path: path) }
        if names.contains(DistributedCheckpoint.metadataName),
            names.contains(where: { PathText.ending($0).lowercased() == DistributedCheckpoint.ending })
        {
            return DistributedCheckpoint.refusal(ofFolder: path)
        }
        let indexes = names.filter { $0.hasSuffix(".index.json") }
        if !indexes.isEmpty { return FolderError.holds(path: path, what: "a checkpoint in several files", files: indexes) }
        if names.contains("data.pkl"), names.contains("data") { return FolderError.unpackedArchive(path: path) }
        if names.contains("saved_model.pb") { return FolderError.foreign(path: path, what: "a TensorFlow SavedModel") }
        let files = names.filter { endings.contains(PathText.ending($0).lowercased()) }
        if !files.isEmpty {
            return FolderError.holds(path: path, what: files.count == 1 ? "a model" : "\(files.count) models", files: files)
        }
        return FileError.directory(path: path)
    }
}

/// A folder was given in place of a file.
package enum FolderError: DescribedError, Equatable {
    case holds(path: String, what: String, files: [String])
    case unpackedArchive(path: String)
    case foreign(path: String, what: String)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .holds(let path, let what, _): "\(path): a folder that holds \(what)"
        case .unpackedArchive(let path): "\(path): a folder with the unpacked entries of a torch archive"
        case .foreign(let path, let what): "\(path): this is \(what), which cannot be read"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .holds(let path, _, let files):
            "give the file: \(files.prefix(3).map { PathText.join(path, $0) }.joined(separator: ", "))"
                + (files.count > 3 ? ", or another of these \(files.count)" : "")
        case .unpackedArchive(let path):
            "pack it again without compression: zip -0 -r \(PathText.baseName(path)).pth \(PathText.baseName(path))"
        case .foreign: "export it to ONNX first"
        }
    }
}
