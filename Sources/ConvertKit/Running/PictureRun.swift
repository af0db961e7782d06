import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertInference

/// How a network is run on pictures.
public struct PictureRunRequest: Sendable {
    /// Pictures, in the order of the rows.
    public var paths: [String]
    /// What was decided of crops.
    public var faces = FaceChoice()
    /// How the network is run.
    public var executor = FastExecutor.Options()
    /// Whether the time of each step is measured on the first pictures.
    public var hasTiming = false
    /// Whether rows are handed on as events instead of being collected.
    public var handsOnRows = false
    /// Opens a picture by its index and path; nil to read the path.
    var open: (@Sendable (Int, String) throws -> MappedFile)?

    /// A run with everything else as usual.
    public init(_ paths: [String]) { self.paths = paths }
}

/// A network's first output for each of many pictures.
///
/// ```swift
/// let run = try PictureRun(model, PictureRunRequest(["a.jpg", "b.jpg"]), name: "face.onnx")
/// let result = try run.run()
/// ```
public struct PictureRun {
    private let model: Model
    private let request: PictureRunRequest
    private let name: String
    private let faces: FaceSettings
    private let aligner: FaceAligner?

    /// Pictures that are decoded before the network runs on them: enough to keep all cores busy, few enough to need little memory.
    private static let atOnce = 32

    /// Throws if it is not known how pictures enter the network, or if a decision means nothing for it.
    /// - Parameters:
    ///   - model: the network.
    ///   - request: the pictures, and how they are run.
    ///   - name: the model's file, for messages.
    public init(_ model: Model, _ request: PictureRunRequest, name: String) throws {
        self.model = try model.overPlanes()
        self.request = request
        self.name = name
        try ContractQuestion.check(self.model, file: name)
        var faces = try FaceSettings(request.faces, contract: self.model.contract, usualExif: .follow)
        let size = PictureBatch(self.model).size
        if faces.preprocess.looksForFaces, self.model.contract.crop != .none, let size {
            faces.imageSize = .init(height: size.height, width: size.width)
            aligner = try faces.aligner()
        } else {
            if let decision = request.faces.ofFaces.first { throw PictureRunError.takesWholePictures(decision) }
            switch request.faces.crop {
            case .mtcnn, .arcface: throw PictureRunError.noSize
            default: break
            }
            aligner = nil
        }
        self.faces = faces
    }

    /// The run of the pictures from the one with this index on.
    func from(_ first: Int) -> PictureRun {
        var rest = request
        rest.paths = Array(request.paths.dropFirst(first))
        if let open = request.open { rest.open = { @Sendable index, path in try open(index + first, path) } }
        return PictureRun(model: model, request: rest, name: name, faces: faces, aligner: aligner)
    }

    private init(model: Model, request: PictureRunRequest, name: String, faces: FaceSettings, aligner: FaceAligner?) {
        (self.model, self.request, self.name, self.faces, self.aligner) = (model, request, name, faces, aligner)
    }

    /// What came of the pictures.
    public struct Result: Sendable {
        /// One row for each picture that could be read; none if rows were handed on.
        public internal(set) var table = OutputTable(names: [], shape: [], values: .float32([]))
        /// Pictures that went through the network.
        public internal(set) var doneCount = 0
        /// Pictures that could not be used, and why.
        public internal(set) var failures: [(path: String, reason: any Error)] = []
        /// Pictures in which no face was found.
        public internal(set) var withoutFace: [String] = []
        /// Pictures whose EXIF orientation was not followed.
        public internal(set) var storedTurned: [String] = []
        /// Milliseconds of a picture in the network; nil if time was not measured.
        public internal(set) var networkMilliseconds: Double?
        /// The time of each step; empty if time was not measured.
        public internal(set) var stepTimes: [Event.StepTime] = []
        /// Images that the steps were measured on.
        public internal(set) var timedImages = 0
        /// What was done to the pictures.
        public let preprocess: Preprocess
        /// What was done about EXIF orientation.
        public let exif: ExifRule

        fileprivate var names: [String] = []
        fileprivate var values: [Float] = []
        fileprivate var shape: [Int] = []
        fileprivate var networkTime = Duration.zero
    }

    /// A result before the first picture.
    var emptyResult: Result { Result(preprocess: faces.preprocess, exif: faces.crop.exif) }

    /// What came of one picture.
    struct Row: Sendable {
        let path: String
        /// Why it could not be used; nil if it was.
        var failure: (any Error)?
        /// Whether a face was found or not looked for.
        var isFound = true
        var isTurned = false
        /// The network's output, and its sizes.
        var values: ArraySlice<Float> = []
        var shape: [Int] = []
    }

    /// How pictures become crops.
    var settings: FaceSettings { faces }
    /// Whether a face is looked for in each picture.
    var looksForFaces: Bool { aligner != nil }

    /// Runs the network. A picture that cannot be read is reported and left out.
    public func run(events: EventHandler = { _ in }) throws -> Result { try run(events: events, each: nil) }

    /// - Parameter each: gets a row for each picture, in order; rows are then not collected.
    func run(events: EventHandler, each: ((Row) throws -> Void)?) throws -> Result {
        var batch = PictureBatch(model)
        var waiting: [Row] = []
        try batch.checkCount(request.paths.count)
        if faces.preprocess == .arcface, request.faces.crop == nil, aligner != nil {
            events(.alignedByFivePoints(model: name, selection: faces.crop.selection))
        }
        let executor = try FastExecutor(model, options: request.executor)
        var result = emptyResult
        let total = request.paths.count
        func fail(_ path: String, _ error: any Error) {
            result.failures.append((path, error))
            events(.pictureFailed(path: path, reason: error))
            waiting.append(Row(path: path, failure: error))
        }
        func open(_ index: Int) throws -> OpenedImage {
            let path = request.paths[index]
            return try OpenedImage(try request.open?(index, path) ?? MappedFile(path: path), exif: faces.crop.exif)
        }
        func embed() throws {
            let outputs = try self.embed(&batch, executor, &result, isCollecting: each == nil, events)
            if let each {
                var next = outputs.startIndex
                let width = result.shape.reduce(1, *)
                guard outputs.count == waiting.count(where: { $0.failure == nil }) * width else { throw ArrayRunError.noOutput }
                for var row in waiting {
                    if row.failure == nil {
                        row.values = outputs[next..<next + width]
                        row.shape = result.shape
                        next += width
                    }
                    try each(row)
                }
            }
            waiting.removeAll(keepingCapacity: true)
        }
        if let aligner {
            let (request, exif) = (request, faces.crop.exif)
            try aligner.align(
                count: total,
                open: { index in
                    let path = request.paths[index]
                    return try OpenedImage(try request.open?(index, path) ?? MappedFile(path: path), exif: exif)
                },
                make: { _, aligned in
                    (
                        crop: aligned.crop, isFound: aligned.face != nil, damage: aligned.image.damage,
                        isTurned: aligned.ignoredOrientation != nil
                    )
                },
                use: { index, made in
                    let path = request.paths[index]
                    switch made {
                    case .failure(let error): fail(path, error)
                    case .success(let (crop, isFound, damage, isTurned)):
                        if let damage { events(.pictureDamaged(path: path, words: damage)) }
                        if !isFound {
                            events(.noFace(path: path))
                            result.withoutFace.append(path)
                        }
                        if isTurned { result.storedTurned.append(path) }
                        batch.add(crop, path: path)
                        waiting.append(Row(path: path, isFound: isFound, isTurned: isTurned))
                    }
                    if batch.paths.count == PictureRun.atOnce { try embed() }
                    events(.progress(done: index + 1, total: total, unit: .pictures))
                })
        } else {
            for (index, path) in request.paths.enumerated() {
                do {
                    let isTurned = try batch.add(try open(index), path: path, events: events) != nil
                    if isTurned { result.storedTurned.append(path) }
                    waiting.append(Row(path: path, isTurned: isTurned))
                } catch { fail(path, error) }
                if batch.paths.count == PictureRun.atOnce { try embed() }
                events(.progress(done: index + 1, total: total, unit: .pictures))
            }
        }
        try embed()
        if !result.storedTurned.isEmpty { events(.storedTurned(paths: result.storedTurned, total: total)) }
        if request.hasTiming, result.doneCount > 0 {
            let milliseconds = result.networkTime.seconds * 1e3 / Double(result.doneCount)
            result.networkMilliseconds = milliseconds
            events(.networkTime(milliseconds: milliseconds, pictures: result.doneCount))
        }
        result.table = OutputTable(names: result.names, shape: result.shape, values: .float32(result.values))
        return result
    }

    /// Runs the network on the pictures that wait.
    /// - Returns: what came out for them, one after another.
    private func embed(
        _ batch: inout PictureBatch, _ executor: FastExecutor, _ result: inout Result, isCollecting: Bool, _ events: EventHandler
    ) throws -> [Float] {
        guard !batch.paths.isEmpty else { return [] }
        let input = try model.contract.standardize(try batch.pixels())
        let began = ContinuousClock.now
        let outputs = try executor.run(input)
        result.networkTime += ContinuousClock.now - began
        guard let output = outputs.first?.batch else { return [] }
        if request.hasTiming, result.doneCount == 0 {
            result.stepTimes = try executor.stepTimes(input).map { .init(name: $0.name, method: $0.method, seconds: $0.seconds) }
            result.timedImages = min(input.imageCount, request.executor.imagesAtOnce)
            events(.stepTimes(result.stepTimes, images: result.timedImages))
        }
        guard output.shape.first == batch.paths.count else {
            throw PictureError.notOnePerImage(images: batch.paths.count, shape: output.shape)
        }
        result.shape = Array(output.shape.dropFirst())
        result.doneCount += batch.paths.count
        if !isCollecting {
            batch.removeAll()
            return output.values
        }
        if request.handsOnRows {
            events(.rows(OutputTable(names: batch.paths, shape: result.shape, values: .float32(output.values))))
        } else {
            result.names += batch.paths
            result.values += output.values
        }
        batch.removeAll()
        return output.values
    }
}

/// What does not fit between a network and what was decided of its pictures.
public enum PictureRunError: DescribedError, Equatable {
    /// A face was asked for, and the network takes no pictures of one size.
    case noSize
    /// The decision means nothing for a network of whole pictures.
    case takesWholePictures(Decision)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .noSize: "the network takes pictures of any size, so no face can be cut out for it"
        case .takesWholePictures(let decision): "\(decision.words) has no effect here: the network takes whole pictures"
        }
    }

    /// What to do about it.
    public var remedy: String { "leave it out" }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] {
        switch self {
        case .noSize: [.crop]
        case .takesWholePictures(let decision): [decision]
        }
    }
}
