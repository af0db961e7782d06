import ConvertFiles
import ConvertTensors
import Pickle

/// torch's zip container (torch 1.6 and later; caffe2/serialize/inline_container.h): `ROOT/data.pkl`, `ROOT/data/KEY`, and a few facts.
enum ZipContainer {
    static func read(_ bytes: ByteView, depth: Int = 0, known: ReadPickle? = nil) throws -> ContainerContents {
        let archive = try ZipArchive(bytes)
        try ContainerKind.refuseOtherZips(archive.entries.map(\.name), file: bytes.name)
        let names = EntryNames(archive.entries)
        let (root, pickleEntry) = try findPickle(archive)

        func text(_ name: String) throws -> (entry: ZipEntry, text: String)? {
            guard let entry = names.entry(root + name), entry.size <= 256 else { return nil }
            return try archive.contents(of: entry).text.map { (entry, $0) }
        }
        func line(_ name: String) throws -> String? { try text(name)?.text.filter { !$0.isNewline } }
        let byteOrder = try text("byteorder")
        if let order = byteOrder, order.text != "little" {
            if order.text == "big" { throw PthError.bigEndian(file: bytes.name, place: "entry \(order.entry.name)") }
            throw PthError.unknownByteOrder(file: bytes.name, entry: order.entry.name, text: String(order.text.prefix(40)))
        }
        if byteOrder == nil, let entry = names.entry(root + "byteorder") {
            throw PthError.unknownByteOrder(file: bytes.name, entry: entry.name, text: "…")
        }

        try archive.verify(pickleEntry)
        let pickle = try archive.contents(of: pickleEntry)
        let document = try known?.document(of: pickle) ?? PickleMachine.read(pickle, limits: pickleLimits(pickleEntry))
        let table = StorageTable(file: bytes.name) { id in try storage(id, root: root, archive: archive, names: names) }
        var decoder = ValueDecoder(
            document, file: bytes.name, pickle: pickle.name, loadNested: { try ContainerContents.nested($0, depth: depth + 1) }
        ) { id in
            try table.value(StorageID(id, partCount: 5, file: bytes.name))
        }
        var contents = ContainerContents(root: try decoder.root())
        contents.addFact("container", "zip (torch 1.6 and later)")
        contents.addFact("archive root", root.isEmpty ? "(none)" : String(root.dropLast()))
        contents.addFact("entries", "\(archive.entries.count)")
        contents.addFact("pickle protocol", "\(document.protocolVersion)")
        if let version = try line("version") { contents.addFact("archive version", version) }
        if let version = try line(".format_version") { contents.addFact("format version", version) }
        contents.addFact("byte order", byteOrder?.text ?? "little (not recorded)")
        if let alignment = try line(".storage_alignment") { contents.addFact("storage alignment", alignment) }
        contents.addFact("checksums", archive.hasNoChecksums ? "none were written" : "CRC-32 of each entry")
        let deflated = archive.entries.filter { !$0.isStored }.count
        if deflated > 0 { contents.addFact("compression", "\(deflated) entries are deflated") }
        if document.byteCount < pickle.count {
            contents.addFact("warning", "\(pickle.count - document.byteCount) bytes follow the end of the pickle")
        }
        if archive.trailingBytes.count > 0 {
            contents.addFact("warning", "\(archive.trailingBytes.count) bytes stand after the archive's end and are not read")
        }
        let storages = table.storagesByName
        contents.regions = archive.entries.map { entry in
            Checkpoint.Region(name: entry.name, byteCount: entry.compressedSize, storage: storages["\(bytes.name), entry \(entry.name)"])
        }
        if !archive.hasNoChecksums {
            contents.checksums = archive.entries.map { entry in
                FileCheck(name: entry.name) { try archive.verify(entry) }
            }
        }
        return contents
    }

    private static func findPickle(_ archive: ZipArchive) throws -> (root: String, ZipEntry) {
        let candidates = archive.entries.filter { entry in
            let name = EntryNames.folded(entry.name)
            return name == "data.pkl" || name.hasSuffix("/data.pkl")
        }
        guard let only = candidates.first else { throw PthError.missingEntry(file: archive.bytes.name, entry: "data.pkl") }
        guard candidates.count == 1 else {
            throw PthError.severalEntries(file: archive.bytes.name, entry: "data.pkl", candidates: candidates.map(\.name))
        }
        return (String(only.name.dropLast("data.pkl".count)), only)
    }

    /// Limits on what the pickle of an entry may build; based on its compressed size if it is deflated.
    static func pickleLimits(_ entry: ZipEntry) -> PickleLimits {
        entry.isStored
            ? PickleLimits(byteCount: entry.size) : PickleLimits(byteCount: entry.size, inflatedFrom: entry.compressedSize)
    }

    private static func storage(_ id: StorageID, root: String, archive: ZipArchive, names: EntryNames) throws -> Storage {
        let name = "\(root)data/\(id.key)"
        let title = "\(archive.bytes.name), entry \(name)"
        guard let entry = names.entry(name) else {
            // An empty storage may have no entry.
            if id.byteCount == 0 { return Storage(name: title, bytes: ByteView(copying: [], name: title)) }
            throw PthError.missingStorage(file: archive.bytes.name, key: id.key)
        }
        guard entry.size >= id.byteCount else {
            throw PthError.shortStorage(file: archive.bytes.name, key: id.key, needed: id.byteCount, available: entry.size)
        }
        // torch writes exactly the storage; a longer entry hides bytes, or is a bomb.
        guard entry.size == id.byteCount else {
            throw PthError.longStorage(file: archive.bytes.name, key: id.key, expected: id.byteCount, found: entry.size)
        }
        guard entry.isStored else {
            return Storage(name: title, byteCount: id.byteCount) { try archive.contents(of: entry) }
        }
        return Storage(name: title, bytes: try archive.contents(of: entry), crc32: archive.hasNoChecksums ? nil : entry.crc32)
    }
}

/// Looks up entries by name like miniz, which torch reads with: `BYTEORDER` matches `byteorder` (`mz_zip_reader_locate_file` without
/// `MZ_ZIP_FLAG_CASE_SENSITIVE`). Archives with names that differ only in case have already been refused.
private struct EntryNames {
    private let entries: [ExactText: ZipEntry]

    init(_ entries: [ZipEntry]) {
        self.entries = Dictionary(entries.map { (ExactText(EntryNames.folded($0.name)), $0) }, uniquingKeysWith: { first, _ in first })
    }

    func entry(_ name: String) -> ZipEntry? { entries[ExactText(EntryNames.folded(name))] }

    /// Folds only A to Z, as miniz does.
    static func folded(_ name: String) -> String {
        String(decoding: name.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
}
