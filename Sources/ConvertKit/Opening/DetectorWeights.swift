import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertInference
import Exporters

/// Where MTCNN's three networks are, and how they are loaded: with this project's own reader.
public enum DetectorWeights {
    /// File stems and the architectures that they have to hold.
    private static let networks = [("pnet", "mtcnn_pnet"), ("rnet", "mtcnn_rnet"), ("onet", "mtcnn_onet")]
    /// Endings, in the order in which they are looked for.
    private static let endings = ["pt", "pth", "onnx", "safetensors", "h5", "flat"]

    /// Folders that are searched if none is named: `CONVERT_DATA/mtcnn`; else `mtcnn` in the user's data folder, where `make setup` puts them,
    /// in what the installed program brought along, and in the machine's.
    public static var searchPath: [String] {
        if let data = EnvironmentVariable.path("CONVERT_DATA") { return [data + "/mtcnn"] }
        let base = EnvironmentVariable.path("XDG_DATA_HOME") ?? EnvironmentVariable.path("HOME").map { $0 + "/.local/share" }
        let folders = [base.map { $0 + "/convert/mtcnn" }, PackageFolder.path.map { $0 + "/mtcnn" }, "/usr/local/share/convert/mtcnn"]
        return folders.compactMap(\.self)
    }

    /// The three files. Throws if one is missing.
    public static func paths(folder: String?) throws -> [String] {
        let folders = folder.map { [$0] } ?? searchPath
        for folder in folders {
            let found = networks.compactMap { stem, _ in
                endings.map { "\(folder)/\(stem).\($0)" }.first { FileIdentity(path: $0) != nil }
            }
            if found.count == networks.count { return found }
        }
        throw DetectorWeightsError.missing(folders: folders)
    }

    /// A detector.
    package static func detector(folder: String?, settings: MTCNN.Settings, threads: Int?) throws -> MTCNN {
        var models: [Model] = []
        for (path, (stem, architecture)) in zip(try paths(folder: folder), networks) {
            // By keys and shapes, so that a different network in its place is called by its own name.
            let found = try ModelSource(path).load().content.model
            guard let model = found, [architecture, "custom"].contains(model.architecture.name) else {
                throw DetectorWeightsError.otherNetwork(path: path, wanted: stem, found: found?.architecture.name)
            }
            models.append(model)
        }
        do {
            return try MTCNN(pnet: models[0], rnet: models[1], onet: models[2], settings: settings, threads: threads)
        } catch let error as InferenceError {
            throw DetectorWeightsError.cannotRun(folder: PathText.folder(try paths(folder: folder)[0]), reason: error)
        }
    }
}

/// What keeps the detector from being loaded.
public enum DetectorWeightsError: DescribedError, Equatable {
    /// The three files are in none of the folders.
    case missing(folders: [String])
    /// A file holds something else than its name says.
    case otherNetwork(path: String, wanted: String, found: String?)
    /// The executor refuses one of them.
    case cannotRun(folder: String, reason: InferenceError)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .otherNetwork(let path, let wanted, let found):
            "\(path): is not MTCNN's \(wanted)" + (found.map { " but \($0)" } ?? "")
        case .cannotRun(let folder, let reason): "MTCNN's weights in \(folder): \(reason.problem)"
        case .missing(let folders): "MTCNN's weights (pnet.pt, rnet.pt, onet.pt) are not in \(folders.joined(separator: " or "))"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .otherNetwork, .cannotRun: "install them again, or name a folder with pnet.pt, rnet.pt and onet.pt"
        case .missing: "install a package of this program, which brings them, run make setup in its sources, or name their folder"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] { [.detectorWeights] }
}
