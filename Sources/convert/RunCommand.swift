import Architectures
import Exporters
import Faces
import Files
import IR
import Inference

/// `convert run MODEL IMAGE…` and `convert run MODEL --input x.npy -o y.npy`: a network's outputs, so that any other program's can be
/// compared.
enum RunCommand {
    static let table = OptionTable(
        flags: ["--force", "--quiet", "--help", "--normalize", "--exact", "--float64", "--baseline", "--timing"],
        single: Set(["--input", "--output", "--batch-size", "--threads", "--repeat"]).union(FaceOptions.single).union(
            RunnableModel.options),
        short: ["-i": "--input", "-o": "--output", "-h": "--help", "-q": "--quiet", "-f": "--force"])

    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "run")
        if parsed.has("--help") {
            Terminal.print(HelpText.run)
            return .fine
        }
        guard let path = parsed.operands.first else { throw UsageError.missingArgument("MODEL", command: "run") }
        let pictures = Array(parsed.operands.dropFirst())
        let inputPath = parsed.value("--input")
        if inputPath == nil, pictures.isEmpty { throw UsageError.missingArgument("IMAGE… or --input x.npy", command: "run") }
        if inputPath != nil, let target = parsed.value("--output"), RunImages.isCSV(target) {
            throw UsageError.conflict("--input", "-o \(target)")
        }
        if pictures.isEmpty,
            let option = FaceOptions.single.subtracting(["--threads", "--image-size"]).filter({ parsed.value($0) != nil }).min()
        {
            throw UsageError.needs(option, "IMAGE…")
        }
        if !pictures.isEmpty {
            if inputPath != nil { throw UsageError.conflict("IMAGE…", "--input") }
            if parsed.has("--float64") { throw UsageError.conflict("IMAGE…", "--float64") }
            if parsed.value("--repeat") != nil { throw UsageError.conflict("IMAGE…", "--repeat") }
        }
        let images = try ImageFiles.list(pictures)
        let opened = try RunnableModel(path: path, architecture: parsed.value("--arch"), parsed: parsed)
        var model = opened.model
        if !parsed.has("--quiet") { for remark in opened.remarks { Terminal.error("convert: \(remark)") } }
        if parsed.has("--normalize") { model = try model.appendingNormalization() }
        if let target = parsed.value("--output") {
            try OutputFile.check(
                target: target, replacing: parsed.has("--force"),
                inputs: opened.sources.map(\.identity) + (images + [inputPath].compactMap { $0 }).compactMap(FileIdentity.init(path:)))
        }
        guard let inputPath else { return try RunImages(model, file: PathText.baseName(path), parsed: parsed).run(images) }
        let array = try NumpyArray(try MappedFile(path: inputPath))
        if !parsed.has("--force"), let place = array.doubles.firstIndex(where: { !$0.isFinite }) {
            let imageSize = array.shape.dropFirst().reduce(1, *)
            throw InferenceError.inputNotFinite(image: place / max(imageSize, 1), index: place)
        }
        if parsed.has("--float64") {
            let numbers = array.doubles
            if !parsed.has("--force"), let place = numbers.firstIndex(where: { !$0.isFinite }) {
                throw InferenceError.inputNotFinite(image: place / max(array.shape.dropFirst().reduce(1, *), 1), index: place)
            }
            let outputs = try PlainExecutor(model).run(PlainTensor(shape: array.shape, values: numbers))
            guard let first = outputs.first else { return .failed }
            try first.tensor.values.withUnsafeBytes { try write($0, .float64, first.tensor.shape, parsed) }
            return .fine
        }
        let clock = ContinuousClock()
        let began = clock.now
        let executor = try FastExecutor(model, options: try executorOptions(parsed))
        let packed = clock.now - began
        let input = try Batch(shape: array.shape, values: array.floats)
        if !parsed.has("--force"), let place = input.values.firstIndex(where: { !$0.isFinite }) {
            throw InferenceError.inputNotFinite(image: place / max(input.imageSize, 1), index: place)
        }
        if parsed.has("--timing") {
            let times = try executor.stepTimes(input)
            let rows = times.map { [NumberText.fixed($0.seconds * 1000, 3), $0.method, $0.name] }
            for line in TextTable.lines(rows, rightAligned: [0]) { Terminal.error(line) }
            Terminal.error("\(NumberText.fixed(times.reduce(0) { $0 + $1.seconds } * 1000, 3)) ms in all")
        }
        var outputs = try executor.run(input)
        if let count = try parsed.integer("--repeat", in: 1...1_000_000) {
            var laps: [Duration] = []
            for _ in 0..<count {
                let start = clock.now
                outputs = try executor.run(input)
                laps.append(clock.now - start)
            }
            laps.sort()
            let median = laps[laps.count / 2]
            let rate = Double(input.imageCount) / (Double(median.components.seconds) + Double(median.components.attoseconds) * 1e-18)
            Terminal.error("\(NumberText.fixed(rate, 2)) images/s, packed in \(packed), \(executor.kernelName)")
        }
        guard let first = outputs.first else { return .failed }
        try first.batch.values.withUnsafeBytes { try write($0, .float32, first.batch.shape, parsed) }
        return .fine
    }

    /// How the arguments want the network to be run.
    static func executorOptions(_ parsed: ParsedArguments) throws -> FastExecutor.Options {
        var options = FastExecutor.Options()
        options.isExact = parsed.has("--exact")
        options.usesBaseline = parsed.has("--baseline")
        options.allowsNotFinite = parsed.has("--force")
        options.threads = try parsed.integer("--threads", in: 1...1024)
        if let size = try parsed.integer("--batch-size", in: 1...1 << 20) { options.imagesAtOnce = min(size, options.imagesAtOnce) }
        return options
    }

    /// Writes numbers to `-o`, where it is given.
    static func write(
        _ raw: UnsafeRawBufferPointer, _ element: NumpyArray.Element, _ shape: [Int], _ parsed: ParsedArguments
    ) throws {
        guard let target = parsed.value("--output") else { return }
        let output = try OutputFile(target: target, replacing: parsed.has("--force"), inputs: [])
        try NumpyArray.write(raw, element: element, shape: shape, to: output)
        try output.commit()
        if !parsed.has("--quiet") { Terminal.print("\(target): \(element.rawValue) \(shape)") }
    }
}
