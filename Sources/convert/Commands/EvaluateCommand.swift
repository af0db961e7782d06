import Arguments
import ConvertFiles
import ConvertJSON
import ConvertKit
import Exporters
import Verifier

/// `convert evaluate MODEL`: align, embed, score, judge.
enum EvaluateCommand {
    private static let checkpoint = Option("--checkpoint", "FILE", .file, help: "the same as MODEL")
    private static let pairsFile = Option(
        "--pairs-file", "FILE", .file,
        help: "lines of path, path and label, separated by spaces, tabs or commas; columns a,b,same,group,fold; LFW's, CALFW's or CPLFW's "
            + "own list, or CFP's folder Protocol/Split/FP (docs/evaluation.md)")
    private static let bin = Option(
        "--bin", "FILE", .file, isRepeatable: true,
        help:
            "in place of a list and pictures: a set of aligned pictures in pairs, as insightface ships lfw.bin or cfp_fp.bin; folds are in "
            + "file order, and --protocol insightface adds the mirror images",
        conflicts: ["--pairs-file", "--lfw-root", "--crops", "--with-photos"])
    private static let against = Option(
        "--against", "MODEL", .file,
        help: "a second model on the same crops: figures side by side, which pairs change sides, how far scores differ, McNemar's exact p; "
            + "its scores go to pair_scores_against.csv. Replaces --baseline: exit 1 if accuracy or AUC differ by more than the tolerances, "
            + "or, if the weights of one are rounded (float16), if it is worse")
    private static let flips = Flag(
        "--tta-flip", help: "use mirror images, too: --flip add, or --flip concatenate with --protocol facenet", conflicts: ["--flip"])
    private static let mirror = Option(
        "--flip", "WAY",
        .choice(
            MirrorUse.self,
            ["add": "an image's vector plus its mirror image's", "concatenate": "both of unit length, side by side, as facenet does"]),
        help: "what is done with mirror images", usual: "none; add with --protocol insightface and with --ijb")
    private static let backbone = Option(
        "--backbone", "NAME", .text, help: "the same as --arch", conflicts: ["--arch"])
    private static let crops = Option(
        "--crops", "DIR", .folder,
        help: "use finished crops, as align makes them; missed faces and how they were made are read from its faces.json, if there is one")
    private static let cache = Option(
        "--cache", "DIR", .folder,
        help: "where crops and embeddings are cached; an interrupted run resumes from there", usual: "~/.cache/convert",
        conflicts: ["--no-cache"])
    private static let noCache = Flag("--no-cache", help: "cache nothing")
    private static let allowMissing = Flag(
        "--allow-missing", help: "leave out pairs whose image is missing or damaged; the figure is then not LFW's")
    private static let timing = Flag(
        "--timing",
        help: "also print the processor time that crops and networks took (what is cached takes none), and put times into the files, which "
            + "differ from run to run then")
    private static let storesThreshold = Flag(
        "--store-threshold",
        help:
            "write a copy of the model that carries the threshold (that of --fmr, else the one that decides the most pairs correctly) in its "
            + "metadata, for compare; to the file -o OUT", needs: ["--output"])
    private static let copy = Option(
        "--output", short: "o", "OUT", .file, help: "the copy, in any writable format", needs: ["--store-threshold"])
    private static let force = Flag(
        "--force", short: "f", help: "replace files in the output folder, and the copy", needs: ["--output-dir", "--store-threshold"])
    private static let workers = Option("--num-workers", "N", .integer(from: 0), help: "accepted and ignored")
    private static let parts = Option(
        "--parts", "DIR", .folder,
        help: "with --shard, where finished parts of the embeddings go; without it, take the embeddings from these parts (docs/cluster.md)",
        conflicts: ["--bin", "--crops", "--cache"])
    private static let device = Option("--device", "NAME", .text, help: "accepted and ignored")

    /// Options that `export --evaluate` takes besides its own.
    static let afterExport: [any Declared] =
        [
            JudgingOptions.root, pairsFile, against, flips, mirror, ExecutorOptions.exact, ExecutorOptions.batchSize,
            ExecutorOptions.threads,
        ] + FaceOptions.asReference + [crops, cache, noCache, allowMissing]
        + JudgingOptions.group.options.filter {
            !["--force", "--quiet", "--json", "--lfw-root"].contains($0.declaration.name)
        } + [workers, device, backbone]

    private static let templates = Option(
        "--ijb", "DIR", .folder,
        help: "templates of IJB-B or IJB-C 1:1 in place of pairs: lists in DIR/meta, pictures in DIR/loose_crop",
        conflicts: ["--pairs-file", "--bin", "--lfw-root"])

    private static let include = Option(
        "--include", "GLOB", .text, isRepeatable: true, help: "of folders, only models whose names match; with a slash, whose paths match",
        usual: "*." + LeaderboardEvaluation.endings.joined(separator: " *."))
    private static let exclude = Option(
        "--exclude", "GLOB", .text, isRepeatable: true, help: "of folders, no files and folders that match")

    static let command = Command(
        name: "evaluate", summary: "how accurate a network is on LFW, .bin sets, your own pairs or IJB: align, embed, score, judge",
        usage: [
            "evaluate MODEL --lfw-root DIR --pairs-file FILE [options]", "evaluate MODEL --bin FILE [--bin FILE …] [options]",
            "evaluate MODEL --ijb DIR [options]", "evaluate MODEL|DIR … --lfw-root DIR --pairs-file FILE [options]",
            "evaluate MODEL --lfw-root DIR --pairs-file FILE --manifest FILE --shard I/N --parts DIR [options]",
        ],
        operands: [
            Command.Operand(
                "MODEL",
                help: "any format that holds or gives a network; several, folders and patterns give a leaderboard, and a report of each")
        ],
        groups: [
            OptionGroup([
                JudgingOptions.root, pairsFile, bin, templates, checkpoint, against, flips, mirror, ExecutorOptions.exact,
                ExecutorOptions.batchSize,
                ExecutorOptions.threads, timing, storesThreshold, copy, force, workers, device, OutputOptions.verbose,
            ]),
            OptionGroup("Crops; what is not given, the model says:", FaceOptions.asReference + [crops, cache, noCache, allowMissing]),
            OptionGroup("Several models:", [include, exclude]),
            OptionGroup("Many machines:", [ShardOptions.shard, ShardOptions.manifest, parts]), JudgingOptions.group,
            OptionGroup("Reading:", ReadingOptions.group.options + [backbone]), ContractOptions.group,
        ],
        notes: ["Exit codes: 0 fine, 1 not as expected, 2 an error, 64 wrong arguments."],
        synonyms: ["eval", "benchmark"]
    ) { given in
        if let set = given[templates] { return try runTemplates(given, set) }
        if given.isGiven(ShardOptions.shard) { return try runPart(given) }
        do {
            return try ManyFiles.areNamed(given.operands)
                ? runSeveral(given) : run(request(given))
        } catch ConvertKit.ShardError.incomplete(let folder, let missing, let count) {
            // As merge prints it, so that a script can submit these tasks again.
            if !given[JudgingOptions.json] { Terminal.print(ConvertKit.ShardError.arrayText(missing)) }
            throw ConvertKit.ShardError.incomplete(folder: folder, missing: missing, of: count)
        }
    }

    /// What is asked for, and what of it is printed.
    struct Request {
        var request: EvaluationRequest
        let notes: [String]
        let isQuiet: Bool
        let isJSON: Bool
        let isTiming: Bool
        /// The copy that carries the threshold; nil for none.
        var copy: ExportRequest?
    }

    /// Reads everything, and finds what means nothing.
    /// - Parameter areSeveral: whether there may be several models; the request is then of the first.
    static func request(_ given: Invocation, areSeveral: Bool = false) throws -> Request {
        let operand = given.operands.first
        if given.operands.count > 1, !areSeveral { throw UsageError.surplusArgument(given.operands[1], command: "evaluate") }
        let named = given[checkpoint]
        if let operand, named != nil { throw UsageError.conflict(operand, "--checkpoint") }
        guard let model = operand ?? named else { throw UsageError.missingArgument("MODEL", command: "evaluate") }
        let sets = given.all(bin)
        let pairs = given[pairsFile]
        guard pairs != nil || !sets.isEmpty else {
            throw UsageError.missingArgument("--pairs-file FILE or --bin FILE", command: "evaluate")
        }
        let family = given[ReadingOptions.family] ?? given[backbone]
        let source = try ReadingOptions.source(model, given, family: family)
        var request = pairs.map { EvaluationRequest(source, pairsFile: $0) } ?? EvaluationRequest(source, sets: sets)
        request.against = try given[against].map { try ReadingOptions.source($0, given, family: family) }
        // The two may be one network before and after it was quantized.
        request.against?.allowsPlain = true
        request.root = given[JudgingOptions.root]
        request.cropsFolder = given[crops]
        let cropOptions = FaceOptions.asReference + [ContractOptions.crop, ContractOptions.preprocess, ContractOptions.margin]
        if !sets.isEmpty {
            try given.refuse(cropOptions, because: "the pictures of a set are aligned already")
            try given.refuse([JudgingOptions.groups], because: "a set does not say who its pictures show")
            if sets.count > 1 {
                try given.refuse(
                    [JudgingOptions.accuracy, JudgingOptions.area, JudgingOptions.baseline],
                    because: "it is one set's figure, and several are given")
            }
        } else if request.root == nil, request.cropsFolder == nil {
            throw UsageError.missingArgument("--lfw-root DIR", command: "evaluate")
        }
        if request.cropsFolder != nil {
            if !given[JudgingOptions.photographs], !given.isGiven(JudgingOptions.outputFolder), !given[JudgingOptions.json] {
                try given.refuse([JudgingOptions.root], because: "--crops takes finished crops; only a report names the folder of pictures")
            }
            try given.refuse(cropOptions, because: "--crops takes finished crops")
        }
        request.faces = try FaceOptions.choice(given)
        request.allowsMissing = given[allowMissing]
        request.isExact = given[ExecutorOptions.exact]
        request.batchSize = given[ExecutorOptions.batchSize]
        request.cacheFolder = given[cache]
        request.keepsNothing = given[noCache]
        request.parts = given[parts]
        request.judging = try JudgingOptions.judging(given)
        request.reportsTime = given[timing]
        request.mirror = given[mirror]
        if given[flips] {
            let isFacenet = [.facenet, .facenetArccos].contains(request.judging.rule)
            request.mirror = isFacenet ? .concatenate : .add
        }
        var notes: [String] = []
        if given[workers] != nil { notes.append("--num-workers means nothing here: all cores are used (--threads bounds them)") }
        if let device = given[device], device != "cpu" {
            notes.append("--device \(device) means nothing here: everything runs on the processor")
        }
        _ = given[OutputOptions.verbose]
        let target = given[storesThreshold] ? given[copy] : nil
        var asked = Request(
            request: request, notes: notes, isQuiet: given[JudgingOptions.quiet], isJSON: given[JudgingOptions.json],
            isTiming: given[timing])
        let isReplacing = given[force]
        try given.finish(because: "nothing of what is asked for uses it")
        if let target {
            if let obstacle = StoredThreshold.obstacle(request) { throw obstacle }
            asked.copy = try thresholdCopy(source, target, isReplacing: isReplacing, reports: request.judging.outputFolder)
        }
        return asked
    }

    /// - Parameter document: what an export before it has to say, with `--json`; the figures are then its member `evaluation`.
    static func run(_ asked: Request, after document: JSONObject? = nil) throws -> Int32 {
        if !asked.isQuiet { for note in asked.notes { Terminal.say("note: \(note)") } }
        let printer = EventPrinter(isQuiet: asked.isQuiet)
        if !asked.request.sets.isEmpty { return try runSets(asked, printer) }
        let evaluation = try Evaluation(asked.request, events: printer.handle)
        let result: EvaluationResult
        do { result = try evaluation.run(events: printer.handle) } catch {
            printer.clear()
            throw error
        }
        printer.clear()
        if !asked.isQuiet { sayTime(result) }
        if asked.isTiming { report(result.times) }
        let status = EvaluationText.conclude(result, isQuiet: asked.isQuiet, isJSON: asked.isJSON, after: document)
        guard let copy = asked.copy else { return status }
        guard status == ExitStatus.fine else {
            Terminal.say("no threshold is stored: the evaluation is not as expected")
            return status
        }
        try store(result, in: copy, isQuiet: asked.isQuiet || asked.isJSON, printer)
        return status
    }

    /// Several models on the same pairs.
    private static func runSeveral(_ given: Invocation) throws -> Int32 {
        try given.refuse([against], because: "several models are compared with each other already")
        try given.refuse([bin], because: "several models are set side by side on one list of pairs")
        try given.refuse([storesThreshold, copy], because: "it is one model's threshold, and several are given")
        try given.refuse([ShardOptions.manifest, parts], because: "parts are of one model, and several are given")
        let (included, excluded) = (given.all(include), given.all(exclude))
        let files = try FileSelection(
            given.operands, including: included.isEmpty ? LeaderboardEvaluation.endings.map { "*.\($0)" } : included, excluding: excluded)
        guard !files.items.isEmpty else { throw FileError.nothingFound(path: given.operands.joined(separator: ", ")) }
        let asked = try request(given, areSeveral: true)
        if !asked.isQuiet { for note in asked.notes { Terminal.say("note: \(note)") } }
        let printer = EventPrinter(isQuiet: asked.isQuiet)
        let show: EventHandler = { event in
            guard case .assumed(let model, let text) = event else { return printer.handle(event) }
            printer.handle(.assumed(model: model, text: "\(model): \(text)"))
        }
        let evaluation = try LeaderboardEvaluation(asked.request, files: files, events: show)
        let result: LeaderboardEvaluation.Result
        do { result = try evaluation.run(events: show) } catch {
            printer.clear()
            throw error
        }
        printer.clear()
        if !asked.isQuiet, result.times.elapsed > 0 {
            Terminal.say("\(NumberText.grouped(result.images)) images in \(NumberText.fixed(result.times.elapsed, 1)) s")
        }
        if asked.isTiming { report(result.times) }
        return LeaderboardText.conclude(result, isQuiet: asked.isQuiet, isJSON: asked.isJSON)
    }

    /// One part of the embeddings.
    private static func runPart(_ given: Invocation) throws -> Int32 {
        try given.refuse([bin, crops, cache, noCache, timing], because: "parts are made of pictures, and are their own cache")
        try given.refuse(
            [JudgingOptions.outputFolder, JudgingOptions.accuracy, JudgingOptions.area, JudgingOptions.baseline, storesThreshold, copy],
            because: "a part is not judged; evaluate --parts without --shard judges all of them")
        guard let shard = try ShardOptions.request(given) else { throw UsageError.missingArgument("--shard I/N", command: "evaluate") }
        let asked = try request(given)
        let printer = EventPrinter(isQuiet: asked.isQuiet)
        let part = try EvaluationPart(asked.request, shard, events: printer.handle)
        return try PartText.perform(isQuiet: asked.isQuiet, isJSON: asked.isJSON, part.run)
    }

    private static func sayTime(_ result: EvaluationResult) {
        if let speed = result.speed { Terminal.say("\(speed.text)") }
    }

    /// The export that is to carry the threshold, checked as far as it can be before the work.
    /// - Parameter reports: the output folder, which is created if the copy goes there.
    private static func thresholdCopy(
        _ source: ModelSource, _ target: String, isReplacing: Bool, reports: String?
    ) throws -> ExportRequest {
        if let reports, PathText.join(reports, "") == PathText.join(PathText.folder(target), ""), try !OutputFolder.check(reports) {
            try OutputFolder.create(reports)
        }
        try OutputOptions.checkIsFile(target, example: "\(PathText.stem(PathText.baseName(source.path)))_lfw.onnx")
        var request = try ExportRequest(source, to: target)
        request.isReplacing = isReplacing
        _ = try Export(request)
        return request
    }

    private static func store(_ result: EvaluationResult, in request: ExportRequest, isQuiet: Bool, _ printer: EventPrinter) throws {
        var request = request
        let threshold = try StoredThreshold(result)
        request.threshold = threshold
        let report = try Export(request).run(events: printer.handle)
        printer.clear()
        guard report.isWritten else {
            throw ExportError.differs(file: request.target, what: report.verdict?.words ?? "it is not what was written")
        }
        if !isQuiet { Terminal.say("threshold \(NumberText.short(threshold.cosine)) (\(threshold.source)) stored in \(request.target)") }
    }

    private static func report(_ times: EvaluationTimes?) {
        guard let times else { return }
        Terminal.say(
            "timing: crops \(NumberText.fixed(times.crops, 3)) s, networks \(NumberText.fixed(times.embeddings, 3)) s of processor time")
    }

    private static func runTemplates(_ given: Invocation, _ set: String) throws -> Int32 {
        let named = given[checkpoint]
        if given.operands.count > 1 { throw UsageError.surplusArgument(given.operands[1], command: "evaluate") }
        guard let model = given.operands.first ?? named else { throw UsageError.missingArgument("MODEL", command: "evaluate") }
        try given.refuse(
            [ContractOptions.crop, ContractOptions.preprocess, ContractOptions.margin],
            because: "pictures are aligned by the points of the list")
        let family = given[ReadingOptions.family] ?? given[backbone]
        var request = TemplateRequest(try ReadingOptions.source(model, given, family: family), folder: set)
        let (mirror, isFlipped) = (given[mirror], given[flips])
        if mirror == .concatenate {
            try given.refuse([EvaluateCommand.mirror], because: "templates are sums of vectors, which --flip add gives")
        }
        request.usesMirrorImages = mirror != MirrorUse.none || isFlipped
        request.isExact = given[ExecutorOptions.exact]
        request.threads = given[ExecutorOptions.threads]
        let (isJSON, isQuiet) = (given[JudgingOptions.json], given[JudgingOptions.quiet])
        _ = given[OutputOptions.verbose]
        try given.finish(because: "templates are judged by IJB's own rules")
        let printer = EventPrinter(isQuiet: isQuiet)
        let evaluation = try TemplateEvaluation(request, events: printer.handle)
        let result: TemplateResult
        do { result = try evaluation.run(events: printer.handle) } catch {
            printer.clear()
            throw error
        }
        printer.clear()
        if isJSON { Terminal.print(result.metrics) } else if !isQuiet { Terminal.print(lines: TemplateText.lines(result.report)) }
        return ExitStatus.fine
    }

    private static func runSets(_ asked: Request, _ printer: EventPrinter) throws -> Int32 {
        let evaluation = try SetEvaluation(asked.request, events: printer.handle)
        let results: [SetEvaluation.SetResult]
        do { results = try evaluation.run(events: printer.handle) } catch {
            printer.clear()
            throw error
        }
        printer.clear()
        for entry in results {
            if !asked.isQuiet { sayTime(entry.result) }
            if asked.isTiming { report(entry.result.times) }
        }
        return SetText.conclude(results, isQuiet: asked.isQuiet, isJSON: asked.isJSON)
    }
}
