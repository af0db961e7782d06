import Arguments
import ConvertFiles
import ConvertJSON
import ConvertKit

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
        usage: ["slim FILE OUT [options]"], operands: [Command.Operand("FILE"), Command.Operand("OUT")],
        groups: [
            OptionGroup([
                output, bare, ExportCommand.precision, keep, drop, ReadingOptions.stateDict, stripPrefix, ReadingOptions.dequantize,
                OutputOptions.force,
                OutputOptions.quiet, OutputOptions.verbose, OutputOptions.json,
            ])
        ],
        notes: [
            "Keys and tensors of the state dict stay as they are, unless --dtype or --strip-prefix is given. The output is read back from disk and compared bit for bit before it gets "
                + "its name.", "Exit codes: 0 fine, 2 an error, 64 wrong arguments.",
        ],
        synonyms: ["strip", "shrink"], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        let (input, target) = try given.twoOperands("FILE", "-o OUT", or: output)
        try OutputOptions.checkIsFile(target, example: "\(PathText.stem(PathText.baseName(input)))_slim.pth")
        var request = try SlimRequest(input, to: target)
        request.stateDictPath = given[ReadingOptions.stateDict]
        request.dequantizes = given[ReadingOptions.dequantize]
        request.isReplacing = given[OutputOptions.force]
        request.rules.keep = given.all(keep)
        request.rules.drop = given.all(drop)
        request.rules.stripPrefix = given[stripPrefix]
        request.rules.precision = given[ExportCommand.precision]
        request.rules.isBare = given[bare]
        let (isJSON, isQuiet) = (given[OutputOptions.json], given[OutputOptions.quiet])
        _ = given[OutputOptions.verbose]
        try given.finish(because: "nothing of what is asked for uses it")
        let slim = try Slim(request, events: EventPrinter(isQuiet: isQuiet).handle)
        Terminal.progress("")
        if isJSON {
            Terminal.print(JSONValue.object(SlimText.document(slim)).text(pretty: true))
        } else if !isQuiet {
            Terminal.print(lines: SlimText.lines(slim))
        }
        return ExitStatus.fine
    }
}
