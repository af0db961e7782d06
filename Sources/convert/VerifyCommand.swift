import Architectures
import Exporters
import Files
import IR
import Inference
import Verifier

/// `convert verify EXPORT --against FILE`: is it the same network, tensor by tensor and number by number?
enum VerifyCommand {
    static let table = OptionTable(
        flags: ["--json", "--quiet", "--help", "--exact"],
        single: [
            "--against", "--images", "--input", "--atol", "--rtol", "--threads", "--batch-size", "--input-mean", "--input-std", "--arch",
            "--key-map", "--state-dict", "--exif",
        ],
        short: ["-h": "--help", "-q": "--quiet", "-i": "--input"])

    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "verify")
        if parsed.has("--help") {
            Terminal.print(HelpText.verify)
            return .fine
        }
        let (exportPath, sourcePath) = try parsed.twoOperands("EXPORT", "--against FILE", option: "--against", command: "verify")
        let choice = OpenedModel.Choice(
            architecture: parsed.value("--arch"), keyMap: try parsed.value("--key-map").map { try KeyMap(path: $0) })
        let export = try FormatRegistry.open(exportPath)
        let source = try FormatRegistry.open(sourcePath, options: OpenOptions(stateDictPath: parsed.value("--state-dict")))
        // Damage that a checksum reveals is an error, not a difference.
        for opened in [export, source] { for check in opened.checksums { try check.run() } }

        var settings = Verification.Settings()
        settings.executor.isExact = parsed.has("--exact")
        settings.executor.threads = try parsed.integer("--threads", in: 1...1024)
        if let size = try parsed.integer("--batch-size", in: 1...1 << 20) { settings.executor.imagesAtOnce = min(size, 8) }
        let overrule = ContractOverrule(
            mean: try parsed.number("--input-mean"), standardDeviation: try parsed.number("--input-std", isPositive: true))
        settings.overrule = { overrule.apply(to: $0) }
        let (absolute, relative) = (try parsed.number("--atol", isPositive: true), try parsed.number("--rtol", isPositive: true))
        if absolute != nil || relative != nil { settings.tolerance = .init(absolute: absolute, relative: relative) }
        let sourceContent = try OpenedModel(source, choice: choice).content
        let exportSide = try Verification.Export(export)
        try refuseNumericOptions(parsed, exportSide, sourceContent, names: (export.file.name, source.file.name))
        if parsed.value("--images") == nil { try parsed.refuse(["--exif"], because: "no pictures are read without --images") }
        if let path = parsed.value("--input") {
            if parsed.value("--images") != nil { throw UsageError.conflict("--input", "--images") }
            let array = try NumpyArray(try MappedFile(path: path))
            let batch = try Batch(shape: array.shape, values: array.floats)
            // NaN in gives NaN out of any network: two that differ would look the same.
            if let place = batch.values.firstIndex(where: { !$0.isFinite }) {
                throw InferenceError.inputNotFinite(image: place / max(batch.imageSize, 1), index: place)
            }
            settings.images = .init(
                batch, description: "\(array.shape.first ?? 0) images of \(path)")
        } else if let path = parsed.value("--images"), let model = sourceContent.model {
            settings.images = try PictureBatch.forComparison(path, model: model, exif: try parsed.choice("--exif") ?? .follow)
        }
        let verification = try Verification(
            export: exportSide, source: sourceContent,
            names: (export.file.name, source.file.name), settings: settings)
        for opened in [export, source] { try opened.checkUnchanged() }
        if parsed.has("--json") {
            Terminal.print(VerificationText.json(verification, export: export.file.name, source: source.file.name))
        } else if !parsed.has("--quiet") {
            Terminal.print("\(export.file.name) against \(source.file.name)")
            for line in VerificationText.lines(verification) { Terminal.print("  " + line) }
            Terminal.print(verification.isSame ? "the same network" : "NOT the same network")
        }
        return verification.isSame ? .fine : .checkFailed
    }

    /// Throws for options about running the networks where one side has none.
    private static func refuseNumericOptions(
        _ parsed: ParsedArguments, _ export: Verification.Export, _ source: ExportContent, names: (export: String, source: String)
    ) throws(UsageError) {
        let isBare = export.model == nil && export.graph == nil && export.failure == nil
        guard source.model == nil || isBare else { return }
        try parsed.refuse(
            [
                "--images", "--input", "--exif", "--atol", "--rtol", "--exact", "--threads", "--batch-size", "--input-mean", "--input-std",
                "--channel-order", "--image-size", "--crop", "--assume-like", "--epsilon",
            ], because: "\(source.model == nil ? names.source : names.export) holds bare weights, so no network is run")
    }
}
