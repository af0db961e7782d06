import ConvertFiles
import Pickle

/// What loading a file with Python could do, determined without loading it.
///
/// There are two answers: whether everything was examined, and what was found. A scan that could not finish never reads as clean.
public struct SafetyScan: Sendable {
    /// A class or function named in a pickle, or another source of code.
    public struct Finding: Sendable {
        /// The module; empty if the finding has none.
        public let module: String
        /// The name within the module.
        public let name: String
        /// The entry or part of the file.
        public let place: String
        /// Offset of the opcode in the pickle.
        public let offset: Int
        /// The name of the opcode.
        public let opcode: String
        /// How dangerous it is.
        public let verdict: GlobalVerdict
        /// What is unusual about its call or state; nil if only the name was judged.
        public var reason: String?

        /// Module and name, safe to print in one line.
        public var fullName: String { PrintedText.oneLine(module.isEmpty ? name : "\(module).\(name)") }
    }

    /// How far a scan goes.
    public enum Extent: Sendable {
        /// All of it, including every checksum and the checks that the file's own reader makes.
        case whole
        /// The pickles and a look at what is next to them, done whenever a file is opened; no storage is read.
        case opening
    }

    /// Whether everything was read to its end.
    public var isComplete: Bool { obstacles.isEmpty }
    /// The worst of all findings; at least unknown if the scan is not complete, so that it never reads as clean.
    public var verdict: GlobalVerdict { max(findings.map(\.verdict).max() ?? .clean, isComplete ? .clean : .unknown) }
    /// Whether the file is safe to load: complete and clean.
    public var isCleared: Bool { isComplete && verdict == .clean }
    /// Everything found, in order.
    public internal(set) var findings: [Finding] = []
    /// Why the scan could not finish, one line per reason.
    public private(set) var obstacles: [String] = []
    /// The pickles that were examined.
    public internal(set) var pickles: [String] = []
    /// What loading the file would call, by name, each once and in order.
    public var dangers: [String] {
        var seen: Set<String> = []
        return findings.filter { $0.verdict == .dangerous }.map(\.fullName).filter { seen.insert($0).inserted }
    }

    /// Maximum nesting of archives and pickles inside each other.
    public static let deepest = 8
    /// Maximum number of bytes to which one compressed entry may inflate, and all entries of a file together.
    public static let inflationLimit = (entry: 64 << 20, sum: 512 << 20)

    let extent: Extent
    var inflationLeft: Int
    /// Number of compressed bytes from which the current pickles were inflated, which limits what they may build; nil if they are not
    /// compressed.
    var inflatedFrom: Int?
    /// The pickle of torch's archive that the file is, for the check of its structure; nil if it is another file, or afterwards.
    var rootPickle: ReadPickle?

    private init(extent: Extent) {
        self.extent = extent
        inflationLeft = extent == .whole ? SafetyScan.inflationLimit.sum : SafetyScan.inflationLimit.entry
    }

    /// Scans a file of any kind. Never throws, because whatever stops the scan is part of the answer.
    public init(_ file: MappedFile, extent: Extent = .whole) {
        self.init(extent: extent)
        refuseAppendedArchive(file.bytes, place: file.name)
        judge(file.bytes, place: file.name, depth: 0, isFile: true)
        // Once something has stopped the scan, the structure need not be reported as well.
        if extent == .whole, isComplete { checkStructure(file) }
        rootPickle = nil
    }

    /// Scans the bytes as pickles whatever they look like, as a loader would that tries pickle last.
    public init(asPickle file: MappedFile) {
        self.init(extent: .whole)
        refuseAppendedArchive(file.bytes, place: file.name)
        scanStream(file.bytes, place: file.name, depth: 0, definesIDs: false)
    }

    /// The answer for a file in a format without pickles, which was read to its end, or stopped by `obstacle`.
    public init(withoutPickles file: MappedFile, obstacle: String?) {
        self.init(extent: .whole)
        refuseAppendedArchive(file.bytes, place: file.name)
        if let obstacle { stop(obstacle) }
        if case .hdf5 = ContentKind(file.bytes) { scanHDF5(file.bytes, place: file.name) }
    }

    /// A single answer for a checkpoint in several files; nil if there are none.
    public static func joined(_ scans: [SafetyScan]) -> SafetyScan? {
        guard var whole = scans.first else { return nil }
        for scan in scans.dropFirst() {
            whole.findings += scan.findings
            whole.obstacles += scan.obstacles
            whole.pickles += scan.pickles
        }
        return whole
    }

    /// Whether a reader of zip archives would find one in a file that begins as something else.
    public static func hidesArchive(_ bytes: ByteView) -> Bool {
        ContainerKind.recognize(bytes) != .zip && ZipArchive.appendedArchiveOffset(bytes) != nil
    }

    /// Records why something was not read.
    mutating func stop(_ obstacle: String) {
        let line = PrintedText.oneLine(obstacle)
        if !obstacles.contains(line) { obstacles.append(line) }
    }

    mutating func find(_ name: String, in place: String, _ verdict: GlobalVerdict, module: String = "", what: String, reason: String? = nil)
    {
        findings.append(
            Finding(module: module, name: name, place: place, offset: 0, opcode: what, verdict: verdict, reason: reason))
    }

    mutating func refuseAppendedArchive(_ bytes: ByteView, place: String) {
        guard SafetyScan.hidesArchive(bytes) else { return }
        stop("\(place): a zip archive ends it, which other readers would open")
        salvage(bytes, place: place)
    }

    /// Judges bytes by what they are. A whole file must be of a known kind; an entry may be any data.
    mutating func judge(_ bytes: ByteView, place: String, depth: Int, isFile: Bool = false, isNamedPickle: Bool = false) {
        guard depth <= SafetyScan.deepest else {
            return stop("\(place): archives and pickles are nested more than \(SafetyScan.deepest) deep")
        }
        let kind = ContentKind(bytes)
        // torch tries tar first, whatever else the bytes are.
        if kind != .tar, ContainerKind.looksLikeTar(bytes) { stop("\(place): this is a tar archive, too") }
        switch kind {
        case .zip: scanZip(bytes, place: place, depth: depth, isFile: isFile)
        case .legacy: scanLegacy(bytes, place: place, depth: depth)
        case .tar:
            // The file begins with the first member's name, which may spell opcodes for a loader that does not try tar.
            let asPickle = scanQuietly(bytes, place: "\(place), as a pickle", depth: depth)
            findings += asPickle.findings
            if asPickle.isComplete { stop("\(place): this is a pickle, too") }
            scanTar(bytes, place: place, depth: depth)
        case .pickle: scanStream(bytes, place: place, depth: depth, definesIDs: !isFile)
        case .numpyArray: scanNumpyArray(bytes, place: place, depth: depth)
        case .gzip: scanDeflated(bytes, framing: .gzip, place: place, depth: depth)
        case .zlib:
            if !scanDeflated(bytes, framing: .zlib, place: place, depth: depth) {
                judgeUnmarked(bytes, place, depth, isFile, isNamedPickle)
            }
        case .packed(let format): stop("\(place): data packed by \(format), which is not read here")
        case .program(let what): find(place, in: place, .unknown, what: what)
        case .hdf5: scanHDF5(bytes, place: place)
        case .json: scanJSON(bytes, place: place, depth: depth, isFile: isFile, isNamedPickle: isNamedPickle)
        case .appleDouble where !isFile: break
        case .appleDouble, .other: judgeUnmarked(bytes, place, depth, isFile, isNamedPickle)
        }
    }

    /// Bytes without a signature: a pickle of protocol 0 or 1, or not a pickle.
    mutating func judgeUnmarked(_ bytes: ByteView, _ place: String, _ depth: Int, _ isFile: Bool, _ isNamedPickle: Bool) {
        if scanUnmarked(bytes, place: place, depth: depth, definesIDs: !isFile) { return }
        if isFile, ContainerKind.recognize(bytes) == .barePickle {
            scanStream(bytes, place: place, depth: depth, definesIDs: false)
        } else if isFile {
            stop(ContainerKind.refusal(bytes).problem)
        } else if isNamedPickle, bytes.count > 0 {
            stop("\(place): it is named like a pickle, and cannot be read as one")
        }
    }

    /// A separate scan, whose obstacles do not count.
    private func scanQuietly(_ bytes: ByteView, place: String, depth: Int) -> SafetyScan {
        var scan = SafetyScan(extent: extent)
        _ = scan.scanOne(bytes, from: 0, place: place, depth: depth + 1, definesIDs: false)
        return scan
    }

    /// What the reader of checkpoints refuses is not clean, even if none of its pickles acts: its structure misleads, or another reader
    /// would see different contents.
    private mutating func checkStructure(_ file: MappedFile) {
        guard let kind = ContainerKind.recognize(file.bytes) else { return }
        do {
            _ = try ContainerContents.read(file.bytes, as: kind, known: rootPickle)
        } catch PthError.notACheckpoint {
            // A different format, which was judged by its entries.
        } catch PthError.bigEndian(_, let place) where !place.hasPrefix("entry ") || place.hasSuffix("byteorder") {
            // Sound, but unusable here; with other capitalization, not every reader finds the entry.
        } catch {
            stop("\(error)")
        }
    }
}
