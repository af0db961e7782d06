import ConvertFaces
import ConvertFiles
import ConvertInference
import ConvertJSON

/// One part of an alignment of a manifest's pictures: crops and rows of tables, as the alignment of all of them would write them.
public struct AlignmentPart {
    /// How crops are made.
    public let settings: FaceSettings
    private let tree: AlignedTree
    private let manifest: Manifest
    private let root: String
    private let work: PartWork

    static let workName = "align"

    /// Finds everything that can be found wrong before the work.
    /// - Parameters:
    ///   - request: the folder of the pictures, and how crops are made; where its tree would be does not matter.
    ///   - shard: the part.
    public init(_ request: AlignmentRequest, _ shard: ShardRequest) throws {
        settings = try FaceSettings(request.faces)
        (tree, root) = (request.tree, request.paths.first ?? ".")
        try FolderListing.check(root)
        manifest = try Manifest(path: shard.manifest, arePictures: true)
        let (manifest, root) = (manifest, root)
        // Looking through a long list takes a while; the first part does it for all, and each for its own pictures.
        let range = shard.shard.index == 0 ? 0..<manifest.count : shard.shard.range(of: manifest.count)
        try AlignedTree.check(
            names: try range.map { index in
                let name = try manifest.entry(index).path
                return AlignedTree.Picture(path: PathText.join(root, name), name: name)
            })
        let identity = PartIdentity(
            work: AlignmentPart.workName, manifest: manifest.digest, settings: try AlignmentPart.settings(settings, tree))
        work = PartWork(folder: PartFolder(shard.folder), shard: shard.shard, identity: identity, items: manifest.count)
    }

    /// Aligns the part's pictures. A picture that cannot be decoded is reported and recorded; a file that cannot be read, or is not the one
    /// in the manifest, ends the work.
    public func run(events: EventHandler = { _ in }) throws -> PartReport {
        try work.run { writer, range in
            let aligner = try settings.aligner()
            let entries = try range.map { try manifest.entry($0) }
            let (root, exif, tree, list) = (root, settings.crop.exif, tree, manifest.path)
            try aligner.align(
                count: entries.count,
                open: { index in
                    try OpenedImage(try entries[index].open(at: PathText.join(root, entries[index].path), manifest: list), exif: exif)
                },
                make: { index, aligned in
                    (
                        row: FaceTable.Row(entries[index].path, aligned), images: try tree.images(aligned), damage: aligned.image.damage,
                        isTurned: aligned.ignoredOrientation != nil
                    )
                },
                use: { index, made in
                    let name = entries[index].path
                    events(.progress(done: index + 1, total: entries.count, unit: .pictures))
                    switch made {
                    case .failure(let error):
                        guard PartWork.isLasting(error) else { throw error }
                        events(.pictureFailed(path: PathText.join(root, name), reason: error))
                        try writer.append(.failed(name, error))
                    case .success(let (row, images, damage, isTurned)):
                        if let damage { events(.pictureDamaged(path: PathText.join(root, name), words: damage)) }
                        try writer.append(AlignmentPart.record(name, row, images, isTurned: isTurned, settings: settings))
                    }
                })
        }
    }

    /// Everything that crops and rows depend on, besides the pictures.
    static func settings(_ settings: FaceSettings, _ tree: AlignedTree) throws -> JSONObject {
        JSONObject([
            "faces": .object(settings.json), "crops": .boolean(tree.writesCrops), "drawings": .boolean(tree.draws),
            "detector_sha256": try settings.detectorDigests, "loops": .string(FastExecutor.bestKernelName),
            "arithmetic": .integer(Int64(FastExecutor.arithmetic)),
        ])
    }

    /// What is known of a picture that was aligned.
    static func record(
        _ name: String, _ row: FaceTable.Row, _ images: AlignedTree.Images, isTurned: Bool, settings: FaceSettings
    ) -> PartRecord {
        PartRecord(
            meta: JSONObject([
                "name": .string(name), PartRecord.missed: .boolean(!row.isDetected && settings.preprocess.looksForFaces),
                "turned": .boolean(isTurned), "detected": .boolean(row.isDetected), "csv": .string(row.csv), "json": row.json,
                "crop": .integer(Int64(images.crop?.count ?? 0)),
            ]), payload: (images.crop ?? []) + (images.drawing ?? []))
    }
}

extension FaceTable.Row {
    /// The row in a record; nil if it has none.
    init?(_ record: PartRecord) {
        guard let csv = record.meta["csv"]?.string, let json = record.meta["json"], let isDetected = record.meta["detected"]?.boolean else {
            return nil
        }
        self.init(isDetected: isDetected, csv: csv, json: json)
    }
}

extension FaceSettings {
    /// SHA-256 of each of the detector's files; empty if no face is looked for.
    var detectorDigests: JSONValue {
        get throws {
            guard preprocess.looksForFaces else { return .array([]) }
            return .array(
                try DetectorWeights.paths(folder: weightsFolder).map { .string(SHA256Digest(of: try MappedFile(path: $0).bytes).text) })
        }
    }
}
