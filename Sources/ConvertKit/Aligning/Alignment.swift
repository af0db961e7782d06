import ConvertFaces
import ConvertFiles

/// What an alignment is asked to do.
public struct AlignmentRequest: Sendable {
    /// Pictures, and folders of pictures.
    public var paths: [String]
    /// Where crops and tables go.
    public var tree: AlignedTree
    /// What was decided of crops.
    public var faces = FaceChoice()

    /// An alignment with everything else as usual.
    public init(_ paths: [String], to tree: AlignedTree) {
        self.paths = paths
        self.tree = tree
    }
}

/// Faces found and cut out of many pictures, with tables of what was found.
public struct Alignment {
    /// What came of the pictures.
    public struct Result: Sendable {
        /// All pictures, in order.
        public let pictures: [AlignedTree.Picture]
        /// Pictures that could not be aligned, and why.
        public fileprivate(set) var failures: [(path: String, reason: any Error)] = []
        /// Pictures in which a face was looked for and not found.
        public fileprivate(set) var withoutFace: [String] = []
        /// Pictures whose EXIF orientation was not followed.
        public fileprivate(set) var storedTurned: [String] = []

        /// Pictures that were aligned.
        public var doneCount: Int { pictures.count - failures.count }
    }

    /// What was asked for.
    public let request: AlignmentRequest
    /// How crops are made.
    public let settings: FaceSettings
    private let tree: AlignedTree
    private let pictures: [AlignedTree.Picture]
    private let aligner: FaceAligner
    private let unfinished: Unfinished

    /// In a record, the digests of the files that were written: others may have taken their place since.
    private static let filesMember = "files_sha256"

    /// Finds everything that can be found wrong before the work.
    public init(_ request: AlignmentRequest) throws {
        self.request = request
        settings = try FaceSettings(request.faces)
        pictures = try AlignedTree.pictures(request.paths)
        var tree = request.tree
        let list = SHA256Digest(of: Array(pictures.map(\.name).joined(separator: "\n").utf8))
        unfinished = Unfinished(
            in: tree.folder, name: "align",
            PartIdentity(work: AlignmentPart.workName, manifest: list, settings: try AlignmentPart.settings(settings, tree)),
            paths: pictures.map(\.path))
        // Crops are those of the same alignment, which was stopped.
        if unfinished.isBegun { tree.isReplacing = true }
        try tree.check(pictures)
        self.tree = tree
        aligner = try settings.aligner()
        try tree.prepare()
    }

    /// Aligns all pictures and writes crops and tables. A picture that cannot be read is reported and left out. If the same alignment was
    /// stopped before, it goes on from there.
    public func run(events: EventHandler = { _ in }) throws -> Result {
        var table = FaceTable()
        var result = Result(pictures: pictures)
        let (tree, pictures, settings) = (tree, pictures, settings)
        func take(_ picture: AlignedTree.Picture, _ row: FaceTable.Row, isTurned: Bool) {
            if isTurned { result.storedTurned.append(picture.path) }
            if !row.isDetected, settings.preprocess.looksForFaces { result.withoutFace.append(picture.path) }
            table.append(row)
        }
        func fail(_ picture: AlignedTree.Picture, _ error: any Error) {
            result.failures.append((picture.path, error))
            events(.pictureFailed(path: picture.path, reason: error))
        }
        let chunks = try RecordChunks(unfinished.path, count: pictures.count) { record in
            record.meta[PartRecord.isPassing] == nil
                && (record.failure != nil
                    || FaceTable.Row(record) != nil
                        && tree.hasFiles(
                            of: record.meta["name"]?.string ?? "",
                            digests: record.meta[Alignment.filesMember]?.array?.compactMap(\.string) ?? []))
        }
        try chunks.begin()
        let first = chunks.done
        var place = 0
        try chunks.forEachChunk { records in
            try PartRecord.forEach(in: records, from: 0) { record in
                let picture = pictures[place]
                place += 1
                if let failure = record.failure { return fail(picture, failure) }
                if let row = FaceTable.Row(record) { take(picture, row, isTurned: record.meta["turned"]?.boolean == true) }
            }
        }
        if first > 0 { events(.resumed(done: first, total: pictures.count)) }
        let rest = Array(pictures[first...])
        // Crops are encoded and written on the thread that made them.
        try aligner.align(
            rest.map(\.path),
            make: { index, aligned in
                let images = try tree.images(aligned)
                try tree.write(images, of: rest[index].name)
                return (
                    row: FaceTable.Row(rest[index].name, aligned), digests: images.digests, damage: aligned.image.damage,
                    isTurned: aligned.ignoredOrientation != nil
                )
            },
            use: { index, made in
                let picture = rest[index]
                events(.progress(done: first + index + 1, total: pictures.count, unit: .pictures))
                switch made {
                case .failure(let error):
                    // No other picture would fare better.
                    if case FileError.noRoom = error { throw error }
                    fail(picture, error)
                    try chunks.append(.failed(picture.name, error))
                case .success(let (row, digests, damage, isTurned)):
                    if let damage { events(.pictureDamaged(path: picture.path, words: damage)) }
                    take(picture, row, isTurned: isTurned)
                    var record = AlignmentPart.record(picture.name, row, .init(), isTurned: isTurned, settings: settings)
                    record.meta.append(Alignment.filesMember, .array(digests.map { .string($0) }))
                    try chunks.append(record)
                }
            })
        if !result.storedTurned.isEmpty { events(.storedTurned(paths: result.storedTurned, total: pictures.count)) }
        try tree.write(table, settings.json)
        unfinished.remove()
        return result
    }
}
