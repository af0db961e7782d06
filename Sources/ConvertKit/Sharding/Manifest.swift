import ConvertFaces
import ConvertFiles

/// A list of files with their sizes and digests, in the order of their paths' bytes: what work in parts is divided by.
///
/// A file of lines of comma-separated `path,size,sha256`, with these words as its first line. Paths are below the folder that was listed.
public struct Manifest: Sendable {
    /// A file of the list.
    struct Entry: Sendable {
        let path: String
        let size: Int
        let digest: String

        /// Opens the file. Throws `ShardError.changed` if it is not the one that was listed, also if it is empty now, and `FileError.empty`
        /// if it was empty then.
        func open(at path: String, manifest: String) throws -> MappedFile {
            let file: MappedFile
            do { file = try MappedFile(path: path) } catch FileError.empty where size != 0 {
                throw ShardError.changed(path: path, manifest: manifest)
            }
            guard file.bytes.count == size, SHA256Digest(of: file.bytes).text == digest else {
                throw ShardError.changed(path: path, manifest: manifest)
            }
            return file
        }
    }

    /// Where it is.
    public let path: String
    /// SHA-256 of the manifest itself.
    public let digest: SHA256Digest
    private let file: MappedFile
    /// Where each line begins, of those entries that are looked at.
    private var starts: [Int]

    static let header = "path,size,sha256"

    /// How many entries it has.
    public var count: Int { starts.count }

    /// Throws `ShardError.notManifest` for a line that cannot be read, or paths that are not in order.
    /// - Parameter arePictures: whether only entries count that an alignment of the folder would take.
    init(path: String, arePictures: Bool) throws {
        (self.path, file) = (path, try MappedFile(path: path))
        digest = SHA256Digest(of: file.bytes)
        starts = []
        var (start, line) = (0, 0)
        var last: String?
        while let end = Manifest.end(ofLine: start, in: file.bytes) {
            line += 1
            if line == 1 {
                guard Manifest.text(start..<end, of: file.bytes) == Manifest.header else {
                    throw ShardError.notManifest(path: path, line: 1, reason: "a manifest begins with \(Manifest.header)")
                }
            } else {
                let entry = try Manifest.entry(start..<end, of: file.bytes, path: path, line: line)
                if let last, !last.utf8.lexicographicallyPrecedes(entry.path.utf8) {
                    throw ShardError.notManifest(path: path, line: line, reason: "\(entry.path) is not after \(last)")
                }
                last = entry.path
                if !arePictures || ImageFiles.isTaken(entry.path) { starts.append(start) }
            }
            start = end + 1
        }
        guard start == file.bytes.count else {
            throw ShardError.notManifest(path: path, line: line + 1, reason: "the line is cut off")
        }
        if arePictures, starts.isEmpty { throw ShardError.noPictures(manifest: path) }
    }

    /// An entry, from 0.
    func entry(_ index: Int) throws -> Entry {
        let start = starts[index]
        let end = Manifest.end(ofLine: start, in: file.bytes) ?? file.bytes.count
        return try Manifest.entry(start..<end, of: file.bytes, path: path, line: index + 2)
    }

    /// Whether a path leads to one place below a folder, by one spelling: a list from somebody else must not reach other files, nor one file
    /// twice.
    static func leadsBelow(_ path: String) -> Bool {
        !path.isEmpty && !path.utf8.contains(0)
            && path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
            }
    }

    /// Throws if the file has changed since it was opened.
    func checkUnchanged() throws(FileError) { try file.checkUnchanged() }

    /// Offset of the line feed that ends the line; nil if there is none.
    private static func end(ofLine start: Int, in bytes: ByteView) -> Int? {
        bytes.withUnsafeBytes { raw in
            guard start < raw.count else { return nil }
            return raw[start...].firstIndex(of: 0x0A)
        }
    }

    private static func text(_ range: Range<Int>, of bytes: ByteView) -> String {
        bytes.withUnsafeBytes { String(decoding: $0[range], as: UTF8.self) }
    }

    private static func entry(_ range: Range<Int>, of bytes: ByteView, path: String, line: Int) throws(ShardError) -> Entry {
        let text = text(range, of: bytes)
        // The last two fields hold no comma; a path may.
        let fields = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count >= 3, let size = Int(Substring(fields[fields.count - 2])), size >= 0,
            let digest = fields.last.map(Substring.init),
            digest.utf8.count == 64, digest.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 })
        else {
            throw .notManifest(path: path, line: line, reason: "a path, a size and a SHA-256 in small letters are expected")
        }
        var field = Substring(text.utf8[..<fields[fields.count - 3].endIndex])
        if field.utf8.first == UInt8(ascii: "\""), field.utf8.last == UInt8(ascii: "\""), field.utf8.count > 1 {
            field = field.dropFirst().dropLast().replacing("\"\"", with: "\"")[...]
        }
        let name = CSVText.name(String(field))
        guard Manifest.leadsBelow(name) else {
            throw .notManifest(path: path, line: line, reason: "the path does not lead below a folder")
        }
        return Entry(path: name, size: size, digest: String(digest))
    }
}
