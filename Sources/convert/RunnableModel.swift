import Architectures
import Exporters
import Files
import IR

/// A model that a command is to run, and the files it came from.
struct RunnableModel {
    /// Options by which a file is read and a network recognized.
    static let options: Set<String> = ContractOptions.single.union(["--arch", "--key-map", "--state-dict"])

    var model: Model
    /// What was assumed of the network, and what its user should know, one line each.
    let remarks: [String]
    /// The model's file and those beside it.
    let sources: [MappedFile]

    /// Opens the file at `path`. Throws where it gives no graph, or where its own graph was not understood and another would run in its place.
    init(path: String, architecture: String?, parsed: ParsedArguments) throws {
        let opened = try FormatRegistry.open(path, options: OpenOptions(stateDictPath: parsed.value("--state-dict")))
        let found = try OpenedModel(opened, choice: try ContractOptions.choice(parsed, architecture: architecture))
        guard let model = found.content.model else { throw found.bareReason ?? ExportError.needsNetwork(reason: "these are bare weights") }
        // The file's own graph was not understood; running another in its place takes a word from the user.
        if let reason = found.passedOver, architecture == nil { throw reason }
        self.model = model
        remarks = [model.assumedLine].compactMap(\.self) + found.remarks.map { "note: \($0)" }
        sources = opened.sources
    }

    /// SHA-256 of the model's file; of all files' digests where tensors lie beside it.
    var digest: SHA256Digest {
        let each = sources.map { SHA256Digest(of: $0.bytes) }
        return each.count == 1 ? each[0] : SHA256Digest(of: each.flatMap(\.bytes))
    }
}
