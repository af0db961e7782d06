import ConvertFiles
import Exporters
import PthReader

/// What loading a file with Python could do, by what the file is.
public struct SafetyInspection: Sendable {
    /// The file.
    public let file: MappedFile
    /// What the file is, for people.
    public let kind: String
    /// What was found in its pickles, and whether all of it was read.
    public let scan: SafetyScan

    /// Scans a file; of the index of a checkpoint in several files, all of those.
    public init(path: String) throws {
        let file = try MappedFile(path: path)
        guard let shards = try ShardedCheckpoint.shardPaths(of: file) else {
            self.init(file)
            return
        }
        let scans = try shards.map { SafetyInspection(try MappedFile(path: $0)).scan }
        self.init(file: file, kind: "file", scan: SafetyScan.joined(scans) ?? SafetyScan(file))
    }

    private init(file: MappedFile, kind: String, scan: SafetyScan) {
        (self.file, self.kind, self.scan) = (file, kind, scan)
    }

    private init(_ file: MappedFile) {
        self.file = file
        let format = FormatRegistry.formats.first { $0.recognizes(file.bytes) && $0.name != PthFormat.name }
        // The first bytes of HDF5 may also be a tar's header, which torch would read first; a header's length may spell opcodes.
        guard let format, ContainerKind.recognize(file.bytes) == nil else {
            scan = SafetyScan(file)
            kind = ContainerKind.recognize(file.bytes) == nil ? "file" : PthFormat.name
            return
        }
        let asPickle = SafetyScan(asPickle: file)
        // A length of 0x97 or 0x98 is an opcode for a buffer that a loader would have to supply: alone it acts on nothing.
        let acts = asPickle.findings.contains { $0.module != "loader-supplied" }
        if asPickle.pickles.count > 1 || asPickle.isComplete || acts {
            (scan, kind) = (asPickle, format.name)
            return
        }
        (scan, kind) = (SafetyScan(withoutPickles: file, obstacle: SafetyInspection.obstacle(file, format)), format.name)
    }

    /// The inspection with reviewed names counted as clean.
    public func allowing(_ names: AllowedNames) -> SafetyInspection {
        SafetyInspection(file: file, kind: kind, scan: scan.allowing(names))
    }

    /// Why the format's own reader does not accept the file. HDF5 of other programs is no reason: it is HDF5 all the same.
    private static func obstacle(_ file: MappedFile, _ format: any FileFormat.Type) -> String? {
        do {
            _ = try format.open(file, options: OpenOptions())
            return nil
        } catch let error as HDF5Error {
            if case .foreign = error { return nil }
            return error.problem
        } catch let error as any DescribedError {
            return error.problem
        } catch {
            return "\(error)"
        }
    }
}
