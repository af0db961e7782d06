import Architectures
import Exporters
import Files
import IR
import Inference
import Verifier

/// `convert verify EXPORT --against FILE`: is it the same network, tensor by tensor and number by number?
enum VerifyCommand {
    static let table = OptionTable(
        flags: ["--json", "--quiet", "--help", "--exact", "--verbose"],
        single: Set([
            "--against", "--images", "--input", "--atol", "--rtol", "--threads", "--batch-size", "--arch", "--key-map", "--state-dict",
            "--exif",
        ]).union(ContractOptions.single),
        short: ["-h": "--help", "-q": "--quiet", "-i": "--input"])

    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "verify")
        if parsed.has("--help") {
            Terminal.print(HelpText.verify)
            return .fine
        }
        let (exportPath, sourcePath) = try parsed.twoOperands("EXPORT", "--against FILE", option: "--against", command: "verify")
        try parsed.checkVerbosity()
        let names = (export: PathText.baseName(exportPath), source: PathText.baseName(sourcePath))
        do {
            return try compare(parsed, exportPath, sourcePath)
        } catch let error as UsageError {
            throw error
        } catch let error as ExportError where error.isAboutOptions {
            throw error
        } catch {
            // What could not be read or run says nothing about the network.
            if parsed.has("--json") {
                Terminal.print(VerificationText.json(cannotTell: "\(error)", export: names.export, source: names.source))
            } else if !parsed.has("--quiet") {
                Terminal.print(Verdict.cannotTell([]).words)
            }
            throw error
        }
    }

    private static func compare(_ parsed: ParsedArguments, _ exportPath: String, _ sourcePath: String) throws -> ExitStatus {
        let choice = try ContractOptions.choice(parsed, architecture: parsed.value("--arch"))
        let export = try FormatRegistry.open(exportPath)
        let source = try FormatRegistry.open(sourcePath, options: OpenOptions(stateDictPath: parsed.value("--state-dict")))
        // Damage that a checksum reveals is an error, not a difference.
        for opened in [export, source] { for check in opened.checksums { try check.run() } }
        let opened = try OpenedModel(source, choice: choice)
        // A network that was told from keys is not the one that the source's own graph would run.
        if let reason = opened.passedOver, choice.architecture == nil { throw reason }
        let exportSide = try Verification.Export(export, epsilon: choice.given.epsilon)
        try refuseNumericOptions(parsed, exportSide, opened, names: (export.file.name, source.file.name))
        let settings = try settings(parsed, source: opened, choice)
        let verification = try Verification(
            export: exportSide, source: opened.content, sourceIsForeign: source.isForeign,
            sourceFailure: opened.bareReason.map { "\($0)" },
            names: (export.file.name, source.file.name), settings: settings)
        for opened in [export, source] { try opened.checkUnchanged() }
        if parsed.has("--json") {
            Terminal.print(VerificationText.json(verification, export: export.file.name, source: source.file.name))
        } else if !parsed.has("--quiet") {
            Terminal.print("\(export.file.name) against \(source.file.name)")
            for remark in export.remarks { Terminal.print("  \(export.file.name): \(remark)") }
            for remark in opened.remarks { Terminal.print("  \(source.file.name): \(remark)") }
            for line in VerificationText.lines(verification, isVerbose: parsed.has("--verbose")) { Terminal.print("  \(line)") }
            Terminal.print(verification.verdict.words)
        }
        switch verification.verdict {
        case .same: return .fine
        case .different: return .checkFailed
        case .cannotTell: return .failed
        }
    }

    private static func settings(
        _ parsed: ParsedArguments, source: OpenedModel, _ choice: OpenedModel.Choice
    ) throws -> Verification.Settings {
        var settings = Verification.Settings()
        settings.executor.isExact = parsed.has("--exact")
        settings.executor.threads = try parsed.integer("--threads", in: 1...1024)
        if let size = try parsed.integer("--batch-size", in: 1...1 << 20) { settings.executor.imagesAtOnce = min(size, 8) }
        settings.overrule = { choice.given.apply(to: $0) }
        let (absolute, relative) = (try parsed.number("--atol", isPositive: true), try parsed.number("--rtol", isPositive: true))
        if absolute != nil || relative != nil { settings.tolerance = .init(absolute: absolute, relative: relative) }
        if let path = parsed.value("--input") {
            if parsed.value("--images") != nil { throw UsageError.conflict("--input", "--images") }
            let array = try NumpyArray(try MappedFile(path: path))
            let batch = try Batch(shape: array.shape, values: array.floats)
            // NaN in gives NaN out of any network: two that differ would look the same.
            if let place = batch.values.firstIndex(where: { !$0.isFinite }) {
                throw InferenceError.inputNotFinite(image: place / max(batch.imageSize, 1), index: place)
            }
            settings.images = .init(batch, description: "\(array.shape.first ?? 0) images of \(path)")
        } else if let path = parsed.value("--images"), let model = source.content.model {
            if model.contract.crop == .arcface, !parsed.has("--quiet") {
                Terminal.error(
                    "convert: the network takes five-point aligned faces; the pictures are resized whole, which is not the network's own crop"
                )
            }
            settings.images = try PictureBatch.forComparison(path, model: model, exif: try parsed.choice("--exif") ?? .follow)
        }
        return settings
    }

    /// Throws for options about running the networks if one side has none, and for those about pictures if there are none.
    private static func refuseNumericOptions(
        _ parsed: ParsedArguments, _ export: Verification.Export, _ source: OpenedModel, names: (export: String, source: String)
    ) throws(UsageError) {
        if parsed.value("--images") == nil { try parsed.refuse(["--exif"], because: "no pictures are read without --images") }
        guard source.content.model == nil || (export.model == nil && export.failure == nil) else { return }
        try parsed.refuse(
            ["--images", "--input", "--exif", "--atol", "--rtol", "--exact", "--threads", "--batch-size"],
            because: "\(source.content.model == nil ? names.source : names.export) holds bare weights, so no network is run")
    }
}
