import ConvertFiles
import ConvertJSON
import Foundation
import TestSupport
import Testing

/// `convert evaluate M1 M2 …` on small pictures drawn here.
@Suite struct LeaderboardCommandTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")

    /// A folder with the network, its float16 export, and other files.
    private func models() throws -> String {
        let models = "\(folder)/models"
        try FileManager.default.createDirectory(atPath: "\(models)/deep", withIntermediateDirectories: true)
        Fixtures.write(try Fixtures.bytes(network), to: "\(models)/full.onnx")
        let half = try CommandRun(["export", network, "-o", "\(models)/deep/half.onnx", "--dtype", "float16", "--verify", "none"])
        #expect(half.status == 0, "\(half.errors)")
        Fixtures.write(Array("no model".utf8), to: "\(models)/notes.txt")
        return models
    }

    private func evaluate(_ models: [String], _ arguments: [String], resizes: Bool = true) throws -> CommandRun {
        let (root, pairs) = try DrawnFaces.dataset(in: folder)
        return try CommandRun(
            ["evaluate"] + models + ["--lfw-root", root, "--pairs-file", pairs, "--folds", "3"]
                + (resizes ? ["--preprocess", "resize"] : [])
                + arguments)
    }

    private func lines(_ path: String) throws -> [[String]] {
        String(decoding: try Fixtures.bytes(path), as: UTF8.self).split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test("Each model's report is the one that it gets alone, and all share the crops") func reportsAreThoseOfOneModel() throws {
        let (models, cache) = (try models(), "\(folder)/cache")
        let board = try evaluate([models], ["--cache", cache, "--output-dir", "\(folder)/board"])
        #expect(board.status == 0, "\(board.errors)")
        let table = try lines("\(folder)/board/leaderboard.csv")
        #expect(table.count == 3 && Set(table.dropFirst().map { $0[1] }) == ["full.onnx", "half.onnx"])
        let kept = try FileManager.default.contentsOfDirectory(atPath: cache)
        #expect(kept.count { $0.hasPrefix("crops-") } == 1 && kept.count { $0.hasPrefix("embeddings-") } == 2)
        #expect(board.errors.contains("12 images in "), "\(board.errors)")
        for (name, path) in [("full.onnx", "full.onnx"), ("half.onnx", "deep/half.onnx")] {
            let alone = try evaluate(["\(models)/\(path)"], ["--no-cache", "--output-dir", "\(folder)/\(name)"])
            #expect(alone.status == 0, "\(alone.errors)")
            for file in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)") {
                #expect(
                    try Fixtures.bytes("\(folder)/board/\(name)/\(file)") == Fixtures.bytes("\(folder)/\(name)/\(file)"), "\(name) \(file)")
            }
            let metrics = try #require(try JSONParser.parse(try Fixtures.bytes("\(folder)/\(name)/metrics.json")).object)
            let line = try #require(table.first { $0[1] == name })
            for figure in ["ten_fold_accuracy_mean", "ten_fold_accuracy_std", "roc_auc", "equal_error_rate"] {
                let column = try #require(table[0].firstIndex(of: figure))
                #expect(metrics[figure]?.double == Double(line[column]), "\(name) \(figure)")
            }
            let sizes = try #require(table[0].firstIndex(of: "file_bytes"))
            #expect(Int(line[sizes]) == FileIdentity(path: "\(models)/\(path)")?.size)
        }
        // All of it again from the cache: the same bytes. `--json` prints the same as the file.
        let again = try evaluate(["\(models)/full.onnx", "\(models)/*/*.onnx"], ["--cache", cache, "--output-dir", "\(folder)/again"])
        #expect(again.status == 0 && again.errors.contains("12 crops, 24 embeddings"), "\(again.errors)")
        for file in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/board")
        where file.contains("leader") || file.contains("roc") {
            #expect(try Fixtures.bytes("\(folder)/board/\(file)") == Fixtures.bytes("\(folder)/again/\(file)"), "\(file)")
        }
        let json = try evaluate([models], ["--cache", cache, "--json"])
        let (printed, written) = (
            try JSONParser.parse(Array(json.output.utf8)).object,
            try JSONParser.parse(try Fixtures.bytes("\(folder)/board/leaderboard.json"))
        )
        #expect(printed?["models"]?.array?.count == 2 && written.object?["num_pairs"] == .integer(12))
        let figures = [printed, written.object].map { $0?["models"]?.array?.map { $0.object?["roc_auc"] } }
        #expect(figures[0] == figures[1])
        // Times are in files only if they are asked for.
        let timed = try evaluate([models], ["--no-cache", "--timing", "--json"])
        let speeds = try JSONParser.parse(Array(timed.output.utf8)).object?["models"]?.array?.compactMap {
            $0.object?["images_per_second"]?.double
        }
        #expect(timed.errors.contains("timing: crops "), "\(timed.errors)")
        #expect(speeds?.count == 2 && speeds?.allSatisfy { $0 > 0 } == true, "\(timed.output)")
        #expect(!json.output.contains("images_per_second"))
    }

    @Test("A model that cannot be opened or has no embeddings does not stop the others") func failures() throws {
        let models = try models()
        Fixtures.write(Array("garbage".utf8), to: "\(models)/broken.onnx")
        let run = try evaluate([models, "\(folder)/absent.pth"], ["--no-cache", "--output-dir", "\(folder)/board"])
        #expect(run.status == 2 && run.errors.contains("broken.onnx: ") && run.errors.contains("absent.pth: no such file"), "\(run.errors)")
        #expect(run.output.contains("no figures: ") && run.output.contains("1  "), "\(run.output)")
        let table = try lines("\(folder)/board/leaderboard.csv")
        #expect(table.map { $0[0] } == ["rank", "1", "2", "", ""] && table.suffix(2).map { $0[1] } == ["broken.onnx", "absent.pth"])
        #expect(
            FileIdentity(path: "\(folder)/board/broken.onnx") == nil && FileIdentity(path: "\(folder)/board/full.onnx/report.html") != nil)
        // Weights that are all 0: the file opens, and its embeddings are refused while the others go on.
        let zero = "\(models)/broken.safetensors"
        #expect(try CommandRun(["export", network, "-o", zero, "--verify", "none"]).status == 0)
        var bytes = try Fixtures.bytes(zero)
        let header = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        for place in 8 + header..<bytes.count { bytes[place] = 0 }
        Fixtures.write(bytes, to: zero)
        try FileManager.default.removeItem(atPath: "\(models)/broken.onnx")
        let spoiled = try evaluate([models], ["--no-cache", "--output-dir", "\(folder)/spoiled"])
        #expect(spoiled.status == 2 && spoiled.errors.contains("has no length, or is not finite"), "\(spoiled.errors)")
        let rest = try lines("\(folder)/spoiled/leaderboard.csv")
        #expect(rest.map { $0[0] } == ["rank", "1", "2", ""] && rest.last?[1] == "broken.safetensors")
        #expect(rest.dropFirst().prefix(2).map { $0.dropLast() } == table.dropFirst().prefix(2).map { $0.dropLast() })
        try FileManager.default.removeItem(atPath: zero)
        Fixtures.write(Array("garbage".utf8), to: "\(models)/broken.onnx")
        // Nothing at all.
        let none = try evaluate(["\(models)/broken.onnx", "\(folder)/absent.pth"], ["--no-cache", "--output-dir", "\(folder)/none"])
        #expect(none.status == 2 && FileIdentity(path: "\(folder)/none") == nil, "\(none.errors)")
        let empty = try evaluate(["\(folder)/faces"], ["--no-cache"])
        #expect(empty.status == 2 && empty.errors.contains("holds no file that is looked for"), "\(empty.errors)")
        // Only what is asked for of a folder.
        let chosen = try evaluate([models], ["--no-cache", "--exclude", "deep", "--include", "f*.onnx", "--json"])
        #expect(chosen.status == 0, "\(chosen.errors)")
        let document = try JSONParser.parse(Array(chosen.output.utf8)).object
        #expect(document?["models"]?.array?.compactMap { $0.object?["model"]?.string } == ["full.onnx"])
    }

    @Test("Names that clash are an error before anything is computed") func clashes() throws {
        let models = try models()
        Fixtures.write(try Fixtures.bytes(network), to: "\(models)/deep/full.onnx")
        let clash = try evaluate([models], ["--cache", "\(folder)/cache", "--output-dir", "\(folder)/board"])
        #expect(clash.status == 2 && clash.errors.contains("would both go to a folder full.onnx"), "\(clash.errors)")
        for path in ["board", "cache"] { #expect(FileIdentity(path: "\(folder)/\(path)") == nil, "\(path)") }
        // Without reports they are told apart by their paths.
        let paths = try evaluate([models], ["--no-cache", "--json"])
        let document = try JSONParser.parse(Array(paths.output.utf8)).object
        let names = document?["models"]?.array?.compactMap { $0.object?["model"]?.string }
        #expect(Set(names ?? []) == ["full.onnx", "deep/full.onnx", "deep/half.onnx"].reduce(into: Set()) { $0.insert("\(models)/\($1)") })
        let twice = try evaluate([network, network], ["--no-cache"])
        #expect(twice.status == 2 && twice.errors.contains("is given twice"), "\(twice.errors)")
        Fixtures.write(try Fixtures.bytes(network), to: "\(models)/leaderboard.csv")
        let reserved = try evaluate([network, "\(models)/leaderboard.csv"], ["--no-cache", "--output-dir", "\(folder)/board"])
        #expect(reserved.status == 2 && reserved.errors.contains("is called like a file of the leaderboard"), "\(reserved.errors)")
        // A report that is in the way.
        #expect(try evaluate([network, "\(models)/deep/half.onnx"], ["--no-cache", "--output-dir", "\(folder)/out"]).status == 0)
        try FileManager.default.removeItem(atPath: "\(folder)/out/leaderboard.csv")
        let inTheWay = try evaluate(
            [network, "\(models)/deep/half.onnx"], ["--cache", "\(folder)/cache", "--output-dir", "\(folder)/out"])
        #expect(inTheWay.status == 2 && FileIdentity(path: "\(folder)/cache") == nil, "\(inTheWay.errors)")
    }

    @Test("Expectations judge each model, and options for one model are refused") func options() throws {
        let models = try models()
        let strict = try evaluate([models], ["--no-cache", "--expect-accuracy", "1.5", "--tolerance", "0.01"])
        #expect(strict.status == 1 && strict.output.ranges(of: "NOT met: ").count == 2, "\(strict.output)")
        #expect(try evaluate([models], ["--no-cache", "--expect-accuracy", "50", "--tolerance", "50", "--quiet"]).status == 0)
        let against = try evaluate([models], ["--no-cache", "--against", network])
        #expect(against.status == 64 && against.errors.contains("several models are compared with each other already"), "\(against.errors)")
        let sets = try CommandRun(["evaluate", models, "--bin", "x.bin"])
        #expect(sets.status == 64 && sets.errors.contains("one list of pairs"), "\(sets.errors)")
        // One model does not select files.
        let one = try evaluate([network], ["--no-cache", "--include", "*.onnx"])
        #expect(one.status == 64, "\(one.errors)")
    }

    @Test("A model whose faces are cut in a different way gets crops of its own") func ownCrops() throws {
        let (models, cache) = (try models(), "\(folder)/cache")
        let wide = "\(folder)/wide.onnx"
        #expect(
            try CommandRun(["export", network, "-o", wide, "--crop", "mtcnn", "--mtcnn-margin", "30", "--verify", "none"]).status == 0)
        let run = try evaluate(["\(models)/full.onnx", wide], ["--cache", cache, "--json"], resizes: false)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: cache).count { $0.hasPrefix("crops-") } == 2)
        for (name, path) in [("full.onnx", "\(models)/full.onnx"), ("wide.onnx", wide)] {
            let alone = try evaluate([path], ["--cache", cache, "--json"], resizes: false)
            let area = try JSONParser.parse(Array(alone.output.utf8)).object?["roc_auc"]
            let shared = try JSONParser.parse(Array(run.output.utf8)).object?["models"]?.array?.first {
                $0.object?["model"]?.string == name
            }
            #expect(area != nil && shared?.object?["roc_auc"] == area, "\(name)")
        }
    }

    @Test("A float16 export is judged by whether it is worse, whichever of both is named first") func roundedModels() throws {
        let models = try models()
        let (full, half) = ("\(models)/full.onnx", "\(models)/deep/half.onnx")
        for (first, second) in [(full, half), (half, full)] {
            let out = "\(folder)/\(PathText.baseName(first))-first"
            let run = try evaluate([first], ["--no-cache", "--against", second, "--output-dir", out])
            #expect(run.output.contains("\(PathText.baseName(first))  \(PathText.baseName(second))"), "both tables side by side")
            let metrics = try #require(try JSONParser.parse(try Fixtures.bytes("\(out)/metrics.json")).object)
            let baseline = try #require(metrics["judgement"]?.object?["baseline"]?.object)
            #expect(
                baseline["rounded"]?.object?["model"]?.string == "half.onnx" && baseline["rounded"]?.object?["weights"]?.string == "float16"
            )
            #expect(baseline["accuracy_difference_95"]?.array?.count == 2 && baseline["equal_error_rate"]?.double != nil)
            // Twelve pairs show nothing but a loss: which pairs change sides depends on the last bits of their scores.
            func lost(_ key: String) throws -> Double {
                let (own, other) = (try #require(metrics[key]?.double), try #require(baseline[key]?.double))
                return first == half ? other - own : own - other
            }
            let isLost = (accuracy: try lost("ten_fold_accuracy_mean") > 0.00051, area: try lost("roc_auc") > 0.00051)
            let verdict = isLost.accuracy ? "may be worse" : "is not worse"
            #expect(run.status == (isLost.accuracy || isLost.area ? 1 : 0), "\(run.output)\(run.errors)")
            #expect(run.output.contains("met: half.onnx (float16) \(verdict) than full.onnx (float32): accuracy "), "\(run.output)")
            let page = String(decoding: try Fixtures.bytes("\(out)/report.html"), as: UTF8.self)
            let headline = isLost.area && !isLost.accuracy ? "is worse" : verdict
            #expect(page.contains("half.onnx \(headline) than full.onnx</p>") && page.contains("Side by side"))
        }
        // Two models in one precision are compared as before.
        let same = try evaluate([full], ["--no-cache", "--against", Fixtures.path("models/ir_small_onnxsim.onnx")])
        #expect(same.output.contains("points, 0.0500 allowed") && !same.output.contains("worse"), "\(same.output)")
    }
}
