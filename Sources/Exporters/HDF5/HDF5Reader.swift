import CHDF5
import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors

/// The contents of an HDF5 file that this program wrote.
struct HDF5Contents {
    var superblock = 0
    var document: ModelDocument
    var entries: [Weights.Entry] = []
    var checksums: [FileCheck] = []
    var tensorBytes = 0
    var isCompressed = false
}

/// Reads what `HDF5Writer` wrote, and nothing else: every link is a hard link, every object is a listed dataset or a group above one, and
/// uncompressed datasets lie inside the file without overlapping. The caller holds the library's lock.
struct HDF5Reader {
    static let checksumAttribute = "crc32"
    /// Longest text that is written or read, in bytes.
    static let textLimit = 64 << 20

    let file: MappedFile
    let calls: HDF5Calls
    let attributes: HDF5Attributes

    init(_ file: MappedFile) {
        self.file = file
        calls = HDF5Calls(file: file.path, isWriting: false)
        attributes = HDF5Attributes(calls: calls)
    }

    /// Opens the mapped file by its path, because the library cannot read from a mapping without copying it.
    static func openHandle(_ file: MappedFile, calls: HDF5Calls) throws(HDF5Error) -> HDF5Handle {
        let access = try calls.opened(chdf5_new_file_access(), "the file")
        return try calls.opened(H5Fopen(PathText.system(file.path), chdf5_read_only(), access.id), "the file")
    }

    func read() throws -> HDF5Contents {
        let superblock = Int(try file.bytes.byte(at: 8))
        let handle = try HDF5Reader.openHandle(file, calls: calls)
        // The path may name a different file by now; after this check, whatever the library reads is what is mapped.
        try file.checkUnchanged()
        try checkOrigin(handle)
        guard try isHardLink(handle, HDF5Path.ownGroup) else { throw malformed("\(HDF5Path.ownGroup) is missing") }
        let document = try ModelDocument(text: try text(at: HDF5Path.document, in: handle))
        let listed = try HDF5KeyList(json: try text(at: HDF5Path.keys, in: handle), file: file.path)
        let addresses = try HDF5Links(calls: calls, listed: listed).addresses(in: handle)
        var contents = HDF5Contents(superblock: superblock, document: document)
        var datasets = HDF5Datasets(file: file, calls: calls, attributes: attributes)
        for (key, path) in zip(listed.keys, listed.paths) {
            guard let address = addresses[ExactText(path)] else { throw bad(path, "it is listed but missing") }
            let tensor = try datasets.tensor(at: path, address: address, in: handle)
            contents.entries.append(Weights.Entry(name: key, tensor: tensor))
        }
        try datasets.checkTotals()
        contents.checksums = datasets.checksums
        contents.tensorBytes = min(datasets.storedBytes, file.bytes.count)
        contents.isCompressed = datasets.unfoldedBytes > 0
        return contents
    }

    /// Throws an error that names the origin of another program's file.
    private func checkOrigin(_ handle: borrowing HDF5Handle) throws {
        if (try? attributes.text("format", in: handle.id)) == "convert" {
            guard let version = try attributes.integer("format_version", in: handle.id), version >= 1 else {
                throw malformed("it has no format_version")
            }
            guard version <= HDF5Writer.formatVersion else {
                throw HDF5Error.newer(file: file.path, version: Int(version), known: HDF5Writer.formatVersion)
            }
            return
        }
        let signs = [
            ("keras_version", "a Keras model"), ("layer_names", "Keras weights"), ("PYTABLES_FORMAT_VERSION", "a PyTables file"),
            ("_NCProperties", "a netCDF file"), ("encoding-type", "an AnnData file"),
        ]
        for (name, what) in signs where (try? attributes.has(name, in: handle.id)) == true {
            throw HDF5Error.foreign(file: file.path, found: what)
        }
        for (name, what) in [("model_weights", "a Keras model"), ("_layer_checkpoint_dependencies", "Keras weights")]
        where H5Lexists(handle.id, name, chdf5_default()) > 0 {
            throw HDF5Error.foreign(file: file.path, found: what)
        }
        throw HDF5Error.foreign(file: file.path, found: "another program's")
    }

    /// One of our own texts, read from the mapped file and compared with its checksum.
    private func text(at path: String, in handle: borrowing HDF5Handle) throws -> [UInt8] {
        guard try isHardLink(handle, path) else { throw malformed("\(path) is missing") }
        let dataset = try calls.opened(H5Dopen2(handle.id, path, chdf5_default()), path)
        let type = try calls.opened(H5Dget_type(dataset.id), path)
        let space = try calls.opened(H5Dget_space(dataset.id), path)
        guard let size = HDF5Attributes.textSize(type), H5Sget_simple_extent_type(space.id) == H5S_SCALAR else {
            throw malformed("\(path) is not a single fixed-length text")
        }
        guard size <= HDF5Reader.textLimit else {
            throw HDF5Error.textTooLong(file: file.path, path: path, byteCount: size, limit: HDF5Reader.textLimit)
        }
        let layout = try HDF5Layout(of: dataset, path: path, calls: calls)
        guard case .contiguous(let offset?) = layout else { throw malformed("\(path) is compressed or was never written") }
        let bytes = try file.bytes.window(at: offset, count: size, name: "\(file.path), \(path)")
        guard let checksum = try attributes.integer(HDF5Reader.checksumAttribute, in: dataset.id) else {
            throw malformed("\(path) has no checksum")
        }
        // The storage's own check reports damage the same way as for tensors.
        try Storage(name: bytes.name, bytes: bytes, crc32: UInt32(truncatingIfNeeded: checksum)).verify()
        var text = bytes.array
        guard text.popLast() == 0, String(validating: text, as: UTF8.self) != nil else { throw malformed("\(path) is not UTF-8") }
        return text
    }

    private func isHardLink(_ handle: borrowing HDF5Handle, _ path: String) throws(HDF5Error) -> Bool {
        try calls.check(chdf5_is_hard_link(handle.id, path), path) > 0
    }

    private func malformed(_ detail: String) -> HDF5Error { .malformed(file: file.path, detail: detail) }
    private func bad(_ path: String, _ detail: String) -> HDF5Error { .badDataset(file: file.path, path: "/\(path)", detail: detail) }
}
