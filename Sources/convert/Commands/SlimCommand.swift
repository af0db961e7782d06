import Arguments
import ConvertFiles
import ConvertJSON
import ConvertKit
import Exporters

/// `convert slim FILE OUT`: what inference needs, and nothing else.
enum SlimCommand {
    private static let output = Option(
        "--output", short: "o", "OUT", .file, help: "the file to write; .pth .pt .ckpt .bin, .safetensors, .h5 .hdf5 or .flat")
    private static let keep = Option(
        "--keep", "GLOB", .text, isRepeatable: true,
        help: "keep this although only training needs it, over dotted paths or names in the state dict; * also crosses dots")
    private static let drop = Option("--drop", "GLOB", .text, isRepeatable: true, help: "leave this out in any case")
    private static let stripPrefix = Option(
        "--strip-prefix", "TEXT", .text, help: "remove TEXT from the beginning of the state dict's names, such as module.")
    private static let bare = Flag(
        "--bare", help: "write the state dict alone, so that load_state_dict(torch.load(OUT)) takes it", conflicts: ["--keep"])

    static let command = Command(
        name: "slim", summary: "keep only what inference needs, whatever the network, and check the file from disk",
        usage: ["slim FILE OUT [options]", "slim FILE|DIR ... -o DIR/ [options]"],
        operands: [Command.Operand("FILE"), Command.Operand("OUT")],
        groups: [
            OptionGroup([
                output, bare, ExportCommand.precision, keep, drop, ReadingOptions.stateDict, stripPrefix, ReadingOptions.dequantize,
                OutputOptions.force,
                OutputOptions.quiet, OutputOptions.verbose, OutputOptions.json,
            ]), OptionGroup("Many files:", [ManyFiles.include, ManyFiles.exclude]),
        ],
        notes: [
            "Keys and tensors of the state dict stay as they are, unless --dtype or --strip-prefix is given. The output is read back from disk and compared bit for bit before it gets "
                + "its name.", "Exit codes: 0 fine, 2 an error, 64 wrong arguments.",
        ],
        synonyms: ["strip", "shrink"], run: run)

    /// What is asked for of every input.
    private struct Wishes {
        let stateDict: String?
        let dequantizes, isReplacing, isJSON, isQuiet: Bool
        let rules: SlimPlan.Rules
    }

    private static func run(_ given: Invocation) throws -> Int32 {
        var rules = SlimPlan.Rules()
        rules.keep = given.all(keep)
        rules.drop = given.all(drop)
        rules.stripPrefix = given[stripPrefix]
        rules.precision = given[ExportCommand.precision]
        rules.isBare = given[bare]
        let wishes = Wishes(
            stateDict: given[ReadingOptions.stateDict], dequantizes: given[ReadingOptions.dequantize],
            isReplacing: given[OutputOptions.force],
            isJSON: given[OutputOptions.json], isQuiet: given[OutputOptions.quiet], rules: rules)
        _ = given[OutputOptions.verbose]
        guard ManyOutputs.areAsked(given, output) else {
            let (input, target) = try given.twoOperands("FILE", "-o OUT", or: output)
            try OutputOptions.checkIsFile(target, example: "\(PathText.stem(PathText.baseName(input)))_slim.pth")
            try given.refuse([ManyFiles.include, ManyFiles.exclude], because: "one file is named")
            try given.finish(because: "nothing of what is asked for uses it")
            try ManyOutputs.checkSecond(given, input: input, target: target)
            return try slim(input, to: target, wishes, isOneOfMany: false)
        }
        // A file keeps its format, if that holds weights alone.
        let outputs = try ManyOutputs(given, output: output) { input in
            let format = FormatRegistry.format(forOutput: input)
            return format?.capabilities.holdsBareWeights == true ? PathText.ending(input) : "pth"
        }
        try given.finish(because: "nothing of what is asked for uses it")
        return try outputs.run(isQuiet: wishes.isQuiet) { try slim($0.input, to: $0.target, wishes, isOneOfMany: true) }
    }

    private static func slim(_ input: String, to target: String, _ wishes: Wishes, isOneOfMany: Bool) throws -> Int32 {
        var request = try SlimRequest(input, to: target)
        request.stateDictPath = wishes.stateDict
        request.dequantizes = wishes.dequantizes
        request.isReplacing = wishes.isReplacing
        request.rules = wishes.rules
        let slim = try Slim(request, events: EventPrinter(isQuiet: wishes.isQuiet).handle)
        Terminal.progress("")
        if wishes.isJSON {
            Terminal.print(JSONValue.object(SlimText.document(slim)).text(pretty: !isOneOfMany))
        } else if !wishes.isQuiet {
            Terminal.print(lines: isOneOfMany ? Array(SlimText.lines(slim).prefix(1)) : SlimText.lines(slim))
        }
        return ExitStatus.fine
    }
}
