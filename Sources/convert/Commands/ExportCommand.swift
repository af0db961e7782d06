import Arguments
import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertKit
import Exporters

/// `convert IN OUT` and `convert export FILE -o OUT`: any readable format to any writable one, checked from disk.
enum ExportCommand {
    private static let output = Option(
        "--output", short: "o", "OUT", .file, help: "the file to write: .onnx .safetensors .h5 .hdf5 .flat .pth .pt .ckpt .bin")
    private static let format = Option(
        "--to", "FORMAT",
        ValueKind(FormatRegistry.formats.map { $0.name }.joined(separator: ", ")) { FormatRegistry.format(named: $0)?.name },
        help: "its format, if the ending does not say it; OUT may then be a folder")
    static let precision = Option(
        "--dtype", "TYPE", .choice(WeightPrecision.self, aliases: WeightPrecision.aliases),
        help: "round weights (also fp16, half, bf16); arithmetic stays float32")
    private static let folds = Flag(
        "--fold-batchnorm", help: "fold batch normalization into the layer before it (.onnx .h5 .flat)")
    static let normalizes = Flag(
        "--normalize", aliases: ["--normalise"],
        help: "make the output an embedding of unit length (appends an L2 normalization)")
    private static let pixels = Option(
        "--embed-preprocess", "PIXELS",
        ValueKind("float32 or uint8") { text in ElementType(rawValue: text).flatMap { [.float32, .uint8].contains($0) ? $0 : nil } },
        standingAlone: "float32", help: "put mean and scale in front, for raw pixels as float32; =uint8 for pixels as whole numbers")
    private static let opset = Option(
        "--opset", "N", .integer(ONNXError.writableOpsets), help: "ONNX only: operator set", usual: "17")
    private static let externalData = Flag("--external-data", help: "ONNX only: tensors in a second file, OUT.data")
    private static let proof = Option(
        "--proof", "DIR", .folder,
        help: "ONNX only: seeded input and this executor's outputs, as ONNX's test runners keep them")
    private static let compression = Option("--compress", "N", .integer(1...9), help: "HDF5 only: gzip level", usual: "none")
    private static let checking = Option(
        "--verify", "WHAT",
        .choice(
            ExportRequest.Checking.self,
            [
                "full": "every bit, graph and contract, and both networks run on seeded images",
                "tensors": "the same without running", "none": "not at all",
            ]), help: "how the output is checked from disk", usual: "full")
    private static let noVerify = Flag("--no-verify", help: "the same as --verify none", conflicts: ["--verify"])
    private static let evaluates = Flag("--evaluate", help: "then evaluate OUT on LFW, with the options below")
    private static let verbose = Flag(
        "--verbose", help: "print every figure of the check; after an error also its details", conflicts: ["--quiet"])
    private static let json = Flag(
        "--json", help: "print the result as one JSON document; with --evaluate, its figures are the member evaluation")

    static let command = Command(
        name: "export", summary: "rebuild the network, write it in another format, check the file from disk",
        usage: ["INPUT OUTPUT [options]", "export FILE -o OUT [options]", "export FILE|DIR ... --to FORMAT -o DIR/ [options]"],
        operands: [Command.Operand("INPUT", help: "a checkpoint, or a model in any readable format")],
        groups: [
            OptionGroup([output, format]),
            OptionGroup(
                "Reading:",
                [
                    ReadingOptions.family, ReadingOptions.description, ReadingOptions.keyMap, ReadingOptions.graph,
                    ReadingOptions.stateDict, ReadingOptions.dequantize,
                ]),
            OptionGroup("Changes:", [precision, folds, normalizes, pixels]),
            OptionGroup("Formats:", [opset, externalData, proof, compression]),
            ContractOptions.group, OptionGroup("Many files:", [ManyFiles.include, ManyFiles.exclude]),
            OptionGroup(
                "Checking and printing:",
                [checking, noVerify, evaluates, OutputOptions.force, OutputOptions.quiet, verbose, json]),
            OptionGroup(
                "With --evaluate:", explainedBy: "evaluate", need: "--evaluate", EvaluateCommand.afterExport),
        ],
        notes: [
            "Exit codes: 0 fine, 1 the output is not the same network or --evaluate is not as expected, 2 an error, 64 wrong arguments."
        ],
        synonyms: ["convert", "to"], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        if ManyOutputs.areAsked(given, output) { return try runMany(given) }
        try given.refuse([ManyFiles.include, ManyFiles.exclude], because: "one file is named")
        let request = try request(given)
        let evaluation = try evaluation(of: request.target, given)
        let (isJSON, isQuiet, isVerbose) = (given[json], given[OutputOptions.quiet], given[verbose])
        try given.finish(because: "nothing of what is asked for uses it")
        try ManyOutputs.checkSecond(given, input: request.source.path, target: request.target)
        if let evaluation { try Evaluation.check(evaluation.request) }
        let printer = EventPrinter(isQuiet: isQuiet)
        let export = try Export(request)
        if let evaluation, let model = export.outcome.content.model {
            try Evaluation.check(evaluation.request, of: model, name: request.target)
        }
        let report = try export.run(events: printer.handle)
        Terminal.progress("")
        guard report.isWritten else { return refuse(report, isJSON: isJSON) }
        let document = isJSON ? ExportJSON.document(report) : nil
        if !isJSON, !isQuiet { Terminal.print(lines: ExportText.lines(report, isVerbose: isVerbose)) }
        guard let evaluation else {
            if let document { Terminal.print(JSONValue.object(document).text(pretty: true)) }
            return ExitStatus.fine
        }
        return try EvaluateCommand.run(evaluation, after: document)
    }

    /// Several files, each to one of a folder.
    private static func runMany(_ given: Invocation) throws -> Int32 {
        _ = try ManyOutputs.folder(given, output)
        guard let name = given[format], let chosen = FormatRegistry.format(named: name) else {
            throw UsageError.missingArgument("--to FORMAT for several files", command: "export")
        }
        try given.refuse([evaluates, proof], because: "it is for one file")
        let (isJSON, isQuiet, isVerbose) = (given[json], given[OutputOptions.quiet], given[verbose])
        let outputs = try ManyOutputs(given, output: output) { _ in chosen.extensions.first ?? chosen.name }
        let template = try request(outputs.items[0].input, to: outputs.items[0].target, chosen, given)
        try given.finish(because: "nothing of what is asked for uses it")
        return try outputs.run(isQuiet: isQuiet) { item in
            var request = template
            (request.source.path, request.target) = (item.input, item.target)
            let printer = EventPrinter(isQuiet: isQuiet)
            let report = try Export(request).run(events: printer.handle)
            Terminal.progress("")
            guard report.isWritten else { return refuse(report, isJSON: false) }
            if isJSON {
                Terminal.print(JSONValue.object(ExportJSON.document(report)).text(pretty: false))
            } else if !isQuiet {
                let lines = ExportText.lines(report, isVerbose: isVerbose)
                Terminal.print(lines: isVerbose ? lines : [lines[0], "  " + (lines.last ?? "")])
            }
            return ExitStatus.fine
        }
    }

    /// Reports an output that was not the same network.
    private static func refuse(_ report: ExportReport, isJSON: Bool) -> Int32 {
        guard let verification = report.verification else { return ExitStatus.failed }
        Terminal.say("\(report.request.target): read back from disk: \(verification.verdict.words); no output was left on disk")
        for line in VerificationText.lines(verification) { Terminal.error("  \(line)") }
        if isJSON { Terminal.print(JSONValue.object(ExportJSON.refusal(report, verification)).text(pretty: true)) }
        if case .cannotTell = verification.verdict { return ExitStatus.failed }
        return ExitStatus.checkFailed
    }

    private static func request(_ given: Invocation) throws -> ExportRequest {
        if given.operands.first == "-" { throw UsageError.standardStream("a checkpoint") }
        var (input, target) = try given.twoOperands("FILE", "-o OUT", or: output)
        var chosen: (any FileFormat.Type)?
        if let name = given[format], let format = FormatRegistry.format(named: name) {
            chosen = format
            // In a folder, the output is called as the input is.
            if OutputOptions.isFolder(target) {
                target = PathText.join(target, "\(PathText.stem(PathText.baseName(input))).\(format.extensions.first ?? format.name)")
            }
        } else {
            try OutputOptions.checkIsFile(target, example: "\(PathText.stem(PathText.baseName(input))).onnx")
        }
        return try request(input, to: target, chosen, given)
    }

    private static func request(
        _ input: String, to target: String, _ chosen: (any FileFormat.Type)?, _ given: Invocation
    ) throws -> ExportRequest {
        var request = try ExportRequest(
            try ReadingOptions.source(input, given), to: target, format: chosen)
        request.isReplacing = given[OutputOptions.force]
        request.checking = given[noVerify] ? .none : given[checking] ?? .full
        request.plan.foldsBatchNorm = given[folds]
        request.plan.normalizes = given[normalizes]
        request.plan.precision = given[precision]
        request.plan.embeddedPixels = given[pixels]
        request.proofFolder = given[proof]
        request.options.usesExternalData = given[externalData]
        if let opset = given[opset] { request.options.opset = opset }
        request.options.compressionLevel = given[compression]
        if request.format.name != ONNXFormat.name {
            try given.refuse([opset, externalData, proof], because: "it is for ONNX, and the output is \(request.format.name)")
        }
        if request.format.name != HDF5Format.name {
            try given.refuse([compression], because: "it is for HDF5, and the output is \(request.format.name)")
        }
        return request
    }

    /// The evaluation that is to follow; nil if none is asked for.
    private static func evaluation(of target: String, _ given: Invocation) throws -> EvaluateCommand.Request? {
        guard given[evaluates] else { return nil }
        var options = EvaluateCommand.afterExport + [OutputOptions.quiet, json]
        // What the options say of the source is recorded in the export; --force is the export's unless files are written.
        if given.isGiven(JudgingOptions.outputFolder) { options.append(OutputOptions.force) }
        return try EvaluateCommand.request(given.passed(to: EvaluateCommand.command, operands: [target], options: options))
    }
}

extension WeightPrecision {
    /// Further spellings of the precisions, as PyTorch and its users have them.
    static let aliases = [
        "fp16": "float16", "half": "float16", "f16": "float16", "bf16": "bfloat16", "fp32": "float32", "float": "float32", "f32": "float32",
    ]
}
