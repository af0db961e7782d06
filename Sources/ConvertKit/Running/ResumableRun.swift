import ConvertFiles
import ConvertIR
import ConvertJSON

/// A run on pictures whose numbers go to a file: if it is stopped, the same run goes on from there. What is done is kept in a hidden folder next
/// to the file until `finish`.
public struct ResumableRun {
    private let run: PictureRun
    private let paths: [String]
    private let unfinished: Unfinished

    /// Throws as `PictureRun` does.
    /// - Parameters:
    ///   - loaded: the file of the network.
    ///   - model: the network that is run, made of that file.
    ///   - request: the pictures, and how they are run; without timing.
    ///   - output: the file that the caller writes.
    public init(_ loaded: LoadedModel, _ model: Model, _ request: PictureRunRequest, output: String) throws {
        run = try PictureRun(model, request, name: loaded.name)
        try PictureBatch(model).checkCount(request.paths.count)
        paths = request.paths
        let list = SHA256Digest(of: Array(paths.joined(separator: "\n").utf8))
        unfinished = Unfinished(
            in: PathText.folder(output), name: PathText.baseName(output),
            PartIdentity(
                work: PictureRunPart.workName, manifest: list, models: [loaded.digest],
                settings: try PictureRunPart.settings(loaded, model, request, run, root: "")), paths: paths)
    }

    /// Runs the network on what is left.
    public func run(events: EventHandler = { _ in }) throws -> PictureRun.Result {
        let chunks = try RecordChunks(unfinished.path, count: paths.count) { $0.meta[PartRecord.isPassing] == nil }
        var result = run.emptyResult
        var (names, values, shape): ([String], [Float], [Int]) = ([], [], [])
        func take(_ record: PartRecord, _ path: String) {
            if record.meta["turned"]?.boolean == true { result.storedTurned.append(path) }
            if record.meta[PartRecord.missed]?.boolean == true { result.withoutFace.append(path) }
            guard record.failure == nil else { return }
            names.append(path)
            values += LittleEndianFloats.numbers(record.payload)
            shape = record.meta["shape"]?.array?.compactMap(\.integer) ?? []
            result.doneCount += 1
        }
        let first = chunks.done
        var place = 0
        try chunks.forEachChunk { records in
            try PartRecord.forEach(in: records, from: 0) { record in
                let path = paths[place]
                place += 1
                take(record, path)
                if let failure = record.failure {
                    result.failures.append((path, failure))
                    events(.pictureFailed(path: path, reason: failure))
                }
            }
        }
        if first > 0 { events(.resumed(done: first, total: paths.count)) }
        let rest = try run.from(first).run(
            events: { event in
                switch event {
                // Of all pictures together, below.
                case .storedTurned: break
                case .progress(let done, _, let unit): events(.progress(done: first + done, total: paths.count, unit: unit))
                default: events(event)
                }
            },
            each: { row in
                let record = row.failure.map { .failed(row.path, $0) } ?? PictureRunPart.record(row)
                take(record, row.path)
                try chunks.append(record)
            })
        result.failures += rest.failures
        if !result.storedTurned.isEmpty { events(.storedTurned(paths: result.storedTurned, total: paths.count)) }
        result.table = OutputTable(names: names, shape: shape, values: .float32(values))
        return result
    }

    /// Removes what was kept; to be called when the file is written.
    public func finish() { unfinished.remove() }
}
