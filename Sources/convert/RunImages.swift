import Faces
import Files
import IR
import Inference
import JSON
import Verifier

/// `convert run MODEL IMAGE…`: a network's first output for each picture.
struct RunImages {
    private let model: Model
    private let request: RunRequest
    private let parsed: ParsedArguments
    private let contract: InputContract

    /// Pictures that are decoded before the network runs on them: enough to keep all cores busy, few enough to need little memory.
    private static let atOnce = 32

    init(_ model: Model, request: RunRequest, parsed: ParsedArguments) throws {
        self.model = try model.overPlanes()
        self.request = request
        self.parsed = parsed
        contract = model.contract
        try ContractQuestion.check(model, file: PathText.baseName(request.model))
    }

    /// How faces are cut out; nil where the network takes whole pictures, as they are or resized.
    private func aligner(_ faces: FaceOptions, _ size: (height: Int, width: Int)?) throws -> FaceAligner? {
        var faces = faces
        let isAsked = try ContractOptions.cropName(parsed).map { $0 != .resize } ?? false
        guard faces.preprocess == .mtcnn, contract.crop != .none, let size, size.height == size.width else {
            if isAsked { throw UsageError.conflict("--preprocess mtcnn", "a network that takes no square faces") }
            try parsed.refuse(FaceOptions.ofFaces, because: "the network takes whole pictures")
            return nil
        }
        faces.crop.imageSize = size.height
        if let remark = faces.remark, !request.isQuiet { Terminal.error("convert: \(remark)") }
        return try faces.aligner()
    }

    func run(_ paths: [String], report: inout RunReport) throws -> ExitStatus {
        var batch = PictureBatch(model)
        let faces = try FaceOptions(parsed, contract: contract, usualExif: .follow)
        let aligner = try aligner(faces, batch.size)
        try batch.checkCount(paths.count)
        let executor = try FastExecutor(model, options: request.executor)
        var state = State(progress: Progress(total: paths.count, unit: "pictures", isQuiet: request.isQuiet || request.output == nil))
        if let aligner {
            try aligner.align(
                paths,
                make: { _, aligned in
                    (
                        crop: aligned.crop, isFound: aligned.face != nil, damage: aligned.image.damage,
                        isTurned: aligned.ignoredOrientation != nil
                    )
                },
                use: { index, result in
                    let path = paths[index]
                    switch result {
                    case .failure(let error): state.fail(path, error)
                    case .success(let (crop, isFound, damage, isTurned)):
                        state.progress.clear()
                        Terminal.damaged(path, damage)
                        if !isFound {
                            Terminal.error("convert: \(path): no face found; the whole picture is resized")
                            state.missed.append(path)
                        }
                        if isTurned { state.turned.append(path) }
                        batch.add(crop, path: path)
                    }
                    if batch.paths.count == RunImages.atOnce { try embed(&batch, executor, &state, &report) }
                    state.progress.advance(to: index + 1)
                })
        } else {
            for (index, path) in paths.enumerated() {
                do {
                    state.progress.clear()
                    if try batch.add(path, exif: faces.crop.exif) != nil { state.turned.append(path) }
                } catch { state.fail(path, error) }
                if batch.paths.count == RunImages.atOnce { try embed(&batch, executor, &state, &report) }
                state.progress.advance(to: index + 1)
            }
        }
        try embed(&batch, executor, &state, &report)
        state.progress.clear()
        return try conclude(state, paths, faces, &report)
    }

    /// What has come of the pictures so far.
    private struct State {
        var progress: Progress
        var names: [String] = []
        var values: [Float] = []
        var shape: [Int] = []
        var done = 0
        var failed: [(path: String, error: any Error)] = []
        var missed: [String] = []
        var turned: [String] = []
        var networkTime = Duration.zero
        let began = ContinuousClock.now

        mutating func fail(_ path: String, _ error: any Error) {
            failed.append((path, error))
            progress.clear()
            Terminal.error("convert: \(error)")
        }
    }

    /// Runs the network on the pictures that wait.
    private func embed(_ batch: inout PictureBatch, _ executor: FastExecutor, _ state: inout State, _ report: inout RunReport) throws {
        guard !batch.paths.isEmpty else { return }
        let input = try contract.standardize(try batch.pixels())
        let began = ContinuousClock.now
        let outputs = try executor.run(input)
        state.networkTime += ContinuousClock.now - began
        guard let output = outputs.first?.batch else { return }
        if request.hasTiming, state.done == 0 {
            state.progress.clear()
            report.add(try executor.stepTimes(input), images: min(input.imageCount, request.executor.imagesAtOnce))
        }
        guard output.shape.first == batch.paths.count else {
            throw PictureError.notOnePerImage(images: batch.paths.count, shape: output.shape)
        }
        state.shape = Array(output.shape.dropFirst())
        state.done += batch.paths.count
        if report.printsRows {
            let table = OutputTable(names: batch.paths, shape: state.shape, values: .float32(output.values))
            Terminal.print(lines: (0..<table.count).map(table.line))
        } else {
            state.names += batch.paths
            state.values += output.values
        }
        batch.removeAll()
    }

    private func conclude(_ state: State, _ paths: [String], _ faces: FaceOptions, _ report: inout RunReport) throws -> ExitStatus {
        if let remark = TurnedPictures.remark(state.turned, of: paths.count) { report.note(remark) }
        if request.hasTiming, state.done > 0 {
            func milliseconds(_ time: Duration) -> Double {
                Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15
            }
            let network = milliseconds(state.networkTime) / Double(state.done)
            Terminal.error("\(state.done) pictures: \(NumberText.fixed(network, 3)) ms each in the network")
            report.add("network_milliseconds_per_picture", .number(network))
        }
        report.add("preprocess", .string(faces.preprocess.rawValue))
        report.add("exif", .string(faces.crop.exif.rawValue))
        report.add("without_face", .array(state.missed.map { .string($0) }))
        report.add("stored_turned", .array(state.turned.map { .string($0) }))
        report.add("failed", ResultJSON.failures(state.failed.map { (path: $0.path, reason: "\($0.error)") }))
        try report.conclude(OutputTable(names: state.names, shape: state.shape, values: .float32(state.values)))
        guard !state.failed.isEmpty else { return .fine }
        Terminal.error(
            "convert: \(state.failed.count) of \(paths.count) pictures could not be read"
                + (request.output != nil && state.done > 0 ? "; the output holds the other \(state.done), in order" : ""))
        return .checkFailed
    }
}

/// Pictures that are stored turned, where that is not followed.
enum TurnedPictures {
    /// One line about all of them; nil where there are none.
    static func remark(_ names: [String], of total: Int) -> String? {
        guard let first = names.first else { return nil }
        let isOne = names.count == 1
        return
            "EXIF says that \(names.count) of \(total) pictures \(isOne ? "is" : "are") stored turned (\(first)\(isOne ? "" : " first")); "
            + "taken as stored, --exif follow brings \(isOne ? "it" : "them") upright"
    }
}
