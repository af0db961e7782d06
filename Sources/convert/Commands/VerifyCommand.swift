import Arguments
import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertKit
import Exporters
import Verifier

/// `convert verify EXPORT FILE`: is it the same network, tensor by tensor and number by number?
enum VerifyCommand {
    private static let against = Option("--against", "FILE", .file, help: "what it was made from; any readable format")
    private static let input = Option(
        "--input", short: "i", "FILE", .file,
        help: "pixels from 0 to 255 as .npy, images × channels × height × width, instead of seeded images", conflicts: ["--images"])
    private static let images = Option(
        "--images", "PATH", .file,
        help: "pictures instead of seeded images: a JPEG or PNG, or a folder's first 64 in sorted order; "
            + "resized whole, or aligned by five points if the network takes such faces")
    private static let exif = Option(
        "--exif", "RULE", .choice(ExifRule.self), help: "EXIF orientation of the pictures", usual: "follow", needs: ["--images"])
    private static let absolute = Option(
        "--atol", "N", .number(above: 0), help: "the largest absolute difference allowed, on outputs as they are")
    private static let relative = Option(
        "--rtol", "N", .number(above: 0), help: "the largest difference allowed, relative to the source")
    private static let verbose = Flag("--verbose", help: "print every figure of every output", conflicts: ["--quiet"])

    /// Options about running networks.
    private static let numeric: [any Declared] = [images, input, exif, absolute, relative] + ExecutorOptions.all

    static let command = Command(
        name: "verify", summary: "compare two files: are they the same network, and where do they differ",
        usage: ["verify EXPORT FILE [options]"],
        operands: [
            Command.Operand("EXPORT", help: "the file that is to be checked"),
            Command.Operand("FILE", help: "what it was made from; --against FILE is the same"),
        ],
        groups: [
            OptionGroup([against]), OptionGroup("Running both networks:", numeric),
            OptionGroup(
                "Reading FILE:",
                [
                    ReadingOptions.family, ReadingOptions.description, ReadingOptions.keyMap, ReadingOptions.graph,
                    ReadingOptions.stateDict, ReadingOptions.dequantize,
                ]),
            ContractOptions.group, OptionGroup([verbose, OutputOptions.quiet, OutputOptions.json]),
        ],
        notes: [
            "Layers are matched by what they compute, whatever they are called, and everything that both files state is compared: tensors, "
                + "attributes, the input contract, and the outputs on the same images. Allowed without --atol and --rtol: 3e-6 on outputs "
                + "brought to unit length. An export with float16 or bfloat16 weights is held to that against the source rounded likewise. "
                + "Options about running the networks are refused if a side holds bare weights.",
            "Answers: the same network (exit 0), NOT the same network (1), cannot tell (2: something could not be read or run); 64 wrong "
                + "arguments.",
        ],
        synonyms: ["compare", "diff", "test"], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        let (exportPath, sourcePath) = try given.twoOperands("EXPORT", "--against FILE", or: against)
        let (isJSON, isQuiet) = (given[OutputOptions.json], given[OutputOptions.quiet])
        let names = (export: PathText.baseName(exportPath), source: PathText.baseName(sourcePath))
        do {
            return try compare(given, exportPath, sourcePath, isJSON: isJSON, isQuiet: isQuiet)
        } catch  where !(error is UsageError) && !ErrorText.isUsage(error) {
            // What could not be read or run says nothing about the network.
            if isJSON {
                Terminal.print(VerificationText.json(cannotTell: ErrorText.line(error), export: names.export, source: names.source))
            } else if !isQuiet {
                Terminal.print(Verdict.cannotTell([]).words)
            }
            throw error
        }
    }

    private static func compare(
        _ given: Invocation, _ exportPath: String, _ sourcePath: String, isJSON: Bool, isQuiet: Bool
    ) throws -> Int32 {
        let isVerbose = given[verbose]
        let source = try ReadingOptions.source(sourcePath, given)
        let settings = try settings(given)
        try given.finish(because: "nothing of what is asked for uses it")
        let comparison = try Comparison(export: ModelSource(exportPath, dequantizes: source.dequantizes), source: source)
        if !comparison.canRun {
            try given.refuse(
                numeric, because: "\(comparison.bareName ?? comparison.export.name) holds bare weights, so no network is run")
        }
        let printer = EventPrinter(isQuiet: isQuiet)
        let verification = try comparison.run(settings, events: printer.handle)
        printer.clear()
        let (export, original) = (comparison.export, comparison.source)
        if isJSON {
            Terminal.print(VerificationText.json(verification, export: export.name, source: original.name))
        } else if !isQuiet {
            Terminal.print("\(export.name) against \(original.name)")
            for remark in export.remarks { Terminal.print("  \(export.name): \(remark)") }
            for remark in original.found.remarks { Terminal.print("  \(original.name): \(remark)") }
            for line in VerificationText.lines(verification, isVerbose: isVerbose) { Terminal.print("  \(line)") }
            Terminal.print(verification.verdict.words)
        }
        switch verification.verdict {
        case .same: return ExitStatus.fine
        case .different: return ExitStatus.checkFailed
        case .cannotTell: return ExitStatus.failed
        }
    }

    private static func settings(_ given: Invocation) throws -> Comparison.Settings {
        var settings = Comparison.Settings()
        settings.executor = ExecutorOptions.options(given, most: 8)
        let (absolute, relative) = (given[absolute], given[relative])
        if absolute != nil || relative != nil { settings.tolerance = .init(absolute: absolute, relative: relative) }
        settings.array = given[input]
        settings.pictures = given[images]
        settings.exif = given[exif] ?? .follow
        return settings
    }
}
