import ConvertFiles
import ConvertIR
import ConvertJSON

/// A small JSON file that training programs leave next to a checkpoint.
public struct Sidecar: Sendable {
    /// The base name of the file.
    public let name: String
    /// Its contents in one line.
    public let summary: String

    private static let names = ["best_lfw.json", "training_config.json", "history.json"]
    private static let sizeLimit = 16 << 20
    /// Keys under which such a file names its checkpoint.
    private static let checkpointKeys: Set<String> = [
        "checkpoint", "checkpoint_path", "best_checkpoint", "ckpt", "file", "filename", "path", "model_path", "weights",
    ]

    /// The sidecars in the checkpoint's folder that belong to it, each in a line: those that name it, and those that name no file and agree
    /// with what the checkpoint says about itself in at least two entries and disagree in none.
    static func beside(_ path: String, metadata: Metadata) -> [Sidecar] {
        let folder = PathText.folder(path)
        let own = PathText.baseName(path)
        return names.compactMap { name in
            guard let file = try? MappedFile(path: PathText.join(folder, name)), file.bytes.count <= sizeLimit,
                let value = try? JSONParser.parse(
                    file.bytes.array, limits: JSONLimits(allowsLeadingSpace: true, acceptsPythonNumbers: true))
            else { return nil }
            let named = checkpoints(in: value)
            let belongs = named.isEmpty ? agrees(value, metadata) : named.contains(own)
            return belongs ? Sidecar(name: name, summary: summary(value)) : nil
        }
    }

    /// Base names of the checkpoints that a sidecar names.
    private static func checkpoints(in value: JSONValue, depth: Int = 4) -> Set<String> {
        guard depth > 0 else { return [] }
        switch value {
        case .array(let items): return items.reduce(into: []) { $0.formUnion(checkpoints(in: $1, depth: depth - 1)) }
        case .object(let object):
            return object.members.reduce(into: []) { found, member in
                if let text = member.value.string {
                    if checkpointKeys.contains(member.key.lowercased()) { found.insert(PathText.baseName(text)) }
                } else {
                    found.formUnion(checkpoints(in: member.value, depth: depth - 1))
                }
            }
        default: return []
        }
    }

    private static func agrees(_ value: JSONValue, _ metadata: Metadata) -> Bool {
        let shared = (value.object?.members ?? []).compactMap { member in metadata[member.key].map { ($0, member.value) } }
        return shared.count >= 2 && shared.allSatisfy { $0.0 == $0.1 }
    }

    private static func summary(_ value: JSONValue) -> String {
        switch value {
        case .array(let items):
            guard let last = items.last?.object else { return "\(items.count) items" }
            return "\(items.count) items, last: \(summary(.object(last)))"
        case .object(let object):
            let scalars = object.members.compactMap { member -> String? in
                switch member.value {
                case .array, .object: nil
                default: "\(member.key) \(member.value.string ?? member.value.text())"
                }
            }
            let shown = scalars.prefix(6).joined(separator: ", ")
            return object.members.count > 6 ? "\(shown), … (\(object.members.count) entries)" : shown
        default: return value.text()
        }
    }
}
