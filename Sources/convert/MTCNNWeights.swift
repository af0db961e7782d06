import Exporters
import Faces
import Files
import Glibc
import IR

/// Where MTCNN's three networks lie, and how they are loaded: with this project's own reader.
enum MTCNNWeights {
    /// File stems and the architectures that they have to hold.
    private static let networks = [("pnet", "mtcnn_pnet"), ("rnet", "mtcnn_rnet"), ("onet", "mtcnn_onet")]
    /// Endings, in the order in which they are looked for.
    private static let endings = ["pt", "pth", "onnx", "safetensors", "h5", "flat"]

    /// Folders that are looked in where none is named: `CONVERT_DATA/mtcnn`, else `mtcnn` in the user's data folder, where `make setup` puts them.
    static var searchPath: [String] {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }
        if let data = variable("CONVERT_DATA") { return [data + "/mtcnn"] }
        let base = variable("XDG_DATA_HOME") ?? variable("HOME").map { $0 + "/.local/share" }
        return (base.map { [$0 + "/convert/mtcnn"] } ?? []) + ["/usr/local/share/convert/mtcnn"]
    }

    /// The three files. Throws where one is missing.
    static func paths(folder: String?) throws -> [String] {
        let folders = folder.map { [$0] } ?? searchPath
        for folder in folders {
            let found = networks.compactMap { stem, _ in
                endings.map { "\(folder)/\(stem).\($0)" }.first { FileIdentity(path: $0) != nil }
            }
            if found.count == networks.count { return found }
        }
        throw MTCNNWeightsError.missing(folders: folders)
    }

    /// A detector.
    static func detector(folder: String?, settings: MTCNN.Settings, threads: Int?) throws -> MTCNN {
        var models: [Model] = []
        for (path, (_, architecture)) in zip(try paths(folder: folder), networks) {
            let opened = try OpenedModel(try FormatRegistry.open(path), choice: .init(architecture: architecture))
            guard let model = opened.content.model else { throw opened.bareReason ?? MTCNNWeightsError.missing(folders: [path]) }
            models.append(model)
        }
        return try MTCNN(pnet: models[0], rnet: models[1], onet: models[2], settings: settings, threads: threads)
    }
}

/// What keeps the detector from being loaded.
enum MTCNNWeightsError: DescribedError, Equatable {
    case missing(folders: [String])

    var problem: String {
        switch self {
        case .missing(let folders): "MTCNN's weights (pnet.pt, rnet.pt, onet.pt) are not in \(folders.joined(separator: " or "))"
        }
    }

    var remedy: String {
        switch self {
        case .missing: "run make setup, which fetches them, or name their folder with --mtcnn-weights"
        }
    }
}
