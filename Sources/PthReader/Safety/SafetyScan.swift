import Files
import Pickle

/// What loading a file with Python's pickle could do, told without doing it.
///
/// Two answers: whether everything was looked at, and what was found. A scan that could not finish never reads as clean.
public struct SafetyScan: Sendable {
    /// One class or function named in a pickle.
    public struct Finding: Sendable {
        /// Its module.
        public let module: String
        /// Its name.
        public let name: String
        /// The entry or part of the file.
        public let place: String
        /// Offset of the opcode in that pickle.
        public let offset: Int
        /// The opcode's name.
        public let opcode: String
        /// How it is judged.
        public let verdict: GlobalVerdict
    }

    /// Whether every pickle was read to its end.
    public var isComplete: Bool { obstacles.isEmpty }
    /// The worst of all findings; at least unknown where the scan is not complete, so that it never reads as clean.
    public var verdict: GlobalVerdict { max(findings.map(\.verdict).max() ?? .clean, isComplete ? .clean : .unknown) }
    /// Whether the file is fit to be loaded: complete and clean.
    public var isCleared: Bool { isComplete && verdict == .clean }
    /// Everything named, in order.
    public private(set) var findings: [Finding] = []
    /// Why the scan could not finish.
    public private(set) var obstacles: [String] = []
    /// The pickles that were looked at.
    public private(set) var pickles: [String] = []

    /// Deepest nesting of pickles inside pickles.
    private static let deepest = 8

    private init() {}

    /// Scans a file of any kind; never throws, because what stops it is part of the answer.
    public init(_ file: MappedFile) {
        refuseAppendedArchive(file.bytes, place: file.name)
        scan(file.bytes, place: file.name, depth: 0)
    }

    /// Scans the bytes as pickles whatever they look like: a loader that tries pickle last would read them so.
    public init(asPickle file: MappedFile) {
        refuseAppendedArchive(file.bytes, place: file.name)
        scanStream(file.bytes, place: file.name, depth: 0, definesIDs: false)
    }

    /// Whether a reader of zip archives would find one in a file that begins as something else.
    public static func hidesArchive(_ bytes: ByteView) -> Bool {
        ContainerKind.recognise(bytes) != .zip && ZipArchive.appendedArchiveOffset(bytes) != nil
    }

    private mutating func refuseAppendedArchive(_ bytes: ByteView, place: String) {
        if SafetyScan.hidesArchive(bytes) { obstacles.append("\(place): a zip archive ends it, which other readers would open") }
    }

    private mutating func scan(_ bytes: ByteView, place: String, depth: Int) {
        guard depth <= SafetyScan.deepest else {
            obstacles.append("\(place): pickles are nested more than \(SafetyScan.deepest) deep")
            return
        }
        do {
            let kind = ContainerKind.recognise(bytes)
            if kind == .zip, ContainerKind.looksLikeTar(bytes) { obstacles.append("\(place): this is a tar archive, too") }
            switch kind {
            case .zip?: try scanZip(bytes, place: place, depth: depth)
            case .legacy?: try scanLegacy(bytes, place: place, depth: depth)
            case .tar?:
                // The first member's name begins the file, and may spell opcodes to a loader that does not try tar.
                let asPickle = scanQuietly(bytes, place: "\(place), as a pickle", depth: depth)
                findings += asPickle.findings
                if asPickle.isComplete { obstacles.append("\(place): this is a pickle, too") }
                try scanTar(bytes, place: place, depth: depth)
            case .barePickle?: scanStream(bytes, place: place, depth: depth, definesIDs: false)
            case nil: obstacles.append("\(place): \(ContainerKind.refusal(bytes).problem)")
            }
        } catch {
            obstacles.append("\(error)")
        }
    }

    /// A scan of its own, whose obstacles do not count.
    private func scanQuietly(_ bytes: ByteView, place: String, depth: Int) -> SafetyScan {
        var scan = SafetyScan()
        _ = scan.scanOne(bytes, from: 0, place: place, depth: depth + 1, definesIDs: false)
        return scan
    }

    /// Entries that are pickles by name or by their first bytes; raw storages cannot be loaded as code by `torch.load`.
    private mutating func scanZip(_ bytes: ByteView, place: String, depth: Int) throws {
        let archive = try ZipArchive(bytes)
        if let offset = archive.unnamedEntryOffset {
            obstacles.append("\(place): at offset \(offset) stands an archive entry that the directory does not name")
        }
        if archive.hasUnreadTail {
            obstacles.append("\(place): \(archive.trailingBytes.count) bytes after the archive's end were not read")
        }
        for entry in archive.entries {
            // torch's reader does not tell capitals apart, and loads `DATA.PKL` where it looks for `data.pkl`.
            let name = entry.name.lowercased()
            let isNamed = [".pkl", ".pickle", ".pt", ".pth", ".bin", ".joblib"].contains { name.hasSuffix($0) }
            let isStorage = name.split(separator: "/").dropLast().last == "data"
            let isScript = name.hasSuffix(".py") || name.hasSuffix(".so")
            if isScript {
                findings.append(
                    Finding(module: "archive", name: entry.name, place: place, offset: entry.dataOffset, opcode: "file", verdict: .unknown))
            }
            guard entry.size > 0, !isScript else { continue }
            if !isNamed {
                guard !isStorage else { continue }
                let head = try archive.contents(of: entry)
                guard head.matches([0x80]), let version = try? head.byte(at: 1), version <= 5 else { continue }
            }
            let contents = try archive.contents(of: entry)
            refuseAppendedArchive(contents, place: "\(place), entry \(entry.name)")
            if ContainerKind.recognise(contents) == .zip || ContainerKind.recognise(contents) == .legacy {
                scan(contents, place: "\(place), entry \(entry.name)", depth: depth + 1)
            } else {
                scanStream(contents, place: "\(place), entry \(entry.name)", depth: depth)
            }
        }
        if pickles.isEmpty && depth == 0 { pickles.append("(the archive holds no pickle)") }
    }

    private mutating func scanLegacy(_ bytes: ByteView, place: String, depth: Int) throws {
        var at = 0
        for part in ["magic number", "protocol number", "system facts", "object", "storage keys"] {
            guard let end = scanOne(bytes, from: at, place: "\(place), \(part)", depth: depth) else { return }
            at = end
        }
        // What stands behind the storages would be found by a reader that goes on loading pickles.
        let contents = try LegacyContainer.read(bytes)
        let used = contents.regions.reduce(0) { $0 + $1.byteCount } + 8 * (contents.regions.count - 1)
        if used < bytes.count {
            scanStream(try bytes.window(at: used, count: bytes.count - used), place: "\(place), behind the storages", depth: depth)
        }
    }

    private mutating func scanTar(_ bytes: ByteView, place: String, depth: Int) throws {
        for (name, member) in try TarArchive(bytes).members {
            if name.hasSuffix("storages") || name.hasSuffix("tensors") {
                // Pickles with raw numbers between them: only the reader knows where each begins.
                pickles.append("\(place), member \(name)")
            } else {
                scanStream(member, place: "\(place), member \(name)", depth: depth)
            }
        }
        var found: [PickleDocument] = []
        defer {
            for document in found {
                record(document.globals, place: "\(place), between storages and tensors")
                scanNested(document, place: place, depth: depth)
            }
        }
        _ = try TarContainer.read(bytes) { found.append($0) }
    }

    /// Pickles one behind the other to the end of the bytes.
    private mutating func scanStream(_ bytes: ByteView, place: String, depth: Int, definesIDs: Bool = true) {
        var at = 0
        while at < bytes.count {
            guard
                let end = scanOne(
                    bytes, from: at, place: at == 0 ? place : "\(place), behind byte \(at)", depth: depth, definesIDs: definesIDs)
            else { return }
            at = end
            // Zeros behind a pickle are padding.
            if let rest = try? bytes.window(at: at, count: bytes.count - at), rest.withUnsafeBytes({ $0.allSatisfy { $0 == 0 } }) { return }
        }
    }

    /// Scans one pickle; its end, or nil where it could not be read through. torch's containers define what persistent ids stand for;
    /// where nothing does, the loading program decides.
    private mutating func scanOne(_ bytes: ByteView, from start: Int, place: String, depth: Int, definesIDs: Bool = true) -> Int? {
        pickles.append(place)
        guard let rest = try? bytes.window(at: start, count: bytes.count - start, name: place) else { return nil }
        var machine = PickleMachine(rest)
        do {
            let document = try machine.run()
            record(document.globals, place: place)
            if !definesIDs, document.nodes.contains(where: { if case .persistentReference = $0 { true } else { false } }) {
                findings.append(
                    Finding(
                        module: "loader-supplied", name: "persistent id", place: place, offset: 0, opcode: "BINPERSID",
                        verdict: .unknown))
            }
            scanNested(document, place: place, depth: depth)
            return start + document.byteCount
        } catch {
            record(machine.globals, place: place)
            obstacles.append("\(error)")
            return nil
        }
    }

    private mutating func record(_ globals: [PickleGlobalUse], place: String) {
        for use in globals {
            // Loading bytes as another torch file is judged by those bytes, which are scanned too.
            let isNested = use.module == "torch.storage" && use.name == "_load_from_bytes"
            let verdict = isNested ? .clean : GlobalVerdict.of(module: use.module, name: use.name)
            findings.append(
                Finding(module: use.module, name: use.name, place: place, offset: use.offset, opcode: use.opcode, verdict: verdict))
        }
    }

    private mutating func scanNested(_ document: PickleDocument, place: String, depth: Int) {
        for case .object(let object) in document.nodes where document.globalName(object.callable) == "torch.storage._load_from_bytes" {
            guard let bytes = nestedBytes(object, in: document) else {
                obstacles.append("\(place): torch.storage._load_from_bytes is given something other than bytes")
                continue
            }
            let inner = "\(place), bytes of _load_from_bytes"
            refuseAppendedArchive(bytes, place: inner)
            scan(bytes, place: inner, depth: depth + 1)
        }
        refuseIndirectLoaders(document, place: place)
    }

    /// `_load_from_bytes` is judged by the bytes it is called with; handed to something else that may call it, it loads what nobody saw.
    private mutating func refuseIndirectLoaders(_ document: PickleDocument, place: String) {
        let loaders = Set(document.nodes.indices.filter { document.globalName(.node($0)) == "torch.storage._load_from_bytes" })
        guard !loaders.isEmpty else { return }
        for index in document.nodes.indices {
            var children = document.children(of: index)
            if case .object(let object) = document.nodes[index], case .node(let callable) = object.callable, children.first == callable {
                children.removeFirst()
            }
            guard children.contains(where: loaders.contains) else { continue }
            findings.append(
                Finding(
                    module: "torch.storage", name: "_load_from_bytes", place: place, offset: 0, opcode: "handed on as an argument",
                    verdict: .dangerous))
        }
    }

    /// The bytes given to `_load_from_bytes`, also where protocol 2 spells them as encoded text.
    private func nestedBytes(_ object: PickleObject, in document: PickleDocument) -> ByteView? {
        guard let argument = document.sequence(object.arguments)?.first else { return nil }
        var decoder = ValueDecoder(document, file: "", loadNested: { _ in .none }, resolve: { _ in .none })
        if case .bytes(let bytes)? = try? decoder.value(argument) { return bytes }
        return nil
    }
}
