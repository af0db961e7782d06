import ConvertFiles
import ConvertIR

/// HDF5 (The HDF Group's file format, superblock versions 2 and 3), with one group per module and one dataset per tensor:
/// `body.0.0.residual.1.weight` lies at `/body/0/0/residual/1/weight`.
///
/// The root's attributes say what the file is; `/__convert__/document` holds the model's document and `/__convert__/keys` all keys in
/// order. Further names of a tensor are hard links.
package enum HDF5Format: FileFormat {
    /// The format's name.
    package static let name = "hdf5"
    /// Extensions of its files.
    package static let extensions = ["h5", "hdf5"]
    /// No other program expects particular tensors in such a file.
    package static let capabilities = FormatCapabilities(holdsBareWeights: true, promisesSourceTensors: false)

    /// Whether the content is HDF5, whoever wrote it.
    package static func recognizes(_ bytes: ByteView) -> Bool {
        bytes.matches([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
    }

    /// Reads what `write` wrote; other HDF5 files are refused with the name of what they are. Uncompressed tensors stay in the mapped file.
    package static func open(_ file: MappedFile, options: OpenOptions) throws -> OpenedFile {
        let contents = try HDF5Library.serialized { try HDF5Reader(file).read() }
        let rest = file.bytes.count.subtractingReportingOverflow(contents.tensorBytes).partialValue
        let isModel = contents.document.architecture != nil || contents.document.graph != nil
        return OpenedFile(
            file: file, format: name,
            facts: [
                FileFact(name: "container", text: "HDF5"),
                FileFact(name: "superblock", text: "version \(contents.superblock)"),
                FileFact(name: "compression", text: contents.isCompressed ? "deflate" : "none"),
                FileFact(
                    name: "checksums",
                    text: contents.isCompressed ? "CRC-32 of each tensor or Fletcher-32 of its chunks" : "CRC-32 of each tensor"),
            ],
            weights: Weights(entries: contents.entries, metadata: contents.document.metadata, provenance: contents.document.provenance),
            document: isModel ? contents.document : nil,
            groups: [.init(name: "backbone", byteCount: contents.tensorBytes), .init(name: "container", byteCount: max(0, rest))],
            checksums: contents.checksums)
    }

    /// Writes tensors and document.
    package static func write(_ content: ExportContent, to output: OutputFile, options: ExportOptions) throws -> [OutputFile] {
        try HDF5Writer(content, to: output, options: options).write()
        return []
    }
}
