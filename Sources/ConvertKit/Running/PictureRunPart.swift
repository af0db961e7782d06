import ConvertFaces
import ConvertFiles
import ConvertInference
import ConvertIR
import ConvertJSON

/// One part of a network's run on a manifest's pictures.
public struct PictureRunPart {
    private let run: PictureRun
    private let work: PartWork

    static let workName = "run"

    /// Finds everything that can be found wrong before the work.
    /// - Parameters:
    ///   - loaded: the file of the network.
    ///   - model: the network that is run, made of that file.
    ///   - request: the folder of the pictures as the only path, and how they are run.
    ///   - shard: the part.
    public init(_ loaded: LoadedModel, _ model: Model, _ request: PictureRunRequest, _ shard: ShardRequest) throws {
        let root = request.paths.first ?? "."
        try FolderListing.check(root)
        let manifest = try Manifest(path: shard.manifest, arePictures: true)
        let range = shard.shard.range(of: manifest.count)
        var request = request
        request.paths = try range.map { PathText.join(root, try manifest.entry($0).path) }
        request.open = { index, path in
            try manifest.entry(range.lowerBound + index).open(at: path, manifest: manifest.path)
        }
        run = try PictureRun(model, request, name: loaded.name)
        // Of all pictures, because a part may be a single one.
        try PictureBatch(model).checkCount(manifest.count)
        let identity = PartIdentity(
            work: PictureRunPart.workName, manifest: manifest.digest, models: [loaded.digest],
            settings: try PictureRunPart.settings(loaded, model, request, run, root: root))
        work = PartWork(folder: PartFolder(shard.folder), shard: shard.shard, identity: identity, items: manifest.count)
    }

    /// Runs the network on the part's pictures. A picture that cannot be decoded is reported and recorded; a file that cannot be read, or is
    /// not the one in the manifest, ends the work.
    public func run(events: EventHandler = { _ in }) throws -> PartReport {
        let first = work.shard.range(of: work.items).lowerBound
        return try work.run { writer, range in
            _ = try run.from(range.lowerBound - first).run(events: events) { row in
                if let failure = row.failure {
                    guard PartWork.isLasting(failure) else { throw failure }
                    return try writer.append(.failed(row.path, failure))
                }
                try writer.append(PictureRunPart.record(row))
            }
        }
    }

    /// Everything that a picture's numbers depend on, besides the picture and the model's file.
    static func settings(
        _ loaded: LoadedModel, _ model: Model, _ request: PictureRunRequest, _ run: PictureRun, root: String
    ) throws -> JSONObject {
        JSONObject([
            "model": .string(loaded.name), "graph_sha256": .string(SHA256Digest(of: Array("\(model.graph)".utf8)).text),
            "contract": .object(model.contract.json), "architecture": .string(model.architecture.name),
            "pictures": PartIdentity.folder(root),
            "faces": .object(run.settings.json), "detector_sha256": run.looksForFaces ? try run.settings.detectorDigests : .array([]),
            "exact": .boolean(request.executor.isExact), "not_finite": .boolean(request.executor.allowsNotFinite),
            "loops": .string(FastExecutor.kernelName(of: request.executor.loops)),
            "arithmetic": .integer(Int64(FastExecutor.arithmetic)),
        ])
    }

    /// What is known of a picture that went through the network.
    static func record(_ row: PictureRun.Row) -> PartRecord {
        PartRecord(
            meta: JSONObject([
                "name": .string(row.path), PartRecord.missed: .boolean(!row.isFound), "turned": .boolean(row.isTurned),
                "shape": .array(row.shape.map { .integer(Int64($0)) }),
            ]), payload: LittleEndianFloats.bytes(row.values))
    }
}

/// A network's outputs for a manifest's pictures from their parts.
struct MergedPictureRun {
    let parts: PartSet

    /// Writes them as the run of all pictures would have.
    func write(to output: RunOutput, replacing: Bool, events: EventHandler) throws -> MergeReport {
        guard let model = parts.identity.settings["model"]?.string else {
            throw ShardError.damagedPart(path: parts.folder.path, reason: "the settings of a run are not complete")
        }
        var report = MergeReport(work: parts.identity.work, output: output.target, parts: parts.parts.count)
        var rows = try MergedRows(output, count: parts.doneCount, model: model, replacing: replacing)
        try parts.forEach { record in
            report.items += 1
            if report.take(record, events) { return }
            guard let name = record.meta["name"]?.string, let sizes = record.meta["shape"]?.array?.compactMap(\.integer),
                record.payload.count == sizes.reduce(4, { $0.multipliedReportingOverflow(by: $1).0 })
            else { throw ShardError.damagedPart(path: parts.folder.path, reason: "a record is not that of a picture") }
            try rows.append(name, shape: sizes, LittleEndianFloats.numbers(record.payload), folder: parts.folder.path)
        }
        try rows.finish()
        return report
    }
}
