import Files
import Pickle
import Tensors

/// torch's zip container (torch 1.6 and later; caffe2/serialize/inline_container.h): `ROOT/data.pkl`, `ROOT/data/KEY`, a few facts.
enum ZipContainer {
    static func read(_ bytes: ByteView, depth: Int = 0) throws -> ContainerContents {
        let archive = try ZipArchive(bytes)
        try ContainerKind.refuseOtherZips(archive.entries.map(\.name), file: bytes.name)
        let (root, pickleEntry) = try findPickle(archive)

        func text(_ name: String) throws -> String? {
            guard let entry = archive.entry(named: root + name), entry.size <= 256 else { return nil }
            return try archive.contents(of: entry).text.map { String($0.filter { !$0.isNewline }) }
        }
        let byteOrder = try text("byteorder")
        if byteOrder == "big" { throw PthError.bigEndian(file: bytes.name) }

        try archive.verify(pickleEntry)
        let pickle = try archive.contents(of: pickleEntry)
        let document = try PickleMachine.read(pickle)
        let table = StorageTable(file: bytes.name) { id in try storage(id, root: root, archive: archive) }
        var decoder = ValueDecoder(document, file: bytes.name, loadNested: { try ContainerContents.nested($0, depth: depth + 1) }) { id in
            try table.value(StorageID(id, file: bytes.name))
        }
        var contents = ContainerContents(root: try decoder.root())
        contents.tell("container", "zip (torch 1.6 and later)")
        contents.tell("archive root", root.isEmpty ? "(none)" : String(root.dropLast()))
        contents.tell("entries", "\(archive.entries.count)")
        contents.tell("pickle protocol", "\(document.protocolVersion)")
        if let version = try text("version") { contents.tell("archive version", version) }
        if let version = try text(".format_version") { contents.tell("format version", version) }
        contents.tell("byte order", byteOrder ?? "little (not recorded)")
        if let alignment = try text(".storage_alignment") { contents.tell("storage alignment", alignment) }
        contents.tell("checksums", archive.hasNoChecksums ? "none were written" : "CRC-32 of each entry")
        let deflated = archive.entries.filter { !$0.isStored }.count
        if deflated > 0 { contents.tell("compression", "\(deflated) entries are deflated") }
        if document.byteCount < pickle.count {
            contents.tell("warning", "\(pickle.count - document.byteCount) bytes stand behind the end of the pickle")
        }
        if archive.trailingBytes.count > 0 {
            contents.tell("warning", "\(archive.trailingBytes.count) bytes stand after the archive's end and are not read")
        }
        let storages = table.storagesByName
        contents.regions = archive.entries.map { entry in
            Checkpoint.Region(name: entry.name, byteCount: entry.compressedSize, storage: storages["\(bytes.name), entry \(entry.name)"])
        }
        if !archive.hasNoChecksums {
            contents.checksums = archive.entries.map { entry in
                Checkpoint.Check(name: entry.name) { try archive.verify(entry) }
            }
        }
        return contents
    }

    private static func findPickle(_ archive: ZipArchive) throws -> (root: String, ZipEntry) {
        let candidates = archive.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
        let shortest = candidates.min { $0.name.utf8.count < $1.name.utf8.count }
        guard let shortest else { throw PthError.missingEntry(file: archive.bytes.name, entry: "data.pkl") }
        return (String(shortest.name.dropLast("data.pkl".count)), shortest)
    }

    private static func storage(_ id: StorageID, root: String, archive: ZipArchive) throws -> Storage {
        let name = "\(root)data/\(id.key)"
        let title = "\(archive.bytes.name), entry \(name)"
        guard let entry = archive.entry(named: name) else {
            // A storage without bytes may have no entry.
            if id.byteCount == 0 { return Storage(name: title, bytes: ByteView(copying: [], name: title)) }
            throw PthError.missingStorage(file: archive.bytes.name, key: id.key)
        }
        guard entry.size >= id.byteCount else {
            throw PthError.shortStorage(file: archive.bytes.name, key: id.key, needed: id.byteCount, available: entry.size)
        }
        // torch writes exactly the storage; a longer entry hides bytes, or a bomb.
        guard entry.size == id.byteCount else {
            throw PthError.longStorage(file: archive.bytes.name, key: id.key, expected: id.byteCount, found: entry.size)
        }
        guard entry.isStored else {
            return Storage(name: title, byteCount: id.byteCount) { try archive.contents(of: entry) }
        }
        return Storage(name: title, bytes: try archive.contents(of: entry), crc32: archive.hasNoChecksums ? nil : entry.crc32)
    }
}
