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
    private let pictures: [AlignedTree.Picture]
    private let aligner: FaceAligner

    /// Finds everything that can be found wrong before the work.
    public init(_ request: AlignmentRequest) throws {
        self.request = request
        settings = try FaceSettings(request.faces)
        pictures = try AlignedTree.pictures(request.paths)
        try request.tree.check(pictures)
        aligner = try settings.aligner()
        try request.tree.prepare()
    }

    /// Aligns all pictures and writes crops and tables. A picture that cannot be read is reported and left out.
    public func run(events: EventHandler = { _ in }) throws -> Result {
        var table = FaceTable()
        var result = Result(pictures: pictures)
        let (tree, pictures) = (request.tree, pictures)
        // Crops are encoded and written on the thread that made them.
        try aligner.align(
            pictures.map(\.path),
            make: { index, aligned in
                try tree.write(try tree.images(aligned), of: pictures[index].name)
                return (
                    row: FaceTable.Row(pictures[index].name, aligned), damage: aligned.image.damage,
                    isTurned: aligned.ignoredOrientation != nil
                )
            },
            use: { index, made in
                let picture = pictures[index]
                events(.progress(done: index + 1, total: pictures.count, unit: .pictures))
                switch made {
                case .failure(let error):
                    // No other picture would fare better.
                    if case FileError.noRoom = error { throw error }
                    result.failures.append((picture.path, error))
                    events(.pictureFailed(path: picture.path, reason: error))
                case .success(let (row, damage, isTurned)):
                    if isTurned { result.storedTurned.append(picture.path) }
                    if let damage { events(.pictureDamaged(path: picture.path, words: damage)) }
                    if !row.isDetected, settings.preprocess.looksForFaces { result.withoutFace.append(picture.path) }
                    table.append(row)
                }
            })
        if !result.storedTurned.isEmpty { events(.storedTurned(paths: result.storedTurned, total: pictures.count)) }
        try tree.write(table, settings.json)
        return result
    }
}
