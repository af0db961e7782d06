import ConvertFiles
import ConvertJSON
import PthReader

/// The index of a sharded checkpoint as Hugging Face's libraries write it (`model.safetensors.index.json`, `pytorch_model.bin.index.json`):
/// `weight_map` gives the file of every tensor, `metadata.total_size` the size of all of them in bytes.
struct ShardIndex {
    /// Tensor names, each with the base name of the file that holds it, in the index's order.
    let places: [(name: String, shard: String)]
    /// The files, in the order in which the index first names them.
    let shards: [String]
    /// Size of all tensors in bytes as the index states it; nil if it does not.
    let totalSize: Int?
    /// The other numbers and texts in `metadata`.
    let metadata: JSONObject

    /// Longest index that is read, in bytes.
    private static let sizeLimit = 64 << 20
    private static let mostShards = 10_000

    /// Whether the content is such an index.
    static func recognizes(_ bytes: ByteView) -> Bool { (try? parsed(bytes)) != nil }

    /// Reads an index. Throws `ShardError`.
    init(_ file: MappedFile) throws {
        guard let (map, whole) = try? ShardIndex.parsed(file.bytes) else {
            throw ShardError.malformedIndex(file: file.path, detail: "it has no weight_map")
        }
        var places: [(String, String)] = []
        var shards: [String] = []
        var seen: Set<ExactText> = []
        for member in map.members {
            guard let shard = member.value.string else {
                throw ShardError.malformedIndex(file: file.path, detail: "weight_map gives no file for \(member.key)")
            }
            guard ShardIndex.isPlainName(shard) else { throw ShardError.badShardName(file: file.path, shard: shard) }
            places.append((member.key, shard))
            if seen.insert(ExactText(shard)).inserted { shards.append(shard) }
        }
        guard !places.isEmpty else { throw ShardError.malformedIndex(file: file.path, detail: "its weight_map is empty") }
        guard shards.count <= ShardIndex.mostShards else {
            throw ShardError.malformedIndex(
                file: file.path, detail: "it names \(shards.count) files, but at most \(ShardIndex.mostShards) are allowed")
        }
        self.places = places
        self.shards = shards
        var metadata = JSONObject()
        for member in whole["metadata"]?.object?.members ?? [] where member.key != "total_size" {
            switch member.value {
            case .array, .object: continue
            default: metadata.append(member.key, member.value)
            }
        }
        self.metadata = metadata
        totalSize = whole["metadata"]?.object?["total_size"]?.integer
    }

    private static func parsed(_ bytes: ByteView) throws -> (map: JSONObject, whole: JSONObject)? {
        guard bytes.count <= sizeLimit else { return nil }
        let head = try bytes.window(at: 0, count: min(64, bytes.count)).array
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let start = head.starts(with: mark) ? mark.count : 0
        guard head[start...].first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") else { return nil }
        let value = try JSONParser.parse(
            bytes.window(at: start, count: bytes.count - start).array,
            limits: JSONLimits(allowsLeadingSpace: true, acceptsPythonNumbers: true))
        guard let whole = value.object, let map = whole["weight_map"]?.object else { return nil }
        return (map, whole)
    }

    /// Whether the name stays in the index's own folder: an index must not lead elsewhere.
    private static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
    }
}

/// What can be wrong with a sharded checkpoint.
package enum ShardError: DescribedError, Equatable {
    case malformedIndex(file: String, detail: String)
    case badShardName(file: String, shard: String)
    case missingShard(file: String, shard: String)
    case unreadableShard(file: String, shard: String)
    case missingTensor(file: String, name: String, shard: String, foundIn: String?)
    case unlistedTensor(file: String, name: String, shard: String)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .malformedIndex(let file, let detail): "\(file): the index of shards is malformed: \(detail)"
        case .badShardName(let file, let shard): "\(file): the shard \(shard) is not a plain file name"
        case .missingShard(let file, let shard): "\(file): the shard \(shard) is not in the same folder"
        case .unreadableShard(let file, let shard):
            "\(file): the shard \(shard) is neither safetensors nor a PyTorch checkpoint with tensors"
        case .missingTensor(let file, let name, let shard, let foundIn):
            "\(file): \(name) is not in the shard \(shard)" + (foundIn.map { " but in \($0)" } ?? "")
        case .unlistedTensor(let file, let name, let shard):
            "\(file): the shard \(shard) holds \(name), which weight_map does not assign to it"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .missingShard: "put all shards in the index's folder"
        case .badShardName: "put all shards next to the index and use their plain names in weight_map"
        default: "the index and the shards do not belong together: get them again from one source"
        }
    }
}
