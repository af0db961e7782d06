import Files
import JSON

/// A small JSON file that training programs leave beside a checkpoint.
struct Sidecar {
    let name: String
    let summary: String

    private static let names = ["best_lfw.json", "training_config.json", "history.json"]
    private static let sizeLimit = 16 << 20

    /// The sidecars in the checkpoint's folder, each in a line.
    static func beside(_ path: String) -> [Sidecar] {
        let folder = PathText.folder(path)
        return names.compactMap { name in
            guard let file = try? MappedFile(path: PathText.join(folder, name)) else { return nil }
            guard file.bytes.count <= sizeLimit,
                let value = try? JSONParser.parse(
                    file.bytes.array, limits: JSONLimits(allowsLeadingSpace: true, acceptsPythonNumbers: true))
            else {
                return Sidecar(name: name, summary: "is no readable JSON (\(NumberText.bytes(file.bytes.count)))")
            }
            return Sidecar(name: name, summary: summary(value))
        }
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
