import ConvertFiles
import ConvertJSON
import Glibc

/// A folder of parts: for each, its data and a description with digests, and while it is being made a folder of what is done of it.
///
/// It may be shared over a network. No file is locked or written to after it has its name, and none is replaced: names are given by links,
/// which fail if the name is there.
struct PartFolder: Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    /// `part-000003-of-000016`.
    static func stem(_ shard: Shard) -> String { "part-\(digits(shard.index))-of-\(digits(shard.count))" }

    private static func digits(_ number: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, 6 - text.count)) + text
    }

    func data(_ shard: Shard) -> String { PathText.join(path, PartFolder.stem(shard) + ".data") }
    func description(_ shard: Shard) -> String { PathText.join(path, PartFolder.stem(shard) + ".json") }
    /// What is done of a part so far, in a folder whose name says of what it is made.
    func progress(_ shard: Shard, _ identity: PartIdentity) -> String {
        PathText.join(path, "\(PartFolder.stem(shard)).\(identity.digest(shard).text.prefix(16)).progress")
    }

    /// Folders of parts begun, whatever they were made of.
    func begun(_ shard: Shard) throws -> [String] {
        try FolderListing.names(in: path).filter { $0.hasPrefix(PartFolder.stem(shard) + ".") && $0.hasSuffix(".progress") }
            .map { PathText.join(path, $0) }
    }

    /// All parts that have a description.
    func finished() throws -> [Shard] { try FolderListing.names(in: path).filter { $0.hasSuffix(".json") }.compactMap(PartFolder.shard) }

    /// All parts that were begun, whatever they were made of.
    func begun() throws -> [Shard] { try FolderListing.names(in: path).filter { $0.hasSuffix(".progress") }.compactMap(PartFolder.shard) }

    /// The part that a file or folder belongs to, by its name; nil if it is none of a part's.
    private static func shard(_ name: String) -> Shard? {
        guard name.hasPrefix("part-"), let stem = name.dropFirst(5).split(separator: ".").first else { return nil }
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "of", let index = Int(parts[0]), let count = Int(parts[2]) else { return nil }
        return Shard(index, of: count)
    }

    /// Removes a folder of files.
    static func remove(_ folder: String) {
        for name in (try? FolderListing.names(in: folder)) ?? [] { unlink(PathText.system(PathText.join(folder, name))) }
        rmdir(PathText.system(folder))
    }
}

/// What a finished part's description says.
struct PartDescription: Sendable {
    let identity: PartIdentity
    let shard: Shard
    /// Items of the whole list, and those of this part.
    let items: Int
    let range: Range<Int>
    let done: Int
    let failed: Int
    /// Items in which a face was looked for and not found.
    let missed: Int
    let dataSize: Int
    let dataDigest: String

    /// - Parameter data: bytes and SHA-256 of the part's data.
    init(
        _ identity: PartIdentity, _ shard: Shard, items: Int, counts: (done: Int, failed: Int, missed: Int),
        data: (size: Int, digest: SHA256Digest)
    ) {
        (self.identity, self.shard, self.items, range) = (identity, shard, items, shard.range(of: items))
        (done, failed, missed) = counts
        (dataSize, dataDigest) = (data.size, data.digest.text)
    }

    /// Reads a description; nil if there is none. Throws `ShardError.damagedPart`.
    init?(_ folder: PartFolder, _ shard: Shard) throws {
        let path = folder.description(shard)
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch FileError.missing { return nil }
        guard let json = (try? JSONParser.parse(file.bytes.array))?.object, let identity = PartIdentity(json),
            let index = json["shard"]?.integer, let count = json["of"]?.integer, Shard(index, of: count) == shard,
            let items = json["items"]?.integer, items >= 0, let first = json["first"]?.integer, let length = json["count"]?.integer,
            first == shard.range(of: items).lowerBound, length == shard.range(of: items).count,
            let done = json["done"]?.integer, let failed = json["failed"]?.integer, let missed = json["without_face"]?.integer,
            let size = json["data_bytes"]?.integer, let digest = json["data_sha256"]?.string
        else { throw ShardError.damagedPart(path: path, reason: "is not the description of a part") }
        (self.identity, self.shard, self.items, range) = (identity, shard, items, shard.range(of: items))
        (self.done, self.failed, self.missed, dataSize, dataDigest) = (done, failed, missed, size, digest)
    }

    var json: JSONObject {
        var json = JSONObject(["format_version": .integer(1)])
        for member in identity.json.members { json.append(member.key, member.value) }
        for (name, number) in [
            ("shard", shard.index), ("of", shard.count), ("items", items), ("first", range.lowerBound), ("count", range.count),
            ("done", done), ("failed", failed), ("without_face", missed), ("data_bytes", dataSize),
        ] { json.append(name, .integer(Int64(number))) }
        json.append("data_sha256", .string(dataDigest))
        return json
    }

    /// Throws `ShardError.differs` if the part was not made of and with what `identity` says.
    func check(_ identity: PartIdentity, at path: String) throws(ShardError) {
        guard let (what, there, here) = self.identity.difference(from: identity) else { return }
        throw .differs(path: path, what: what, there: there, here: here)
    }

    /// Whether the data that are there are those that the description was written for.
    func fits(_ folder: PartFolder) -> Bool { (try? data(in: folder)) != nil }

    /// The part's data. Throws if they are not there or not those that the description was written for.
    func data(in folder: PartFolder) throws -> ByteView {
        let file = try MappedFile(path: folder.data(shard))
        guard file.bytes.count == dataSize, SHA256Digest(of: file.bytes).text == dataDigest else {
            throw ShardError.damagedPart(path: file.path, reason: "is not the file that its description was written for")
        }
        return file.bytes
    }
}

extension PartFolder {
    /// Removes a file, if it is there.
    static func removeFile(_ path: String) { unlink(PathText.system(path)) }
}

/// What is done so far of work whose result is not divided: a folder next to the result that is removed when that is there.
struct Unfinished: Sendable {
    private let folder: String
    private let front: String
    /// The folder of the records.
    let path: String

    private static let ending = ".progress"

    /// - Parameters:
    ///   - folder: where the result is.
    ///   - name: what the result is called there.
    ///   - identity: everything that the result depends on.
    ///   - paths: the files that are worked on; if one of them changes, the work is a different one.
    init(in folder: String, name: String, _ identity: PartIdentity, paths: [String]) {
        self.folder = folder
        front = ".convert.\(name)."
        let files = paths.map { "\($0)\n\(FileIdentity(path: $0)?.stamp ?? "")" }.joined(separator: "\n")
        let digest = SHA256Digest(of: Array("\(JSONValue.object(identity.json).text())\n\(files)".utf8))
        path = PathText.join(folder, "\(front)\(digest.text.prefix(16))\(Unfinished.ending)")
    }

    /// Whether the same work was begun.
    var isBegun: Bool { FolderListing.isFolder(path) }

    /// Leaves a sign that it was.
    func begin() throws { try OutputFolder.create(path) }

    /// Removes what was kept of any work with the same result.
    func remove() {
        for name in (try? FolderListing.names(in: folder)) ?? [] where name.hasPrefix(front) && name.hasSuffix(Unfinished.ending) {
            PartFolder.remove(PathText.join(folder, name))
        }
    }
}
