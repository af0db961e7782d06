import Arguments
import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertJSON
import ConvertKit

/// `convert run MODEL IMAGE…` and `convert run MODEL --input x.npy -o y.npy`: a network's outputs, so that any other program's can be
/// compared.
enum RunCommand {
    private static let input = Option(
        "--input", short: "i", "FILE", .file,
        help: "a .npy array of images × channels × height × width that enters as it is: mean and scale applied already. float32; whole "
            + "numbers, float16 and float64 are converted, and ambiguous values are reported")
    private static let isPlain = Flag("--float64", help: "with --input: the plain reference in float64; very slow")
    private static let repeats = Option(
        "--repeat", "N", .integer(1...1_000_000), help: "with --input: run N times and print the median rate")
    private static let output = Option(
        "--output", short: "o", "FILE", .file,
        help:
            "the first output: .npy (images × numbers), .npz (paths, embeddings), .csv (a header, then one line per image), .json, .jsonl "
            + "(one object per line), or - for CSV on the standard output; without it the first five numbers of each image are printed")
    private static let timing = Flag("--timing", help: "print the milliseconds of each step")
    private static let loops = Option(
        "--loops", "KIND", .choice(Loops.self, ["avx2": "with FMA", "baseline": "for any processor"]),
        help: "instructions used; results differ in the last bits", usual: "the fastest that the processor has")
    private static let force = Flag("--force", short: "f", help: "replace the output; run although numbers are not finite")
    private static let quiet = Flag("--quiet", short: "q", help: "print no notes", conflicts: ["--verbose"])
    private static let json = Flag(
        "--json", help: "print everything as one JSON document; with -o the numbers are only in the file")

    /// Options about how pixels become input, which an array is past.
    private static let ofPixels: [any Declared] =
        FaceOptions.all + [
            ContractOptions.mean, ContractOptions.deviation, ContractOptions.channelOrder, ContractOptions.crop, ContractOptions.preprocess,
            ContractOptions.margin,
        ]

    static let command = Command(
        name: "run", summary: "run a network on pictures or arrays and write its embeddings",
        usage: [
            "run MODEL IMAGE… [-o embeddings.npz] [options]", "run MODEL --input x.npy [-o y.npy] [options]",
            "run MODEL DIR --manifest FILE --shard I/N --parts DIR [options]",
        ],
        operands: [
            Command.Operand("MODEL", help: "any format that holds or gives a network"),
            Command.Operand(
                "IMAGE",
                help: "a JPEG or PNG, or a folder with such files, taken in sorted order. If the model takes faces, one is cut out of each "
                    + "as align does it (if none is found, the whole picture is resized, and reported); else the picture is resized whole "
                    + "as Pillow's BILINEAR does"),
        ],
        groups: [
            OptionGroup("Arrays:", [input, isPlain, repeats]),
            OptionGroup(
                "Output:", [output, ExportCommand.normalizes, timing, force, quiet, json, OutputOptions.verbose]),
            OptionGroup("Running:", [ExecutorOptions.exact, ExecutorOptions.threads, ExecutorOptions.batchSize, loops]),
            OptionGroup("Reading:", ReadingOptions.group.options), OptionGroup("Pictures:", FaceOptions.all), ContractOptions.group,
            ShardOptions.group,
        ],
        notes: [
            "A network of any input size takes one image, in its own size. An image that cannot be read is reported and skipped.",
            "Exit codes: 0 fine, 1 some image could not be read, 2 an error, 64 wrong arguments.",
        ],
        synonyms: ["embed", "infer", "predict"], run: run)

    /// Where the numbers go.
    private struct Destination {
        let output: RunOutput?
        let isForced: Bool
        let isQuiet: Bool
        let isJSON: Bool
    }

    private static func run(_ given: Invocation) throws -> Int32 {
        guard let path = given.operands.first else { throw UsageError.missingArgument("MODEL", command: "run") }
        let operands = Array(given.operands.dropFirst())
        let array = given[input]
        guard array != nil || !operands.isEmpty else { throw UsageError.missingArgument("IMAGE… or --input x.npy", command: "run") }
        if array != nil, !operands.isEmpty { throw UsageError.conflict("IMAGE…", "--input") }
        let shard = try ShardOptions.request(given)
        if shard != nil {
            try given.refuse([input, output, timing], because: "with --shard, --parts is where the result of pictures goes")
        }
        let to = Destination(
            output: try given[output].map(destination), isForced: given[force], isQuiet: given[quiet], isJSON: given[json])
        if to.isJSON, to.output?.isStandardOutput == true { throw UsageError.conflict("--json", "-o -") }
        let normalizes = given[ExportCommand.normalizes]
        _ = given[OutputOptions.verbose]
        var arrayRequest = array.map(ArrayRunRequest.init)
        var pictureRequest = PictureRunRequest([])
        if array == nil {
            try given.refuse([isPlain, repeats], because: "it is for arrays, with --input x.npy")
            pictureRequest.faces = try FaceOptions.choice(given)
        } else {
            try given.refuse(ofPixels, because: "an array enters the network as it is")
            arrayRequest?.isPlain = given[isPlain]
            if given[isPlain] {
                try given.refuse(
                    ExecutorOptions.all + [loops, timing, repeats],
                    because: "--float64 runs the plain reference, in one thread and without timing")
            }
            arrayRequest?.repeats = given[repeats]
            arrayRequest?.allowsNotFinite = to.isForced
        }
        var executor = ExecutorOptions.options(given)
        executor.loops = given[loops]
        executor.allowsNotFinite = to.isForced
        let hasTiming = given[timing]
        let source = try ReadingOptions.source(path, given)
        try given.finish(because: "nothing of what is asked for uses it")

        if shard != nil {
            pictureRequest.paths = [try ShardOptions.folder(operands, command: "run")]
        } else if array == nil {
            pictureRequest.paths = try ImageFiles.list(operands)
        }
        let loaded = try source.load()
        var model = try loaded.network()
        let printer = EventPrinter(isQuiet: to.isQuiet, showsProgress: to.output != nil)
        loaded.report(to: printer.handle)
        if normalizes { model = try model.appendingNormalization() }
        if let shard {
            pictureRequest.executor = executor
            let part = try PictureRunPart(loaded, model, pictureRequest, shard)
            return try PartText.perform(isQuiet: to.isQuiet, isJSON: to.isJSON, part.run)
        }
        let read = array.map { [$0] } ?? pictureRequest.paths
        let inputs = loaded.opened.sources.map(\.identity) + read.compactMap(FileIdentity.init(path:))
        if let output = to.output, !output.isStandardOutput {
            try OutputFile.check(target: output.target, replacing: to.isForced, inputs: inputs)
        }
        if var request = arrayRequest {
            request.executor = executor
            request.hasTiming = hasTiming
            let result = try ArrayRun(model, request).run(events: printer.handle)
            try conclude(result.table, RunText.members(result), to, model: loaded.name, inputs: inputs, notes: printer.notes)
            return ExitStatus.fine
        }
        pictureRequest.executor = executor
        pictureRequest.hasTiming = hasTiming
        pictureRequest.handsOnRows = to.output == nil && !to.isJSON
        if let output = to.output, !output.isStandardOutput, !hasTiming {
            let resumable = try ResumableRun(loaded, model, pictureRequest, output: output.target)
            Interruption.setFarewell(EventText.farewell)
            defer { Interruption.setFarewell(nil) }
            let result = try resumable.run(events: printer.handle)
            let status = try conclude(result, to, name: loaded.name, total: read.count, inputs: inputs, printer)
            resumable.finish()
            return status
        }
        return try run(model, pictureRequest, to, name: loaded.name, inputs: inputs, printer)
    }

    private static func run(
        _ model: Model, _ request: PictureRunRequest, _ to: Destination, name: String, inputs: [FileIdentity], _ printer: EventPrinter
    ) throws -> Int32 {
        let result = try PictureRun(model, request, name: name).run(events: printer.handle)
        return try conclude(result, to, name: name, total: request.paths.count, inputs: inputs, printer)
    }

    private static func conclude(
        _ result: PictureRun.Result, _ to: Destination, name: String, total: Int, inputs: [FileIdentity], _ printer: EventPrinter
    ) throws -> Int32 {
        printer.clear()
        try conclude(result.table, RunText.members(result), to, model: name, inputs: inputs, notes: printer.notes)
        guard !result.failures.isEmpty else { return ExitStatus.fine }
        let rest = to.output != nil && result.doneCount > 0 ? "; the output holds the other \(result.doneCount), in order" : ""
        Terminal.say("\(result.failures.count) of \(NumberText.counted(total, "picture")) could not be read\(rest)")
        return ExitStatus.checkFailed
    }

    private static func destination(_ target: String) throws -> RunOutput {
        if target != "-" { try OutputOptions.checkIsFile(target, example: "embeddings.npy") }
        guard let output = RunOutput(target) else {
            throw UsageError.outputEnding(target, known: RunOutput.Form.allCases.map { ".\($0.rawValue)" })
        }
        return output
    }

    /// Writes the table to its destination, and prints what is left to print.
    private static func conclude(
        _ table: OutputTable, _ members: JSONObject, _ to: Destination, model: String, inputs: [FileIdentity], notes: [String]
    ) throws {
        let broken = table.notFiniteCount
        if broken > 0 { Terminal.say("\(broken) of the \(table.count * table.width) numbers that came out are NaN or infinite") }
        if let output = to.output, table.count > 0 {
            if output.isStandardOutput {
                Terminal.print(table.csvHeader)
                for row in 0..<table.count { Terminal.print(table.csvLine(row)) }
            } else {
                try output.write(table, model: model, replacing: to.isForced, inputs: inputs)
                if !to.isQuiet, !to.isJSON { Terminal.print(lines: [RunText.written(table, to: output.target)]) }
            }
        } else if to.output == nil, !to.isJSON {
            Terminal.print(lines: (0..<table.count).map(table.line))
        }
        guard to.isJSON else { return }
        Terminal.print(
            JSONValue.object(RunText.document(table, model: model, output: to.output, members: members, notes: notes)).text(pretty: true))
    }
}
