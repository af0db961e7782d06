import Faces
import Files
import JSON

/// `convert align IMAGE|DIR … -o DIR`: crops as PNG in the same tree as the pictures, and tables of what was found.
enum AlignCommand {
    static let table = OptionTable(
        flags: ["--force", "--quiet", "--help", "--draw", "--no-crops", "--json"], single: FaceOptions.single.union(["--output"]),
        short: ["-o": "--output", "-h": "--help", "-q": "--quiet", "-f": "--force"])

    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "align")
        if parsed.has("--help") {
            Terminal.print(HelpText.align)
            return .fine
        }
        guard !parsed.operands.isEmpty else { throw UsageError.missingArgument("IMAGE|DIR", command: "align") }
        guard let folder = parsed.value("--output") else { throw UsageError.missingArgument("-o DIR", command: "align") }
        let options = try FaceOptions(parsed)
        let pictures = try AlignedTree.pictures(parsed.operands)
        let tree = AlignedTree(
            folder: folder, isReplacing: parsed.has("--force"), draws: parsed.has("--draw"), writesCrops: !parsed.has("--no-crops"))
        try tree.check(pictures)
        let aligner = try options.aligner()
        try tree.prepare()
        Interruption.setFarewell("convert: stopped; crops that were written stay, and --force makes all of them again with their tables")
        defer { Interruption.setFarewell(nil) }
        return try align(pictures, aligner, options, tree, isQuiet: parsed.has("--quiet"), isJSON: parsed.has("--json"))
    }

    private static func align(
        _ pictures: [AlignedTree.Picture], _ aligner: FaceAligner, _ options: FaceOptions, _ tree: AlignedTree, isQuiet: Bool, isJSON: Bool
    ) throws -> ExitStatus {
        var table = FaceTable()
        var reasons: [String] = []
        var (failed, missed, turned): ([String], [String], [String]) = ([], [], [])
        var progress = Progress(total: pictures.count, unit: "pictures", isQuiet: isQuiet)
        // Crops are encoded and written on the thread that made them.
        try aligner.align(
            pictures.map(\.path),
            make: { index, aligned in
                try tree.write(aligned, of: pictures[index])
                return (
                    row: FaceTable.Row(pictures[index].name, aligned), damage: aligned.image.damage,
                    isTurned: aligned.ignoredOrientation != nil
                )
            },
            use: { index, result in
                let picture = pictures[index]
                progress.advance(to: index + 1)
                switch result {
                case .failure(let error):
                    // No other picture would fare better.
                    if case FileError.noRoom = error { throw error }
                    failed.append(picture.path)
                    reasons.append("\(error)")
                    progress.clear()
                    Terminal.error("convert: \(error)")
                case .success(let (row, damage, isTurned)):
                    if isTurned { turned.append(picture.path) }
                    if let damage {
                        progress.clear()
                        Terminal.damaged(picture.path, damage)
                    }
                    if !row.isDetected, options.preprocess == .mtcnn { missed.append(picture.path) }
                    table.append(row)
                }
            })
        progress.clear()
        if !isQuiet, let remark = TurnedPictures.remark(turned, of: pictures.count) { Terminal.error("convert: note: \(remark)") }
        try tree.write(table, options)
        if isJSON {
            var root = JSONObject([
                "format_version": .integer(1), "folder": .string(tree.folder), "settings": .object(options.json),
                "pictures": .integer(Int64(pictures.count)), "crops": .integer(tree.writesCrops ? Int64(pictures.count - failed.count) : 0),
            ])
            if options.preprocess == .mtcnn { root.append("detected", .integer(Int64(pictures.count - failed.count - missed.count))) }
            root.append("without_face", .array(missed.map { .string($0) }))
            root.append("stored_turned", .array(turned.map { .string($0) }))
            root.append("failed", ResultJSON.failures(zip(failed, reasons).map { (path: $0, reason: $1) }))
            Terminal.print(JSONValue.object(root).text(pretty: true))
        } else if !isQuiet {
            summary(pictures.count, failed, missed, options, tree).forEach(Terminal.print)
        }
        if !failed.isEmpty { Terminal.error("convert: \(failed.count) of \(pictures.count) pictures could not be aligned") }
        return failed.isEmpty ? .fine : .checkFailed
    }

    /// Names of pictures that a summary tells before it only counts.
    private static let listed = 20

    private static func summary(
        _ count: Int, _ failed: [String], _ missed: [String], _ options: FaceOptions, _ tree: AlignedTree
    ) -> [String] {
        let size = options.crop.imageSize
        let done = count - failed.count
        let crops = tree.writesCrops ? "\(NumberText.grouped(done)) crops of \(size)×\(size), " : ""
        var lines = ["\(tree.folder): \(crops)faces.csv, faces.json"]
        if options.preprocess == .mtcnn {
            lines.append("faces found in \(NumberText.grouped(done - missed.count)) of \(NumberText.grouped(done)) pictures")
            if !missed.isEmpty { lines.append("no face, whole picture resized: \(missed.count)") }
            lines += missed.prefix(listed).map { "  \($0)" }
            if missed.count > listed { lines.append("  and \(missed.count - listed) more (detected is 0 in faces.csv)") }
        }
        if !failed.isEmpty {
            lines.append("not aligned: \(failed.count)")
            lines += failed.prefix(listed).map { "  \($0)" }
            if failed.count > listed { lines.append("  and \(failed.count - listed) more") }
        }
        return lines
    }
}
