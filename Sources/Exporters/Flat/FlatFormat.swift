import ConvertFiles
import ConvertIR
import ConvertTensors

/// The project's own format: one file that is mapped and used as is. `docs/flat-format.md` describes every byte.
package enum FlatFormat: FileFormat {
    /// The format's name.
    package static let name = "flat"
    /// Extensions of its files.
    package static let extensions = ["flat"]
    /// The format is made for running a model, so folded tensors are welcome.
    package static let capabilities = FormatCapabilities(holdsBareWeights: true, promisesSourceTensors: false)

    /// Whether the content begins with the format's magic number.
    package static func recognizes(_ bytes: ByteView) -> Bool { bytes.matches(FlatHeader.magic) }

    /// Reads and checks the header; tensors stay in the mapped file, and their checksums are not compared until `verify`.
    package static func open(_ file: MappedFile, options: OpenOptions) throws -> OpenedFile {
        let header = try FlatHeader.read(file)
        let document = try document(file, header)
        let entries = try FlatReader(file: file, header: header).entries()
        let isModel = document.architecture != nil || document.graph != nil
        return OpenedFile(
            file: file, format: name,
            facts: [
                FileFact(name: "container", text: "flat"), FileFact(name: "version", text: "\(FlatHeader.version)"),
                FileFact(name: "header", text: "\(header.dataOffset) bytes"),
                FileFact(name: "checksums", text: "CRC-32 of the header and of each tensor"),
            ],
            weights: Weights(entries: entries, metadata: document.metadata, provenance: document.provenance),
            document: isModel ? document : nil,
            groups: [
                .init(name: "backbone", byteCount: file.bytes.count - header.dataOffset),
                .init(name: "container", byteCount: header.dataOffset),
            ],
            checksums: entries.map { entry in FileCheck(name: entry.name) { try entry.tensor.storage.verifyLent() } })
    }

    /// Writes tensors and document.
    package static func write(_ content: ExportContent, to output: OutputFile, options: ExportOptions) throws -> [OutputFile] {
        try FlatWriter.write(content, to: output)
        return []
    }

    private static func document(_ file: MappedFile, _ header: FlatHeader) throws -> ModelDocument {
        let text = try file.bytes.window(at: FlatHeader.fixedLength, count: header.documentLength).array
        do throws(GraphError) {
            return try ModelDocument(text: text)
        } catch {
            var detail = error.problem
            if case .malformedDocument(let inner) = error { detail = inner }
            throw FlatError.malformedDocument(file: file.path, offset: FlatHeader.fixedLength, detail: detail)
        }
    }
}
