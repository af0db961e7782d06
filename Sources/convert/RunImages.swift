import Faces
import Files
import IR
import Inference
import Verifier

/// `convert run MODEL IMAGE…`: a network's first output for each picture.
struct RunImages {
    private let model: Model
    private let parsed: ParsedArguments
    private let contract: InputContract

    /// Pictures that are decoded before the network runs on them: enough to keep all cores busy, few enough to need little memory.
    private static let atOnce = 32

    init(_ model: Model, file: String, parsed: ParsedArguments) throws {
        self.model = try model.overPlanes()
        self.parsed = parsed
        contract = model.contract
        try ContractQuestion.check(model, file: file)
    }

    /// Whether an output is wanted as text.
    static func isCSV(_ path: String) -> Bool { path.lowercased().hasSuffix(".csv") }

    /// One picture's numbers.
    private struct Row {
        let path: String
        let values: ArraySlice<Float>
    }

    /// How faces are cut out; nil where the network takes whole pictures, as they are or resized.
    private func aligner(_ size: (height: Int, width: Int)?) throws -> FaceAligner? {
        var faces = try FaceOptions(parsed, contract: contract)
        let isAsked = try ContractOptions.cropName(parsed).map { $0 != .resize } ?? false
        guard faces.preprocess == .mtcnn, contract.crop != .none, let size, size.height == size.width else {
            if isAsked { throw UsageError.conflict("--preprocess mtcnn", "a network that takes no square faces") }
            return nil
        }
        faces.crop.imageSize = size.height
        if let remark = faces.remark, !parsed.has("--quiet") { Terminal.error("convert: \(remark)") }
        return try faces.aligner()
    }

    func run(_ paths: [String]) throws -> ExitStatus {
        let target = parsed.value("--output")
        var batch = PictureBatch(model)
        try batch.checkCount(paths.count)
        let executor = try FastExecutor(model, options: try RunCommand.executorOptions(parsed))
        var (rows, shape, failures): ([Row], [Int], Int) = ([], [], 0)
        func embed() throws {
            guard !batch.paths.isEmpty else { return }
            let outputs = try executor.run(try contract.standardise(try batch.pixels()))
            guard let output = outputs.first?.batch else { return }
            shape = Array(output.shape.dropFirst())
            for (index, path) in batch.paths.enumerated() {
                rows.append(Row(path: path, values: output.values[index * output.imageSize..<(index + 1) * output.imageSize]))
            }
            batch.removeAll()
            guard target == nil else { return }
            // Printed as they come, and not kept.
            for row in rows { Terminal.print(RunImages.line(row.path, row.values, shape)) }
            rows.removeAll()
        }
        func fail(_ error: any Error) {
            failures += 1
            Terminal.error("convert: \(error)")
        }
        if let aligner = try aligner(batch.size) {
            try aligner.align(
                paths, make: { _, aligned in (crop: aligned.crop, isFound: aligned.face != nil, damage: aligned.image.damage) },
                use: { index, result in
                    switch result {
                    case .failure(let error): fail(error)
                    case .success(let (crop, isFound, damage)):
                        Terminal.damaged(paths[index], damage)
                        if !isFound { Terminal.error("convert: \(paths[index]): no face found; the whole picture is resized") }
                        batch.add(crop, path: paths[index])
                    }
                    if batch.paths.count == RunImages.atOnce { try embed() }
                })
        } else {
            for path in paths {
                do { try batch.add(path) } catch { fail(error) }
                if batch.paths.count == RunImages.atOnce { try embed() }
            }
        }
        try embed()
        if let target, !rows.isEmpty {
            if RunImages.isCSV(target) {
                try writeCSV(rows, to: target, inputs: paths.compactMap(FileIdentity.init(path:)))
            } else {
                let values = rows.flatMap(\.values)
                try values.withUnsafeBytes { try RunCommand.write($0, .float32, [rows.count] + shape, parsed) }
            }
        }
        guard failures > 0 else { return .fine }
        let done = paths.count - failures
        Terminal.error(
            "convert: \(failures) of \(paths.count) pictures could not be read"
                + (target != nil && done > 0 ? "; the output holds the other \(done), in order" : ""))
        return .checkFailed
    }

    /// The path, how many numbers there are, and the first few.
    private static func line(_ path: String, _ values: ArraySlice<Float>, _ shape: [Int]) -> String {
        let shown = values.prefix(5).map { "\($0)" }.joined(separator: " ")
        return "\(path)  \(shape.map(String.init).joined(separator: "×")): \(shown)\(values.count > 5 ? " …" : "")"
    }

    private func writeCSV(_ rows: [Row], to target: String, inputs: [FileIdentity]) throws {
        let output = try OutputFile(target: target, replacing: parsed.has("--force"), inputs: inputs)
        for row in rows {
            var line = CSVText.quoted(row.path)
            for value in row.values { line += ",\(value)" }
            try output.write(Array((line + "\n").utf8))
        }
        try output.commit()
        if !parsed.has("--quiet") { Terminal.print("\(target): \(rows.count) pictures") }
    }
}
