import CHDF5
import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors

/// Writes a model or weights as HDF5: one group per module, one dataset per tensor.
///
/// libhdf5 lays out the file and writes its structure. Afterwards the bytes of uncompressed datasets are written to their offsets through
/// `OutputFile`, straight from the source's pages: the library would need one selection per window, and would copy each. Compressed
/// datasets go through the library, chunk by chunk.
struct HDF5Writer {
    /// The version of the layout, stored in the root's attribute `format_version`.
    static let formatVersion = 1

    /// Bytes that are written at `offset` once the library has closed the file.
    private struct Pending {
        let offset: Int
        let content: Content
        enum Content {
            case tensor(Tensor)
            case text([UInt8])
        }
    }

    let content: ExportContent
    let options: ExportOptions
    let output: OutputFile
    private let calls: HDF5Calls
    private let attributes: HDF5Attributes

    init(_ content: ExportContent, to output: OutputFile, options: ExportOptions) {
        self.content = content
        self.options = options
        self.output = output
        calls = HDF5Calls(file: output.target, isWriting: true)
        attributes = HDF5Attributes(calls: calls)
    }

    /// Writes everything; the caller flushes, checks and commits. Throws `HDF5Error`.
    func write() throws {
        let weights = content.weights
        if let level = options.compressionLevel {
            guard 1...9 ~= level else { throw HDF5Error.badCompressionLevel(level) }
        }
        let names = weights.entries.map(\.name)
        let paths = HDF5Path.paths(of: names)
        let aliases = Dictionary(weights.aliases.map { (ExactText($0.name), $0.of) }, uniquingKeysWith: { first, _ in first })
        let pathOfName = Dictionary(zip(names, paths).map { (ExactText($0), $1) }, uniquingKeysWith: { first, _ in first })
        for entry in weights.entries {
            guard HDF5Element.stored(entry.tensor.dtype) != nil else {
                throw HDF5Error.cannotHold(name: entry.name, what: entry.tensor.dtype.rawValue)
            }
            guard entry.tensor.shape.count <= HDF5Chunks.greatestRank else {
                throw HDF5Error.cannotHold(name: entry.name, what: "\(entry.tensor.shape.count) dimensions")
            }
        }
        // The library asks for the real path of what it opens, so the file must have a name.
        try output.takeName()
        let pending = try HDF5Library.serialized {
            var pending: [Pending] = []
            let file = try create()
            try attributes.write("format", text: "convert", to: file.id)
            try attributes.write("format_version", integers: [Int64(HDF5Writer.formatVersion)], isList: false, to: file.id)
            let document = content.document
            try attributes.describe(document, in: file.id)
            try makeGroups([HDF5Path.document] + paths, in: file)
            try pending.append(text(Array(document.text.utf8), at: HDF5Path.document, in: file))
            try pending.append(text(keyList(names, paths), at: HDF5Path.keys, in: file))
            for (entry, path) in zip(weights.entries, paths) {
                if let twin = aliases[ExactText(entry.name)], let target = pathOfName[ExactText(twin)] {
                    let links = try linkProperties()
                    try calls.check(
                        H5Lcreate_hard(file.id, target, file.id, path, links.id, chdf5_default()), "the second name \(entry.name)")
                } else if let bytes = try tensor(entry, at: path, in: file) {
                    pending.append(bytes)
                }
            }
            // Flushing reports errors of the last writes; releasing the handle would not.
            try calls.check(H5Fflush(file.id, H5F_SCOPE_LOCAL), "the end of the file")
            return pending
        }
        for item in pending {
            output.seek(to: item.offset)
            switch item.content {
            case .text(let bytes): try output.write(bytes)
            case .tensor(let tensor): try tensor.forEachCOrderWindow { try output.write($0) }
            }
        }
    }

    /// All keys in order: a string for each, or a pair of key and path if the path does not follow from the key.
    private func keyList(_ names: [String], _ paths: [String]) -> [UInt8] {
        let items: [JSONValue] = zip(names, paths).map { name, path in
            path.utf8.first == UInt8(ascii: "%") ? .array([.string(name), .string(path)]) : .string(name)
        }
        return Array(JSONValue.array(items).text().utf8)
    }

    private func create() throws(HDF5Error) -> HDF5Handle {
        let access = try calls.opened(chdf5_new_file_access(), "the file")
        let creation = try calls.opened(H5Pcreate(chdf5_class_file_create()), "the file")
        // Timestamps would make two exports of the same model differ.
        try calls.check(H5Pset_obj_track_times(creation.id, false), "the file")
        return try calls.opened(H5Fcreate(PathText.system(output.temporaryPath), chdf5_truncate(), creation.id, access.id), "the file")
    }

    /// Creates every group above these paths once, outermost first.
    private func makeGroups(_ paths: [String], in file: borrowing HDF5Handle) throws(HDF5Error) {
        var made: Set<ExactText> = []
        let properties = try calls.opened(H5Pcreate(chdf5_class_group_create()), "a group")
        try calls.check(H5Pset_obj_track_times(properties.id, false), "a group")
        let links = try linkProperties()
        for path in paths {
            for group in HDF5Path.groups(above: path) where made.insert(ExactText(group)).inserted {
                _ = try calls.opened(H5Gcreate2(file.id, group, links.id, properties.id, chdf5_default()), "group \(group)")
            }
        }
    }

    private func linkProperties() throws(HDF5Error) -> HDF5Handle {
        let links = try calls.opened(H5Pcreate(chdf5_class_link_create()), "a name")
        try calls.check(H5Pset_char_encoding(links.id, H5T_CSET_UTF8), "a name")
        return links
    }

    /// Properties of a dataset: contiguous unless there are chunks.
    private func datasetProperties(_ chunks: HDF5Chunks?, _ what: String) throws(HDF5Error) -> HDF5Handle {
        let properties = try calls.opened(H5Pcreate(chdf5_class_dataset_create()), what)
        try calls.check(H5Pset_obj_track_times(properties.id, false), what)
        if let chunks, let level = options.compressionLevel {
            guard H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0 else { throw HDF5Error.noDeflate }
            let sizes = chunks.sizes.map { hsize_t($0) }
            try calls.check(H5Pset_chunk(properties.id, Int32(sizes.count), sizes), what)
            try calls.check(H5Pset_shuffle(properties.id), what)
            try calls.check(H5Pset_deflate(properties.id, UInt32(level)), what)
            try calls.check(H5Pset_fletcher32(properties.id), what)
            // Chunks at the edge are padded; without a fill, the padding would be whatever was in memory.
            try calls.check(H5Pset_fill_time(properties.id, H5D_FILL_TIME_ALLOC), what)
        } else {
            try calls.check(H5Pset_layout(properties.id, H5D_CONTIGUOUS), what)
            // Early, so that the offset is known; no fill, because every byte is written afterwards.
            try calls.check(H5Pset_alloc_time(properties.id, H5D_ALLOC_TIME_EARLY), what)
            try calls.check(H5Pset_fill_time(properties.id, H5D_FILL_TIME_NEVER), what)
        }
        return properties
    }

    private func text(_ bytes: [UInt8], at path: String, in file: borrowing HDF5Handle) throws -> Pending {
        let stored = bytes + [0]
        guard stored.count <= HDF5Reader.textLimit else {
            throw HDF5Error.cannotHold(name: output.target, what: "\(stored.count) bytes of text in \(path)")
        }
        let type = try calls.opened(chdf5_new_text_type(stored.count), path)
        let space = try calls.opened(H5Screate(H5S_SCALAR), path)
        let properties = try datasetProperties(nil, path)
        let links = try linkProperties()
        let dataset = try calls.opened(H5Dcreate2(file.id, path, type.id, space.id, links.id, properties.id, chdf5_default()), path)
        let checksum = stored.withUnsafeBytes { CRC32.update(0, with: $0) }
        try attributes.write(HDF5Reader.checksumAttribute, checksum: checksum, to: dataset.id)
        return Pending(offset: try self.offset(of: dataset, path), content: .text(stored))
    }

    /// Creates a tensor's dataset; returns what has to be written to it once the file is closed.
    private func tensor(_ entry: Weights.Entry, at path: String, in file: borrowing HDF5Handle) throws -> Pending? {
        let tensor = entry.tensor
        guard let (element, label) = HDF5Element.stored(tensor.dtype) else { return nil }
        try tensor.storage.verifyLent()
        let chunks = options.compressionLevel == nil ? nil : HDF5Chunks(tensor)
        let type = try calls.opened(chdf5_new_type(element), path)
        let sizes = tensor.shape.map { hsize_t($0) }
        let space = try calls.opened(sizes.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(sizes.count), sizes, nil), path)
        let properties = try datasetProperties(chunks, path)
        let links = try linkProperties()
        let dataset = try calls.opened(H5Dcreate2(file.id, path, type.id, space.id, links.id, properties.id, chdf5_default()), path)
        if let label { try attributes.write(HDF5Element.attribute, text: label, to: dataset.id) }
        // For other readers; this one uses the list of keys, because a dataset with several names can record only one here.
        if path.utf8.first == UInt8(ascii: "%") { try attributes.write("key", text: entry.name, to: dataset.id) }
        guard tensor.elementCount > 0 else { return nil }
        if let chunks {
            try chunks.write(tensor, to: dataset, type: type, calls: calls, name: path)
            return nil
        }
        // HDF5 itself has checksums for chunks only.
        var checksum: UInt32 = 0
        try tensor.forEachCOrderWindow { checksum = CRC32.update(checksum, with: $0) }
        try attributes.write(HDF5Reader.checksumAttribute, checksum: checksum, to: dataset.id)
        return Pending(offset: try self.offset(of: dataset, path), content: .tensor(tensor))
    }

    private func offset(of dataset: borrowing HDF5Handle, _ path: String) throws(HDF5Error) -> Int {
        let offset = H5Dget_offset(dataset.id)
        guard offset != chdf5_no_address(), let start = Int(exactly: offset) else { throw calls.failure(path) }
        return start
    }
}
