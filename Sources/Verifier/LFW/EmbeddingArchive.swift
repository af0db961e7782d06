import ConvertFiles

/// An `.npz` archive of embeddings: the arrays `paths` and `embeddings`.
struct EmbeddingArchive {
    private let archive: ZipArchive
    private let file: String

    init(_ file: MappedFile) throws { (archive, self.file) = (try ZipArchive(file.bytes), file.path) }

    /// Whether a file is an archive, and not an array by itself.
    static func recognizes(_ file: MappedFile) -> Bool { file.bytes.matches([0x50, 0x4B]) }

    /// The texts of the array `paths`.
    func paths() throws -> [String] { try NumpyTextArray(try member("paths")).texts }

    /// The array `embeddings`.
    func embeddings() throws -> NumpyArray { try NumpyArray(try member("embeddings")) }

    /// An array's file. Throws `LFWError.notEmbeddings` if it is not there, and if it does not have its checksum.
    private func member(_ name: String) throws -> ByteView {
        guard let entry = archive.entry(named: "\(name).npy") else {
            throw LFWError.notEmbeddings(file: file, reason: "the archive has no array \(name)")
        }
        try archive.verify(entry)
        return try archive.contents(of: entry)
    }
}
