import ConvertFaces
import ConvertFiles
import ConvertInference
import ConvertJSON
import Verifier

/// One part of an evaluation's work on pictures: the embeddings of a range of the images that the pairs name.
public struct EvaluationPart {
    private let request: EvaluationRequest
    private let faces: FaceSettings
    private let embedders: [Embedder]
    private let images: [String]
    private let expected: [ExactText: String]
    private let work: PartWork

    static let workName = "evaluate"

    /// Opens models and lists, and finds everything that can be found wrong before the long work.
    public init(_ request: EvaluationRequest, _ shard: ShardRequest, events: EventHandler = { _ in }) throws {
        var request = request
        if let choices = ProtocolChoices.complete(&request) { events(.protocolFollowed(choices)) }
        self.request = request
        let manifest = try Manifest(path: shard.manifest, arePictures: true)
        let pairs = try PairListFile(path: request.pairsFile, folds: request.judging.folds).pairs
        let listed = try EvaluationPart.listed(pairs.uniqueImages, in: manifest, allowsMissing: request.allowsMissing, events)
        images = listed.map(\.image)
        embedders = try EvaluatedModels(request, events: events).embedders
        var faces = try FaceSettings(request.faces, contract: embedders[0].model.contract)
        faces.imageSize = embedders[0].imageSize
        try faces.checkTemplate()
        self.faces = faces
        let identity = PartIdentity(
            work: EvaluationPart.workName, manifest: manifest.digest, models: embedders.map(\.fileDigest),
            settings: try EvaluationPart.settings(request, embedders, faces, images: images))
        work = PartWork(folder: PartFolder(shard.folder), shard: shard.shard, identity: identity, items: images.count)
        expected = Dictionary(
            try listed[shard.shard.range(of: images.count)].map { (ExactText($0.image), try manifest.entry($0.entry).digest) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Embeds the part's images. An image that cannot be used ends the work, unless such images are to be left out.
    public func run(events: EventHandler = { _ in }) throws -> PartReport {
        try work.run { writer, range in
            let source = CropSource(
                way: .made(try faces.aligner(), root: request.root ?? ".", isDetecting: faces.preprocess.looksForFaces),
                imageSize: faces.imageSize, kept: nil, expected: expected)
            let run = EmbeddingRun(source: source, embedders: embedders.map { ($0, nil) }, threads: faces.threads)
            try run.records(Array(images[range]), allowsMissing: request.allowsMissing, events: events) { try writer.append($0) }
        }
    }

    /// The images that a manifest has, and the index of each there: under the names that the pairs give, or with a different ending.
    private static func listed(
        _ images: [String], in manifest: Manifest, allowsMissing: Bool, _ events: EventHandler
    ) throws -> [(image: String, entry: Int)] {
        var places: [ExactText: Int] = [:]
        for index in 0..<manifest.count { places[ExactText(try manifest.entry(index).path)] = index }
        var (found, missing): ([(String, Int)], [String]) = ([], [])
        for image in images {
            if let place = PicturePath.names(image).compactMap({ places[ExactText($0)] }).first {
                found.append((image, place))
            } else {
                missing.append(image)
            }
        }
        if let first = missing.first {
            guard allowsMissing, !found.isEmpty else {
                throw ShardError.missingImages(manifest: manifest.path, first: first, count: missing.count, total: images.count)
            }
            events(.imagesMissing(count: missing.count, first: first))
        }
        return found
    }

    /// Everything that an image's embeddings depend on, besides the models' files.
    static func settings(
        _ request: EvaluationRequest, _ embedders: [Embedder], _ faces: FaceSettings, images: [String]
    ) throws -> JSONObject {
        JSONObject([
            "models": .array(embedders.map { .string($0.name) }), "widths": .array(embedders.map { .integer(Int64($0.width)) }),
            "faces": .object(faces.json), "detector_sha256": try faces.detectorDigests,
            "flip": .string((request.mirror ?? .none).rawValue), "exact": .boolean(request.isExact),
            "allow_missing": .boolean(request.allowsMissing), "loops": .string(FastExecutor.bestKernelName),
            "images_sha256": .string(SHA256Digest(of: Array(images.joined(separator: "\n").utf8)).text),
            "networks_sha256": .array(embedders.map { .string($0.digest.text) }),
        ])
    }
}

extension EmbeddingRun {
    /// Makes a record of each image and hands it on, in the images' order.
    func records(
        _ images: [String], allowsMissing: Bool, events: EventHandler, each: (PartRecord) throws -> Void
    ) throws {
        let size = min(FaceAligner.atOnce, max(1, (images.count + workers.count - 1) / workers.count))
        let (source, embedders) = (source, embedders)
        func names(_ part: Int) -> Range<Int> { part * size..<min((part + 1) * size, images.count) }
        try workers.inOrder(
            (images.count + size - 1) / size,
            make: { part -> Result<Part, any Error> in
                Result {
                    try EmbeddingRun.part(
                        Array(images[part * size..<min((part + 1) * size, images.count)]), source, embedders, allowsMissing: allowsMissing)
                }
            },
            use: { part, made in
                let made = try made.get()
                var (failures, crop) = (made.failures[...], 0)
                for name in images[names(part)] {
                    if let failure = failures.first, ExactText(failure.name) == ExactText(name) {
                        failures.removeFirst()
                        events(.imageLeftOut(name: name, reason: failure.error))
                        try each(PartRecord.failed(name, failure.error).of(source.expected[ExactText(name)]))
                        continue
                    }
                    try each(record(made, crop).of(source.expected[ExactText(name)]))
                    if let damage = made.crops[crop].damage { events(.pictureDamaged(path: name, words: damage)) }
                    crop += 1
                }
                events(.progress(done: names(part).upperBound, total: images.count, unit: .images))
            })
    }

    /// Of an image that has embeddings, by its index among those.
    private func record(_ part: Part, _ index: Int) throws -> PartRecord {
        let crop = part.crops[index]
        let payload = zip(embedders, part.values).flatMap { embedder, values in
            LittleEndianFloats.bytes(values[index * embedder.embedder.width..<(index + 1) * embedder.embedder.width])
        }
        return PartRecord(
            meta: JSONObject([
                "name": .string(crop.name), PartRecord.missed: .boolean(crop.isDetected == false),
                "detected": crop.isDetected.map { .boolean($0) } ?? .null, "turned": .boolean(crop.isTurned),
                "damage": crop.damage.map { .string($0) } ?? .null,
            ]), payload: payload)
    }

    /// Takes all embeddings from parts that were made with these settings of these very pictures, as if they had been made here.
    /// - Parameter root: the folder of the pictures.
    mutating func take(_ settings: JSONObject, from folder: String, images: [String], root: String, events: EventHandler) throws {
        let parts = try PartSet(folder)
        try parts.check(work: EvaluationPart.workName)
        let own = PartIdentity(parts.identity, models: embedders.map(\.embedder.fileDigest), settings: settings)
        if let (what, there, here) = parts.identity.difference(from: own) {
            throw ShardError.differs(path: folder, what: what, there: there, here: here)
        }
        var index = 0
        try parts.forEach { record in
            guard index < images.count, let name = record.meta["name"]?.string, ExactText(name) == ExactText(images[index]) else {
                throw ShardError.damagedPart(path: folder, reason: "its records are not those of the images")
            }
            guard record.meta[PartRecord.pictureDigest]?.string == (try CropSource.digest(name, below: root)) else {
                throw ShardError.otherPicture(path: PicturePath.of(name, below: root), parts: folder)
            }
            index += 1
            var part = Part()
            part.values = [[Float]](repeating: [], count: embedders.count)
            if let failure = record.failure {
                part.failures = [(name, failure)]
            } else {
                part.crops = [
                    (
                        name, record.meta["detected"]?.boolean, record.meta["damage"]?.string,
                        record.meta["turned"]?.boolean == true
                    )
                ]
                part.values = try EmbeddingRun.values(record, widths: embedders.map(\.embedder.width), folder: folder)
            }
            add(part, events)
        }
        if !turned.isEmpty { events(.storedTurned(paths: turned, total: images.count)) }
        for failure in failures { events(.imageLeftOut(name: failure.name, reason: failure.error)) }
    }

    /// Each model's numbers in a record.
    static func values(_ record: PartRecord, widths: [Int], folder: String) throws(ShardError) -> [[Float]] {
        let numbers = LittleEndianFloats.numbers(record.payload)
        guard numbers.count == widths.reduce(0, +) else {
            throw .damagedPart(path: folder, reason: "a record has \(numbers.count) numbers, not \(widths.reduce(0, +))")
        }
        var first = 0
        return widths.map { width in
            defer { first += width }
            return Array(numbers[first..<first + width])
        }
    }
}

extension PartRecord {
    /// SHA-256 of the picture's file, so that whoever judges the embeddings can tell whether it has the same pictures.
    static let pictureDigest = "picture_sha256"

    /// The same with the digest of its picture.
    fileprivate func of(_ picture: String?) -> PartRecord {
        var record = self
        if let picture { record.meta.append(PartRecord.pictureDigest, .string(picture)) }
        return record
    }
}

/// The first model's embeddings from their parts.
struct MergedEmbeddings {
    let parts: PartSet

    /// Writes them as an evaluation of all images would have.
    func write(to output: RunOutput, replacing: Bool, events: EventHandler) throws -> MergeReport {
        let settings = parts.identity.settings
        guard let widths = settings["widths"]?.array?.compactMap(\.integer), let width = widths.first,
            let model = settings["models"]?.array?.first?.string, widths.allSatisfy({ 1...1 << 20 ~= $0 })
        else { throw ShardError.damagedPart(path: parts.folder.path, reason: "the settings of an evaluation are not complete") }
        var report = MergeReport(work: parts.identity.work, output: output.target, parts: parts.parts.count)
        var rows = try MergedRows(output, count: parts.doneCount, model: model, replacing: replacing)
        try parts.forEach { record in
            report.items += 1
            if report.take(record, events) { return }
            guard let name = record.meta["name"]?.string else {
                throw ShardError.damagedPart(path: parts.folder.path, reason: "a record is not that of an image")
            }
            let values = try EmbeddingRun.values(record, widths: widths, folder: parts.folder.path)[0]
            // Brought to unit length as a table of all would be.
            let table = try EmbeddingTable(paths: [name], width: width, values: values, file: model)
            try rows.append(name, shape: [width], table.values, folder: parts.folder.path)
        }
        try rows.finish()
        return report
    }
}
