import ConvertFaces
import ConvertFiles
import ConvertInference
import Verifier

/// All images through crops and networks: each thread takes a few images from decoding to embedding, with what earlier runs cached.
struct EmbeddingRun {
    let source: CropSource
    let embedders: [(embedder: Embedder, kept: RecordLog?)]
    let workers: Workers

    /// Images that a face was looked for in and not found.
    private(set) var missed: [String] = []
    /// Images whose EXIF orientation was not followed.
    private(set) var turned: [String] = []
    /// Images that have no crop, and why.
    private(set) var failures: [(name: String, error: any Error)] = []
    /// Images that have embeddings.
    private(set) var names: [String] = []
    /// Each model's embeddings, in the order of `names`.
    private(set) var values: [[Float]]
    /// Whether it is known of every image whether a face was found.
    private(set) var isDetecting = true
    /// What the work took.
    private(set) var times = EvaluationTimes()
    /// Whether a model that gives no usable embeddings ends the work.
    var endsAtModelFailure = true
    /// Models that gave no usable embeddings, by their index, and why.
    private(set) var modelFailures: [Int: any Error] = [:]
    /// What each network took, and of how many images.
    private(set) var networks: [NetworkTime]

    /// Files of cached crops and embeddings.
    private var logs: [RecordLog] {
        var seen: Set<String> = []
        return ([source.kept] + embedders.map(\.kept)).compactMap(\.self).filter { seen.insert($0.path).inserted }
    }

    /// Whether crops or embeddings are cached, so that the same command goes on where this one ends.
    var isKeeping: Bool { !logs.isEmpty }
    /// Crops that earlier runs left.
    var cachedCrops: Int { source.kept?.keptCount ?? 0 }
    /// Embeddings that earlier runs left.
    var cachedEmbeddings: Int { logs.reduce(0) { $0 + $1.keptCount } - cachedCrops }
    /// Cached entries that were found damaged.
    var damagedCount: Int { logs.reduce(0) { $0 + $1.damagedCount } }
    /// Why some of what was made is not cached.
    var refusals: [FileError] { logs.compactMap(\.refusal) }
    /// What was wrong with cached files when they were opened.
    var complaints: [(path: String, text: String)] { logs.compactMap { log in log.complaint.map { (log.path, $0) } } }

    init(source: CropSource, embedders: [(embedder: Embedder, kept: RecordLog?)], threads: Int?) {
        self.source = source
        self.embedders = embedders
        workers = Workers(count: threads)
        values = [[Float]](repeating: [], count: embedders.count)
        networks = [NetworkTime](repeating: NetworkTime(), count: embedders.count)
    }

    /// What a network took, in seconds of processor time of all threads together.
    struct NetworkTime {
        var computed = 0
        var seconds = 0.0
    }

    /// How fast one of the models was; nil if the work was not done here.
    func speed(of model: Int) -> EvaluationSpeed? {
        guard times.elapsed > 0 else { return nil }
        return EvaluationSpeed(
            elapsed: times.elapsed, images: names.count, computed: networks[model].computed, networkSeconds: networks[model].seconds)
    }

    /// What one thread made of a few images.
    struct Part: Sendable {
        var crops: [(name: String, isDetected: Bool?, damage: String?, isTurned: Bool)] = []
        var failures: [(name: String, error: any Error)] = []
        var values: [[Float]] = []
        var networks: [NetworkTime] = []
        var modelFailures: [(model: Int, error: any Error)] = []
        var times = EvaluationTimes()
    }

    /// - Parameter allowsMissing: whether an image without a crop is left out; else the first one ends the run.
    mutating func run(_ images: [String], allowsMissing: Bool, events: EventHandler) throws {
        let size = min(FaceAligner.atOnce, max(1, (images.count + workers.count - 1) / workers.count))
        let (source, embedders, endsAtModelFailure) = (source, embedders, endsAtModelFailure)
        try workers.inOrder(
            (images.count + size - 1) / size,
            make: { part -> Result<Part, any Error> in
                let names = Array(images[part * size..<min((part + 1) * size, images.count)])
                return Result {
                    try EmbeddingRun.part(
                        names, source, embedders, allowsMissing: allowsMissing, endsAtModelFailure: endsAtModelFailure)
                }
            },
            use: { part, made in
                add(try made.get(), events)
                events(.progress(done: min((part + 1) * size, images.count), total: images.count, unit: .images))
            })
    }

    /// Runs, and reports everything about it: what is cached, each damaged image after a failure, and images that are left out.
    mutating func perform(_ images: [String], allowsMissing: Bool, threads: Int?, events: EventHandler) throws {
        for complaint in complaints { events(.cacheComplaint(path: complaint.path, text: complaint.text)) }
        if cachedCrops + cachedEmbeddings > 0 { events(.cached(crops: cachedCrops, embeddings: cachedEmbeddings)) }
        if isKeeping { events(.resumable(true)) }
        let start = ContinuousClock.now
        do { try run(images, allowsMissing: allowsMissing, events: events) } catch {
            throw EvaluationImages.damage(images, source, threads: threads, error: error, events: events) ?? error
        }
        times.elapsed = (ContinuousClock.now - start).seconds
        events(.resumable(false))
        for refusal in refusals { events(.cachingEnded(reason: refusal)) }
        if damagedCount > 0 { events(.cacheRepaired(count: damagedCount)) }
        if !turned.isEmpty { events(.storedTurned(paths: turned, total: images.count)) }
        for failure in failures { events(.imageLeftOut(name: failure.name, reason: failure.error)) }
    }

    /// Those of the images that have no embeddings.
    func missing(of images: [String]) -> [String] {
        let present = Set(names.map { ExactText($0) })
        return images.filter { !present.contains(ExactText($0)) }
    }

    static func part(
        _ names: [String], _ source: CropSource, _ embedders: [(embedder: Embedder, kept: RecordLog?)], allowsMissing: Bool,
        endsAtModelFailure: Bool = true
    ) throws -> Part {
        var part = Part()
        var crops: [Crop] = []
        let start = EvaluationTimes.processorSeconds
        let results = source.crops(names)
        let between = EvaluationTimes.processorSeconds
        for (name, result) in zip(names, results) {
            switch result {
            case .success(let crop): crops.append(crop)
            case .failure(let error):
                guard allowsMissing, source.expected.isEmpty || PartWork.isLasting(error) else { throw error }
                part.failures.append((name, error))
            }
        }
        part.crops = crops.map { ($0.name, $0.isDetected, $0.damage, $0.isTurned) }
        for (index, (embedder, kept)) in embedders.enumerated() {
            let start = EvaluationTimes.processorSeconds
            var (values, computed): ([Float], Int) = ([], 0)
            do { (values, computed) = try embed(crops, with: embedder, kept: kept) } catch {
                guard !endsAtModelFailure else { throw error }
                part.modelFailures.append((index, error))
            }
            part.values.append(values)
            part.networks.append(NetworkTime(computed: computed, seconds: EvaluationTimes.processorSeconds - start))
        }
        part.times = EvaluationTimes(crops: between - start, embeddings: EvaluationTimes.processorSeconds - between)
        return part
    }

    private static func embed(_ crops: [Crop], with embedder: Embedder, kept: RecordLog?) throws -> (values: [Float], computed: Int) {
        var rows = crops.map { crop in kept?.record(crop.key).map(floats) }
        let missing = rows.indices.filter { rows[$0] == nil }
        for (place, row) in zip(missing, try embedder.embed(missing.map { crops[$0] })) {
            rows[place] = row
            kept?.append(bytes(row), under: crops[place].key)
        }
        return (rows.flatMap { $0 ?? [] }, missing.count)
    }

    mutating func add(_ part: Part, _ events: EventHandler) {
        for crop in part.crops {
            names.append(crop.name)
            if crop.isDetected == nil { isDetecting = false }
            if crop.isDetected == false { missed.append(crop.name) }
            if crop.isTurned { turned.append(crop.name) }
            if let damage = crop.damage { events(.pictureDamaged(path: crop.name, words: damage)) }
        }
        failures += part.failures
        times.add(part.times)
        for index in values.indices {
            values[index] += part.values[index]
        }
        for (index, network) in part.networks.enumerated() where networks.indices.contains(index) {
            networks[index].computed += network.computed
            networks[index].seconds += network.seconds
        }
        for failure in part.modelFailures where modelFailures[failure.model] == nil { modelFailures[failure.model] = failure.error }
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
