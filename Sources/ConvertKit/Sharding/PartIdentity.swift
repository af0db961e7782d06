import ConvertFiles
import ConvertJSON

/// Everything that a part's bytes depend on besides its range: parts of one identity can be merged.
struct PartIdentity: Sendable, Equatable {
    /// What is done: `align`, `run`, `evaluate`, `inspect --safety` or `score`.
    let work: String
    /// SHA-256 of the list that is divided.
    let manifest: String
    /// SHA-256 of each model's file.
    let models: [String]
    /// Everything that was decided, in order.
    let settings: JSONObject
    /// Name and version of the program.
    let tool: String

    init(work: String, manifest: SHA256Digest, models: [SHA256Digest] = [], settings: JSONObject) {
        (self.work, self.manifest, self.models, self.settings) = (work, manifest.text, models.map(\.text), settings)
        tool = "convert \(ProgramVersion.text)"
    }

    /// A folder as a setting, if results hold paths below it: `faces/` is the same as `faces`.
    static func folder(_ path: String) -> JSONValue {
        let short = path.utf8.last == UInt8(ascii: "/") ? String(path.dropLast()) : path
        return .string(!short.isEmpty && PathText.join(short, "") == path ? short : path)
    }

    /// The same work of the same list with other models and settings.
    init(_ other: PartIdentity, models: [SHA256Digest], settings: JSONObject) {
        (work, manifest, self.models, self.settings) = (other.work, other.manifest, models.map(\.text), settings)
        tool = "convert \(ProgramVersion.text)"
    }

    /// Nil if members are missing.
    init?(_ json: JSONObject) {
        guard let work = json["work"]?.string, let manifest = json["manifest_sha256"]?.string, let tool = json["tool"]?.string,
            let models = json["model_sha256"]?.array?.compactMap(\.string), let settings = json["settings"]?.object
        else { return nil }
        (self.work, self.manifest, self.models, self.settings, self.tool) = (work, manifest, models, settings, tool)
    }

    /// The members that a part's description begins with.
    var json: JSONObject {
        JSONObject([
            "work": .string(work), "tool": .string(tool), "manifest_sha256": .string(manifest),
            "model_sha256": .array(models.map { .string($0) }), "settings": .object(settings),
        ])
    }

    /// Of the identity of one part of a list.
    func digest(_ shard: Shard) -> SHA256Digest {
        SHA256Digest(of: Array("\(JSONValue.object(json).text())\n\(shard.text)".utf8))
    }

    /// What differs, first of all; nil if nothing does.
    func difference(from other: PartIdentity) -> (what: String, own: String, other: String)? {
        for (what, own, other) in [
            ("kind of work", work, other.work), ("program", tool, other.tool), ("manifest", manifest, other.manifest),
            ("model", models.joined(separator: " "), other.models.joined(separator: " ")),
        ] where own != other { return (what, own, other) }
        return PartIdentity.difference("setting", settings, other.settings)
    }

    /// The first member that differs, by the path to it.
    private static func difference(
        _ name: String, _ own: JSONObject, _ other: JSONObject
    ) -> (what: String, own: String, other: String)? {
        for key in own.members.map(\.key) + other.members.map(\.key) where own[key] != other[key] {
            if let one = own[key]?.object, let two = other[key]?.object, let inner = difference("\(name) \(key)", one, two) { return inner }
            func text(_ value: JSONValue?) -> String { value.map { $0.string ?? $0.text() } ?? "not given" }
            return ("\(name) \(key)", text(own[key]), text(other[key]))
        }
        return nil
    }
}
