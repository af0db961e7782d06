import ConvertFaces
import ConvertFiles
import ConvertInference

/// Lists a folder's files with their sizes and digests, and writes the list.
public struct ManifestMaker: Sendable {
    /// The folder.
    public var folder: String
    /// The file that is written.
    public var output: String
    /// Whether an existing one may be replaced.
    public var isReplacing = false
    /// Whether only pictures are listed, in the way in which an alignment finds them.
    public var onlyPictures = false
    /// Of a folder, only files that match one of these patterns; empty for all.
    public var including: [String] = []
    /// No files and folders that match one of these patterns.
    public var excluding: [String] = []
    /// Threads; nil for one per core.
    public var threads: Int?

    /// What was listed.
    public struct Report: Sendable {
        /// How many files.
        public let files: Int
        /// Their bytes together.
        public let bytes: Int
        /// SHA-256 of the manifest.
        public let digest: SHA256Digest
    }

    /// A manifest of every file in a folder.
    public init(_ folder: String, output: String) {
        (self.folder, self.output) = (folder, output)
    }

    /// Reads every file and writes the manifest. Throws `FileError` for the first file that cannot be read.
    public func run(events: EventHandler = { _ in }) throws -> Report {
        try FolderListing.check(folder)
        let output = try OutputFile(target: output, replacing: isReplacing, inputs: [])
        // An earlier manifest in the folder is not one of its files.
        let own = FileIdentity(path: self.output)?.place
        let names = try paths().filter { own == nil || FileIdentity(path: PathText.join(self.folder, $0))?.place != own }
        try output.write(Array((Manifest.header + "\n").utf8))
        let folder = folder
        var bytes = 0
        try Workers(count: threads).inOrder(
            names.count,
            make: { index -> Result<(line: String, size: Int), any Error> in
                Result {
                    let (size, digest) = try ManifestMaker.digest(PathText.join(folder, names[index]))
                    return ("\(CSVText.quoted(names[index])),\(size),\(digest.text)\n", size)
                }
            },
            use: { index, made in
                let (line, size) = try made.get()
                bytes += size
                try output.write(Array(line.utf8))
                events(.progress(done: index + 1, total: names.count, unit: .files))
            })
        try output.flush()
        let digest = SHA256Digest(of: try output.readBack().bytes)
        try output.commit()
        return Report(files: names.count, bytes: bytes, digest: digest)
    }

    /// Paths below the folder, in order.
    private func paths() throws -> [String] {
        let found: [String]
        if onlyPictures {
            found = try ImageFiles.list([folder])
        } else {
            let items = try FileSelection([folder], including: including, excluding: excluding).items
            if let obstacle = items.compactMap(\.obstacle).first { throw obstacle }
            found = items.map(\.path)
        }
        guard !found.isEmpty else { throw FileError.nothingFound(path: folder) }
        return found.compactMap { PathText.below(folder, $0) }
    }

    private static func digest(_ path: String) throws -> (size: Int, digest: SHA256Digest) {
        do {
            let file = try MappedFile(path: path)
            let digest = SHA256Digest(of: file.bytes)
            try file.checkUnchanged()
            return (file.bytes.count, digest)
        } catch FileError.empty {
            return (0, SHA256Digest(of: [UInt8]()))
        }
    }
}
