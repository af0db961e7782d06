import Faces
import Files
import Verifier

/// All images through crops and networks, a few at a time, with what earlier runs kept.
struct EmbeddingRun {
    /// One model's embeddings, in the order of the images that have one.
    struct Outcome {
        var values: [Float] = []
    }

    let source: CropSource
    let embedders: [(embedder: Embedder, kept: RecordLog?)]

    /// Images that a face was looked for in and not found.
    private(set) var missed: [String] = []
    /// Images that have no crop, and why.
    private(set) var failures: [(name: String, error: any Error)] = []
    /// Images that have embeddings.
    private(set) var names: [String] = []
    /// Embeddings of each model.
    private(set) var outcomes: [Outcome]
    /// Whether a face was looked for.
    private(set) var isDetecting = false

    /// Kept entries that were found damaged.
    var damagedCount: Int { (source.kept?.damagedCount ?? 0) + embedders.reduce(0) { $0 + ($1.kept?.damagedCount ?? 0) } }

    init(source: CropSource, embedders: [(embedder: Embedder, kept: RecordLog?)]) {
        (self.source, self.embedders) = (source, embedders)
        outcomes = [Outcome](repeating: Outcome(), count: embedders.count)
    }

    /// - Parameter allowsMissing: whether an image without a crop is left out; else the first one ends the run.
    mutating func run(_ images: [String], allowsMissing: Bool, progress: inout Progress) throws {
        var first = 0
        while first < images.count {
            let part = Array(images[first..<min(first + FaceAligner.atOnce, images.count)])
            var crops: [Crop] = []
            for (name, result) in zip(part, try source.crops(part)) {
                switch result {
                case .success(let crop): crops.append(crop)
                case .failure(let error):
                    guard allowsMissing else { throw error }
                    failures.append((name, error))
                }
            }
            for crop in crops {
                names.append(crop.name)
                if crop.isDetected != nil { isDetecting = true }
                if crop.isDetected == false { missed.append(crop.name) }
            }
            for index in embedders.indices { try embed(crops, with: index) }
            first += part.count
            progress.advance(to: first)
        }
    }

    private mutating func embed(_ crops: [Crop], with index: Int) throws {
        let (embedder, kept) = embedders[index]
        var rows = crops.map { crop in kept?.record(crop.key).map(EmbeddingRun.floats) }
        let missing = rows.indices.filter { rows[$0] == nil }
        for (place, row) in zip(missing, try embedder.embed(missing.map { crops[$0] })) {
            rows[place] = row
            try kept?.append(EmbeddingRun.bytes(row), under: crops[place].key)
        }
        for row in rows { outcomes[index].values += row ?? [] }
    }

    private static func bytes(_ numbers: [Float]) -> [UInt8] {
        numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } }
    }

    private static func floats(_ bytes: [UInt8]) -> [Float] {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }
}
