import ConvertFiles
import Pickle

/// Containers: every entry is judged by its content, except the storages that a pickle next to them names, which are raw numbers.
extension SafetyScan {
    mutating func scanZip(_ bytes: ByteView, place: String, depth: Int, isFile: Bool) {
        let archive: ZipArchive
        do {
            archive = try ZipArchive(bytes)
        } catch {
            stop("\(error)")
            salvage(bytes, place: place)
            return
        }
        if let offset = archive.unnamedEntryOffset {
            stop("\(place): at offset \(offset) there is an archive entry that the directory does not name")
        }
        if archive.hasUnreadTail {
            stop("\(place): \(archive.trailingBytes.count) bytes after the archive's end, which torch does not read")
            judge(archive.trailingBytes, place: "\(place), after the archive's end", depth: depth + 1)
        }
        if isFile { refuseUnknownArchive(archive) }
        for entry in archive.entries where SafetyScan.leavesItsFolder(entry.name) {
            stop("\(place): entry \(entry.name) would be unpacked outside its folder")
        }
        // torch's reader ignores case, and may load `DATA.PKL` as `data.pkl`.
        let roots = archive.entries.filter { ["data.pkl", "constants.pkl"].contains(PathText.baseName($0.name).lowercased()) }
        var storages: [String: Int] = [:]
        for entry in roots {
            guard let contents = contents(of: entry, in: archive, place: place) else { continue }
            let entryPlace = "\(place), entry \(entry.name)"
            let outer = inflatedFrom
            if !entry.isStored { inflatedFrom = entry.compressedSize }
            defer { inflatedFrom = outer }
            refuseAppendedArchive(contents, place: entryPlace)
            if [.zip, .legacy, .tar, .appleDouble].contains(ContentKind(contents)) {
                judge(contents, place: entryPlace, depth: depth + 1)
            } else {
                var known: ReadPickle?
                scanStream(contents, place: entryPlace, depth: depth) { document in
                    if known == nil { known = ReadPickle(bytes: contents, document: document) }
                    for (name, size) in SafetyScan.storages(of: document, beside: entry.name) { storages[name] = size }
                }
                if isFile, extent == .whole, entry.isStored { rootPickle = known }
            }
        }
        let read = Set(roots.map(\.name))
        for entry in archive.entries where !read.contains(entry.name) {
            if storages[entry.name.lowercased()] == entry.size { continue }
            judge(entry, in: archive, place: place, depth: depth)
        }
        if extent == .whole { compareChecksums(archive, place: place) }
        if pickles.isEmpty && depth == 0 { pickles.append("(the archive holds no pickle)") }
    }

    private static func leavesItsFolder(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        return name.utf8.first == UInt8(ascii: "/") || name.utf8.contains(UInt8(ascii: "\\")) || parts.contains("..")
    }

    private mutating func judge(_ entry: ZipEntry, in archive: ZipArchive, place: String, depth: Int) {
        let name = entry.name.lowercased()
        let entryPlace = "\(place), entry \(entry.name)"
        if [".py", ".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".sh", ".exe"].contains(where: name.hasSuffix) {
            // TorchScript stores source code in its own language under this name.
            find(entry.name, in: place, .unknown, module: "archive", what: "file")
        }
        guard entry.size > 0, let contents = contents(of: entry, in: archive, place: place) else { return }
        let outer = inflatedFrom
        if !entry.isStored { inflatedFrom = entry.compressedSize }
        defer { inflatedFrom = outer }
        refuseAppendedArchive(contents, place: entryPlace)
        let isNamedPickle = [".pkl", ".pickle", ".dill", ".joblib", ".debug_pkl", ".pt", ".pth"].contains(where: name.hasSuffix)
        judge(contents, place: entryPlace, depth: depth + 1, isNamedPickle: isNamedPickle)
    }

    /// The bytes of an entry, whatever its checksum; nil if the total of what was inflated is too large.
    private mutating func contents(of entry: ZipEntry, in archive: ZipArchive, place: String) -> ByteView? {
        let name = "\(place), entry \(entry.name)"
        if entry.isStored { return try? archive.bytes.window(at: entry.dataOffset, count: entry.size, name: name) }
        guard let packed = try? archive.bytes.window(at: entry.dataOffset, count: entry.compressedSize, name: name) else { return nil }
        return inflate(packed, framing: .raw, claimed: entry.size, place: name)?.bytes
    }

    /// Inflates within the limits; exceeding them is an obstacle, but the beginning is still judged.
    private mutating func inflate(_ packed: ByteView, framing: Inflation.Framing, claimed: Int?, place: String) -> Inflation.Result? {
        let limit = min(SafetyScan.inflationLimit.entry, inflationLeft)
        guard limit > 0 else {
            stop("\(place): the file's entries inflate to more than \(SafetyScan.inflationLimit.sum >> 20) MiB; the rest is not read")
            return nil
        }
        let result = Inflation.inflate(packed, framing: framing, limit: limit, claimed: claimed, name: place)
        inflationLeft -= result.bytes.count
        if let claimed, claimed <= limit {
            if result.ending != .whole || result.bytes.count != claimed {
                stop("\(place): it does not inflate to the \(claimed) bytes that it claims")
            }
        } else if result.ending == .limit || claimed.map({ $0 > limit }) == true {
            stop("\(place): it inflates to more than \(limit >> 20) MiB; the rest is not read")
        }
        return result
    }

    /// A gzip or zlib stream, and any that follow it. Returns false if the bytes are not such a stream.
    @discardableResult
    mutating func scanDeflated(_ bytes: ByteView, framing: Inflation.Framing, place: String, depth: Int) -> Bool {
        guard let first = inflate(bytes, framing: framing, claimed: nil, place: place) else { return true }
        if first.ending == .damaged {
            if framing == .zlib, first.bytes.count == 0 { return false }
            stop("\(place): the compressed data is damaged or cut short")
        }
        let outer = inflatedFrom
        inflatedFrom = first.consumed
        defer { inflatedFrom = outer }
        let inner = "\(place), unpacked"
        judge(first.bytes, place: inner, depth: depth + 1, isNamedPickle: false)
        if first.ending == .whole, first.consumed < bytes.count {
            stop("\(place): \(bytes.count - first.consumed) bytes follow its end")
        }
        return true
    }

    /// The storages that a pickle names, by the lower-case names of the entries in which torch stores them, with their sizes.
    private static func storages(of document: PickleDocument, beside name: String) -> [(name: String, size: Int)] {
        let folder = String(decoding: name.utf8.dropLast(PathText.baseName(name).utf8.count), as: UTF8.self).lowercased()
        return document.nodes.flatMap { node -> [(String, Int)] in
            guard case .persistentReference(let reference) = node, let parts = document.sequence(reference), parts.count >= 5,
                document.string(parts[0]) == "storage", let type = document.globalName(parts[1]).flatMap(StorageType.dtype(ofClass:)),
                case .integer(let count) = parts[4], count >= 0
            else { return [] }
            var key = document.string(parts[2])
            if case .integer(let number) = parts[2] { key = "\(number)" }
            let (size, overflow) = Int(count).multipliedReportingOverflow(by: type.byteCount)
            guard let key = key?.lowercased(), !overflow else { return [] }
            return ["data/\(key)", "constants/\(key)", ".data/\(key).storage"].map { (folder + $0, size) }
        }
    }

    /// An archive that no reader here knows may mean anything to the program it was made for.
    private mutating func refuseUnknownArchive(_ archive: ZipArchive) {
        let names = archive.entries.map(\.name)
        if names.contains("config.json"), names.contains("metadata.json") || names.contains("model.weights.h5") { return }
        do throws(PthError) {
            try ContainerKind.refuseOtherZips(names, file: archive.bytes.name)
        } catch {
            guard case .notACheckpoint(_, let found, _) = error, found.contains("zip archive") else { return }
            stop("\(error.problem)")
        }
    }

    private mutating func compareChecksums(_ archive: ZipArchive, place: String) {
        for entry in archive.entries {
            if !entry.isStored {
                guard entry.size <= inflationLeft else {
                    stop("\(place), entry \(entry.name): its checksum is not compared, because it inflates to \(entry.size) bytes")
                    continue
                }
                inflationLeft -= entry.size
            }
            do {
                try archive.verify(entry)
            } catch {
                stop("\(error)")
            }
            try? archive.bytes.window(at: entry.dataOffset, count: entry.compressedSize).letGo()
        }
    }

    /// An archive that cannot be read as one: the bytes after each header that looks like an entry's are still judged, because other
    /// readers may be less strict.
    mutating func salvage(_ bytes: ByteView, place: String) {
        for offset in SafetyScan.localHeaders(in: bytes).prefix(4096) {
            guard let method = try? bytes.integer(at: offset + 8, as: UInt16.self),
                let packedSize = try? bytes.integer(at: offset + 18, as: UInt32.self),
                let nameLength = try? bytes.integer(at: offset + 26, as: UInt16.self),
                let extraLength = try? bytes.integer(at: offset + 28, as: UInt16.self),
                let name = try? bytes.window(at: offset + 30, count: Int(nameLength))
            else { continue }
            let start = offset + 30 + Int(nameLength) + Int(extraLength)
            guard start < bytes.count else { continue }
            // Without a size, the data extend to the next signature; a deflated stream ends by itself.
            let rest = bytes.count - start
            let count = packedSize > 0 && Int(packedSize) <= rest ? Int(packedSize) : rest
            let entryPlace = "\(place), entry \(name.text ?? "?")"
            guard var contents = try? bytes.window(at: start, count: count, name: entryPlace) else { continue }
            if method == 8 {
                guard let inflated = inflate(contents, framing: .raw, claimed: nil, place: entryPlace) else { return }
                contents = inflated.bytes
            }
            if [.pickle, .other].contains(ContentKind(contents)) { salvagePickle(contents, place: entryPlace) }
        }
    }

    private mutating func salvagePickle(_ bytes: ByteView, place: String) {
        let globals = PickleOpcodeWalk(bytes).globals.filter { SafetyScan.isPlausible($0) && $0.name != "?" }
        if !globals.isEmpty {
            pickles.append(place)
            record(globals, place: place)
        }
    }

    private static func localHeaders(in bytes: ByteView) -> [Int] {
        bytes.withUnsafeBytes { raw in
            guard raw.count >= 30 else { return [] }
            var found: [Int] = []
            for at in 0...raw.count - 4 where raw[at] == 0x50 && raw[at + 1] == 0x4B && raw[at + 2] == 3 && raw[at + 3] == 4 {
                found.append(at)
            }
            return found
        }
    }

    mutating func scanLegacy(_ bytes: ByteView, place: String, depth: Int) {
        var at = 0
        for part in ["magic number", "protocol number", "system facts", "object", "storage keys"] {
            guard let end = scanOne(bytes, from: at, place: "\(place), \(part)", depth: depth) else { return }
            at = end
        }
        do {
            // A reader that goes on loading pickles would find what comes after the storages.
            let contents = try LegacyContainer.read(bytes)
            let used = contents.regions.reduce(0) { $0 + $1.byteCount } + 8 * (contents.regions.count - 1)
            if used < bytes.count {
                scanStream(try bytes.window(at: used, count: bytes.count - used), place: "\(place), after the storages", depth: depth)
            }
        } catch {
            stop("\(error)")
        }
    }

    mutating func scanTar(_ bytes: ByteView, place: String, depth: Int) {
        do {
            let members = try TarArchive(bytes).members
            // Pickles with raw numbers between them: only the reader of this container knows where each begins.
            let isTorch = members.contains { $0.name == "storages" } && members.contains { $0.name == "pickle" }
            for (name, member) in members {
                // torch looks up the exact names; another reader may accept a path that ends in the same name.
                if ["storages", "tensors", "pickle"].contains(PathText.baseName(name)), name != PathText.baseName(name) {
                    stop("\(place): member \(name) is named like one of torch's own")
                }
                let memberPlace = "\(place), member \(name)"
                if isTorch, name == "storages" || name == "tensors" {
                    pickles.append(memberPlace)
                } else {
                    let isNamedPickle = name == "pickle" || [".pkl", ".pickle", ".pt", ".pth"].contains(where: name.lowercased().hasSuffix)
                    judge(member, place: memberPlace, depth: depth + 1, isNamedPickle: isNamedPickle)
                }
            }
            guard isTorch else {
                if depth == 0 { stop("\(place): a tar archive that is not a torch checkpoint") }
                return
            }
            var found: [PickleDocument] = []
            defer {
                let between = "\(place), between storages and tensors"
                for document in found {
                    record(document.globals, place: between)
                    recordObjections(document, place: between)
                    scanNested(document, place: between, depth: depth)
                }
            }
            _ = try TarContainer.read(bytes) { found.append($0) }
        } catch {
            stop("\(error)")
        }
    }
}
