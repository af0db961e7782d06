import Architectures
import Exporters
import Files
import IR
import JSON
import PthReader
import Verifier

/// `convert IN OUT` and `convert export FILE -o OUT`: any readable format to any writable one, checked from disk.
enum ExportCommand {
    /// How much of the output is checked before it gets its name.
    enum Checking: String, CaseIterable {
        /// The same as `tensors`, and both networks run on seeded images.
        case full
        /// Every tensor bit for bit, graph and input contract.
        case tensors
        /// Nothing.
        case none
    }

    private static let ownFlags: Set<String> = [
        "--force", "--quiet", "--help", "--json", "--fold-batchnorm", "--normalize", "--external-data", "--no-verify", "--verbose",
        "--dequantize",
    ]
    private static let ownSingle: Set<String> = ContractOptions.single.union([
        "--output", "--to", "--dtype", "--opset", "--compress", "--arch", "--key-map", "--state-dict", "--verify", "--proof",
    ])

    static let table = OptionTable(
        flags: ownFlags.union(EvaluateRequest.flags).union(["--evaluate"]), single: ownSingle.union(EvaluateRequest.single),
        optional: ["--embed-preprocess"], short: ["-o": "--output", "-h": "--help", "-q": "--quiet", "-f": "--force"])

    /// `export FILE -o OUT`, or with `isShort` the sentence `convert IN OUT`.
    static func run(_ arguments: [String], isShort: Bool) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "export")
        if parsed.has("--help") {
            Terminal.print(HelpText.export)
            return .fine
        }
        try parsed.checkVerbosity()
        let request = try ExportRequest(parsed, isShort: isShort)
        let evaluation = try evaluation(of: request.target, parsed)
        let (status, document) = try export(request, parsed, evaluation: evaluation)
        guard status == .fine, let evaluation else {
            if let document { Terminal.print(JSONValue.object(document).text(pretty: true)) }
            return status
        }
        return try EvaluateCommand.run(evaluation, after: document)
    }

    /// The arguments of the evaluation that `--evaluate` asks for, checked before the export; nil without it.
    private static func evaluation(of target: String, _ parsed: ParsedArguments) throws -> ParsedArguments? {
        let only = EvaluateRequest.flags.union(EvaluateRequest.single).subtracting(ownFlags).subtracting(ownSingle)
        guard parsed.has("--evaluate") else {
            if let option = parsed.given.intersection(only).min() { throw UsageError.needs(option, "--evaluate") }
            return nil
        }
        // What the export was told of the source is written in the export.
        let replaces: Set<String> = parsed.value("--output-dir") == nil ? [] : ["--force"]
        let evaluation = parsed.keeping(only.union(replaces).union(["--quiet", "--json"]), operands: [target])
        try EvaluateCommand.check(evaluation)
        return evaluation
    }

    /// - Parameter evaluation: the arguments of the evaluation that is to follow; what can be known of it is checked before anything is written.
    /// - Returns: with `--json`, also what is to be printed.
    private static func export(
        _ request: ExportRequest, _ parsed: ParsedArguments, evaluation: ParsedArguments?
    ) throws -> (ExitStatus, JSONObject?) {
        let opened = try FormatRegistry.open(
            request.input, options: OpenOptions(stateDictPath: parsed.value("--state-dict"), dequantizes: parsed.has("--dequantize")))
        let inputs = opened.sources.map(\.identity)
        try OutputFile.check(target: request.target, replacing: request.isReplacing, inputs: inputs)
        let model = try OpenedModel(opened, choice: request.choice)
        let outcome = try request.plan.apply(to: model, for: request.format)
        let content = outcome.content
        if let evaluation, let exported = content.model { try EvaluateCommand.check(evaluation, of: exported, name: request.target) }

        let output = try OutputFile(target: request.target, replacing: request.isReplacing, inputs: inputs)
        Terminal.progress("writing \(request.target)")
        var options = request.options
        options.inputs = inputs
        let companions = try opened.namingDamage { try request.format.write(content, to: output, options: options) }
        for file in companions + [output] { try file.flush() }
        var verification: Verification?
        if request.checking != .none {
            Terminal.progress("reading back \(request.target)")
            let places = companions.map { (PathText.baseName($0.target), $0.temporaryPath) }
            let back = try request.format.open(
                try output.readBack(),
                options: OpenOptions(companions: Dictionary(places, uniquingKeysWith: { first, _ in first })))
            for check in back.checksums { try check.run() }
            try ModelComparison.check(back, against: content, file: request.target)
            if request.checking == .full, content.model != nil {
                Terminal.progress("running both networks")
                verification = try fullCheck(back, request: request, against: model, opened)
                if let verification, !verification.isSame {
                    Terminal.progress("")
                    Terminal.error(
                        "convert: \(request.target): read back from disk: \(verification.verdict.words); nothing was left behind")
                    for line in VerificationText.lines(verification) { Terminal.error("  \(line)") }
                    let refusal = ExportJSON.refusal(request, source: opened.file.name, verification: verification)
                    var status = ExitStatus.checkFailed
                    if case .cannotTell = verification.verdict { status = .failed }
                    return (status, parsed.has("--json") ? refusal : nil)
                }
            }
        }
        try opened.checkUnchanged()
        let proof = try request.proofFolder.flatMap { try ProofFolder.write($0, content: content, request: request, inputs: inputs) }
        defer { proof?.abandon() }
        let size = (companions + [output]).reduce(0) { $0 + (FileIdentity(path: $1.temporaryPath)?.size ?? 0) }
        for file in companions { try file.commit() }
        try proof?.commit()
        try output.commit()
        Terminal.progress("")
        if parsed.has("--json") {
            return (
                .fine,
                ExportJSON.document(
                    request, opened: opened, model: model, content: content, size: size, companions: companions, verification: verification)
            )
        }
        if !parsed.has("--quiet") {
            Terminal.print(
                lines: ExportText.lines(
                    request, opened: opened, model: model, outcome: outcome, size: size, companions: companions, verification: verification,
                    isVerbose: parsed.has("--verbose")))
        }
        return (.fine, nil)
    }

    /// Runs the network that was read back beside the one that came in, before any change that was asked for.
    private static func fullCheck(
        _ back: OpenedFile, request: ExportRequest, against model: OpenedModel, _ opened: OpenedFile
    ) throws -> Verification {
        var settings = Verification.Settings()
        // Each kind of image, twice; two images where one run serves both.
        settings.seededImages = 12
        settings.imagesWhereProven = 4
        return try Verification(
            export: Verification.Export(back), source: model.content,
            names: (request.target, opened.file.name), settings: settings)
    }
}

/// What an export's arguments ask for, each checked for its kind.
struct ExportRequest {
    let input: String
    let target: String
    let format: any FileFormat.Type
    let isReplacing: Bool
    let checking: ExportCommand.Checking
    let choice: OpenedModel.Choice
    let plan: ExportPlan
    let options: ExportOptions
    /// Where an input and its outputs go, for whoever runs the export elsewhere.
    let proofFolder: String?

    init(_ parsed: ParsedArguments, isShort: Bool) throws {
        if parsed.operands.first == "-" { throw UsageError.standardStream("a checkpoint") }
        var target: String
        (input, target) = try parsed.twoOperands("FILE", isShort ? "OUT" : "-o OUT", option: "--output", command: "export")
        if let name = parsed.value("--to") {
            guard let format = FormatRegistry.format(named: name) else {
                throw UsageError.badValue(
                    option: "--to", value: name, expected: FormatRegistry.formats.map { $0.name }.joined(separator: ", "))
            }
            self.format = format
            // In a folder, the output is called as the input is.
            if OutputName.isFolder(target) {
                target = PathText.join(target, "\(PathText.stem(PathText.baseName(input))).\(format.extensions.first ?? format.name)")
            }
        } else {
            try OutputName.check(target, example: "\(PathText.stem(PathText.baseName(input))).onnx")
            guard let format = FormatRegistry.format(forOutput: target) else { throw ExportError.unwritableExtension(path: target) }
            self.format = format
        }
        self.target = target
        isReplacing = parsed.has("--force")
        if parsed.has("--no-verify") {
            if parsed.value("--verify") != nil { throw UsageError.conflict("--no-verify", "--verify") }
            checking = .none
        } else {
            checking = try parsed.choice("--verify") ?? .full
        }
        choice = try ContractOptions.choice(parsed, architecture: parsed.value("--arch"))
        var plan = ExportPlan()
        plan.foldsBatchNorm = parsed.has("--fold-batchnorm")
        plan.normalizes = parsed.has("--normalize")
        plan.precision = try parsed.choice("--dtype", aliases: WeightPrecision.aliases)
        if let pixels = parsed.optionalValue("--embed-preprocess") {
            guard let elements = pixels.isEmpty ? .float32 : ElementType(rawValue: pixels) else {
                throw UsageError.badValue(option: "--embed-preprocess", value: pixels, expected: "float32 or uint8")
            }
            plan.embeddedPixels = elements
        }
        self.plan = plan
        proofFolder = parsed.value("--proof")
        options = try ExportRequest.options(parsed, format: format, isReplacing: isReplacing)
    }

    private static func options(_ parsed: ParsedArguments, format: any FileFormat.Type, isReplacing: Bool) throws -> ExportOptions {
        var options = ExportOptions()
        options.isReplacing = isReplacing
        options.usesExternalData = parsed.has("--external-data")
        if let opset = try parsed.integer("--opset", in: ONNXError.writableOpsets) { options.opset = opset }
        options.compressionLevel = try parsed.integer("--compress", in: 1...9)
        for (isGiven, decision, name) in [
            (options.usesExternalData, Decision.externalData, "onnx"), (parsed.value("--opset") != nil, .operatorSet(nil), "onnx"),
            (parsed.value("--proof") != nil, .proof, "onnx"),
            (options.compressionLevel != nil, .compression, "hdf5"),
        ] where isGiven && format.name != name {
            throw ExportError.notForFormat(decision, format: format.name)
        }
        return options
    }
}
