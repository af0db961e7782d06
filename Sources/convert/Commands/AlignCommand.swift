import Arguments
import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertKit

/// `convert align IMAGE|DIR … -o DIR`: crops as PNG in the same tree as the pictures, and tables of what was found.
enum AlignCommand {
    private static let output = Option(
        "--output", short: "o", "DIR", .folder,
        help: "where crops go, with faces.csv (the face taken) and faces.json (every face, landmarks); one level is created")
    private static let imageSize = Option(
        "--image-size", "N", ContractOptions.sizeKind, help: "size of the crop", usual: "112")
    private static let noCrops = Flag("--no-crops", help: "write only the tables")
    private static let draw = Flag("--draw", help: "also NAME/NAME_0001.faces.png: the picture with boxes and landmarks")

    static let command = Command(
        name: "align", summary: "find faces and cut them out, as the reference project does it, or aligned by five points",
        usage: ["align IMAGE|DIR … -o DIR [options]", "align DIR --manifest FILE --shard I/N --parts DIR [options]"],
        operands: [
            Command.Operand("IMAGE|DIR", help: "JPEG and PNG files, or folders with such files; crops keep their tree: NAME/NAME_0001.png")
        ],
        groups: [
            OptionGroup([output, noCrops, draw]),
            OptionGroup(
                "Crops:",
                [ContractOptions.crop, ContractOptions.preprocess, imageSize, ContractOptions.margin] + FaceOptions.asReference),
            ShardOptions.group, OptionGroup([ExecutorOptions.threads, OutputOptions.force, OutputOptions.quiet, OutputOptions.json]),
        ],
        notes: [
            "If no face is found, the whole picture is resized, and counted. EXIF orientation is ignored unless --exif says otherwise, as the "
                + "reference project ignores it; pictures that state one are reported. Crops equal those of facenet-pytorch 2.6.0 with "
                + "Pillow 10.2, and with --crop arcface those of OpenCV 4's warpAffine. A picture that cannot be read, or is too large, is reported and skipped.",
            "Exit codes: 0 fine, 1 some picture could not be aligned, 2 an error, 64 wrong arguments.",
        ],
        synonyms: ["crop", "detect"], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        guard !given.operands.isEmpty else { throw UsageError.missingArgument("IMAGE|DIR", command: "align") }
        let shard = try ShardOptions.request(given)
        if shard != nil {
            try given.refuse(
                [output, OutputOptions.force], because: "with --shard, --parts is where the result goes, and nothing is replaced")
        }
        guard let folder = shard?.folder ?? given[output] else { throw UsageError.missingArgument("-o DIR", command: "align") }
        var tree = AlignedTree(folder)
        tree.isReplacing = given[OutputOptions.force]
        tree.draws = given[draw]
        tree.writesCrops = !given[noCrops]
        var request = AlignmentRequest(given.operands, to: tree)
        request.faces = try FaceOptions.choice(given)
        let (isJSON, isQuiet) = (given[OutputOptions.json], given[OutputOptions.quiet])
        try given.finish(because: "nothing of what is asked for uses it")
        if let shard {
            request.paths = [try ShardOptions.folder(given.operands, command: "align")]
            let part = try AlignmentPart(request, shard)
            return try PartText.perform(isQuiet: isQuiet, isJSON: isJSON, part.run)
        }
        let alignment = try Alignment(request)
        Interruption.setFarewell(EventText.farewell)
        defer { Interruption.setFarewell(nil) }
        let printer = EventPrinter(isQuiet: isQuiet)
        let result = try alignment.run(events: printer.handle)
        printer.clear()
        if isJSON {
            Terminal.print(JSONValue.object(AlignmentText.document(result, alignment)).text(pretty: true))
        } else if !isQuiet {
            Terminal.print(lines: AlignmentText.lines(result, alignment))
        }
        guard !result.failures.isEmpty else { return ExitStatus.fine }
        Terminal.say("\(result.failures.count) of \(NumberText.counted(result.pictures.count, "picture")) could not be aligned")
        return ExitStatus.checkFailed
    }
}
