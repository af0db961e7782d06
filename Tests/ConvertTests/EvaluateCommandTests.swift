import ConvertFaces
import ConvertFiles
import ConvertJSON
import Foundation
import TestSupport
import Testing

/// `convert evaluate` on small pictures drawn here and resized whole, so that no photographs are needed.
@Suite struct EvaluateCommandTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")

    private func dataset() throws -> (root: String, pairs: String) { try DrawnFaces.dataset(in: folder) }

    private func evaluate(_ arguments: [String], model: String? = nil) throws -> CommandRun {
        let (root, pairs) = try dataset()
        return try CommandRun(
            ["evaluate", model ?? network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "3"] + arguments)
    }

    @Test("Figures are those of the network's own embeddings") func figuresAreThoseOfTheNetworksOwnEmbeddings() throws {
        let run = try evaluate(["--no-cache", "--output-dir", "\(folder)/out"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("NOT LFW's figure") && run.output.contains("does not establish fairness"))
        // The same by hand: each picture is resized, run and normalized, then dot products are taken.
        let lines = String(decoding: try Fixtures.bytes("\(folder)/out/pair_scores.csv"), as: UTF8.self).split(whereSeparator: \.isNewline)
        #expect(lines.count == 13)
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",")
            let embeddings = try fields[0...1].map { try embedding("\(folder)/faces/\($0)") }
            let score = zip(embeddings[0], embeddings[1]).reduce(0.0) { $0 + $1.0 * $1.1 }
            #expect(abs(score - (Double(fields[3]) ?? .nan)) < 3e-6, "\(line)")
        }
        let metrics = try #require(try JSONParser.parse(try Fixtures.bytes("\(folder)/out/metrics.json")).object)
        #expect(metrics["preprocess"]?.string == "resize" && metrics["num_unique_images"]?.integer == 12)
        #expect(metrics["checkpoint"]?.string == "ir_small_torchscript.onnx")
    }

    @Test("Pictures need not be square, and vectors of mirror images are set side by side") func mirroredPicturesOfTwoSides() throws {
        let (root, pairs) = try dataset()
        let options = [
            "--input-mean", "127.5", "--input-std", "128", "--channel-order", "rgb", "--image-size", "40x24", "--crop", "resize",
        ]
        let model = Fixtures.path("models/branches_torchscript.onnx")
        // 24 columns of each picture, and the same mirrored in another folder.
        for person in try FolderListing.names(in: root) {
            try FileManager.default.createDirectory(atPath: "\(folder)/mirrored/\(person)", withIntermediateDirectories: true)
            for name in try FolderListing.names(in: "\(root)/\(person)") {
                let image = try DecodedImage(path: "\(root)/\(person)/\(name)")
                for (target, columns) in [("\(root)", Array(8..<32)), ("\(folder)/mirrored", (8..<32).reversed())] {
                    var pixels: [UInt8] = []
                    for row in 0..<40 {
                        for column in columns {
                            let place = (row * image.width + column) * 3
                            pixels += image.pixels[place..<place + 3]
                        }
                    }
                    let part = try DecodedImage(width: 24, height: 40, pixels: pixels, name: name)
                    Fixtures.write(try part.png(), to: "\(target)/\(person)/\(name)")
                }
            }
        }
        for (flip, rule) in [("concatenate", "facenet"), ("none", "reference")] {
            let run = try CommandRun(
                [
                    "evaluate", model, "--lfw-root", root, "--pairs-file", pairs, "--folds", "3", "--no-cache", "--flip", flip,
                    "--protocol",
                    rule, "--output-dir", "\(folder)/\(flip)",
                ] + options)
            #expect(run.status == 0, "\(run.errors)")
            let lines = String(decoding: try Fixtures.bytes("\(folder)/\(flip)/pair_scores.csv"), as: UTF8.self)
                .split(whereSeparator: \.isNewline)
            #expect(lines.count == 13)
            for line in lines.dropFirst() {
                let fields = line.split(separator: ",")
                let cosines = try [root, "\(folder)/mirrored"].map { place in
                    let vectors = try fields[0...1].map { try embedding("\(place)/\($0)", of: model, options) }
                    return zip(vectors[0], vectors[1]).reduce(0.0) { $0 + $1.0 * $1.1 }
                }
                let wanted = flip == "none" ? cosines[0] : (cosines[0] + cosines[1]) / 2
                #expect(abs(wanted - (Double(fields[3]) ?? .nan)) < 3e-6, "\(flip): \(line)")
            }
            let metrics = try #require(try JSONParser.parse(try Fixtures.bytes("\(folder)/\(flip)/metrics.json")).object)
            #expect(metrics["image_size"]?.array?.compactMap(\.integer) == [40, 24])
            #expect(metrics["protocol"]?.string == (flip == "none" ? "reference" : "facenet-concatenated"))
        }
    }

    private func embedding(_ path: String, of model: String? = nil, _ options: [String] = []) throws -> [Double] {
        let out = "\(folder)/one.npy"
        let run = try CommandRun(["run", model ?? network, path, "-o", out, "--force", "--quiet"] + options)
        #expect(run.status == 0, "\(run.errors)")
        let numbers = try NumpyArray(try MappedFile(path: out)).doubles
        let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return numbers.map { $0 / length }
    }

    @Test("Cached work gives the same files, and damaged entries are recomputed")
    func keptWorkGivesTheSameFilesAndDamagedEntriesAreMadeAgain() throws {
        let cache = "\(folder)/cache"
        let first = try evaluate(["--cache", cache, "--output-dir", "\(folder)/one"])
        #expect(first.status == 0, "\(first.errors)")
        let kept = try FileManager.default.contentsOfDirectory(atPath: cache).sorted()
        #expect(kept.count == 2 && kept[0].hasPrefix("crops-") && kept[1].hasPrefix("embeddings-"))
        let mode = try FileManager.default.attributesOfItem(atPath: cache)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        // A bit of a crop, a bit of the second embedding's key, and a truncated tail.
        for name in kept {
            var bytes = try Fixtures.bytes("\(cache)/\(name)")
            bytes[200] ^= 4
            Fixtures.write(Array(bytes.dropLast(5)), to: "\(cache)/\(name)")
        }
        let second = try evaluate(["--cache", cache, "--output-dir", "\(folder)/two"])
        #expect(second.status == 0 && second.output.replacing("/two", with: "/one") == first.output, "\(second.errors)")
        #expect(second.errors.contains("cached by earlier runs: 11 crops, 10 embeddings"), "\(second.errors)")
        #expect(second.errors.contains("2 cached entries were damaged and were made again"))
        #expect(kept.allSatisfy { second.errors.contains("\($0): a record at its end was cut off") })
        let third = try evaluate(["--no-cache", "--output-dir", "\(folder)/three"])
        #expect(third.status == 0)
        for name in ["metrics.json", "pair_scores.csv", "fold_metrics.csv", "lfw_embeddings.npz", "report.html", "roc_curve.png"] {
            let bytes = try Fixtures.bytes("\(folder)/one/\(name)")
            #expect(try bytes == Fixtures.bytes("\(folder)/two/\(name)") && bytes == Fixtures.bytes("\(folder)/three/\(name)"), "\(name)")
        }
        // Foreign files, one of which is named like the cache's own.
        let alike = "crops-0123456789abcdef01234567.records"
        for name in ["mine.txt", alike] { Fixtures.write([1], to: "\(cache)/\(name)") }
        let clear = try CommandRun(["cache", "clear", "--cache", cache])
        #expect(clear.status == 0 && clear.output.contains("2 files removed"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: cache).sorted() == [alike, "mine.txt"])
    }

    @Test("A cache that others may write to, or that cannot be created, is not used")
    func aCacheThatOthersMayWriteOrThatCannotBeHadIsNotUsed() throws {
        let (root, pairs) = try dataset()
        let arguments = ["evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "3"]
        let whole = try CommandRun(arguments + ["--no-cache"])
        let cache = "\(folder)/cache"
        #expect(try CommandRun(arguments + ["--cache", cache]).status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: cache).sorted()
        let bytes = try names.map { try Fixtures.bytes("\(cache)/\($0)") }
        // First one of its files, then the folder; and as root, one that a different user owns.
        for spoil in ["chmod 666 '\(cache)'/embeddings-*", "chmod 777 '\(cache)'"] + (getuid() == 0 ? ["chown 65534 '\(cache)'"] : []) {
            let run = try CommandRun(
                arguments + ["--cache", cache], shellPrefix: "chmod 600 '\(cache)'/*; chmod 700 '\(cache)'; \(spoil);")
            #expect(run.status == 0 && run.output == whole.output, "\(run.errors)")
            #expect(run.errors.contains("nothing of this run is cached") && run.errors.contains("is not trusted"), "\(run.errors)")
            #expect(try names.map { try Fixtures.bytes("\(cache)/\($0)") } == bytes)
        }
        for home in ["HOME=/nonexistent", "HOME=/proc/self", "HOME='\(pairs)'", "HOME="] {
            let run = try CommandRun(arguments, shellPrefix: "unset XDG_CACHE_HOME; export \(home);")
            #expect(run.status == 0 && run.output == whole.output, "\(home): \(run.errors)")
            #expect(run.errors.contains("nothing of this run is cached"), "\(home): \(run.errors)")
        }
        // A cache that was named explicitly is required.
        #expect(try CommandRun(arguments + ["--cache", "/nonexistent/cache"]).status == 2)
    }

    @Test("A cache that fills up changes no figure") func aCacheThatBecomesFullChangesNoFigure() throws {
        let (root, pairs) = try dataset()
        let arguments = [
            "evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "3", "--allow-missing",
        ]
        let whole = try CommandRun(arguments + ["--no-cache"])
        let full = try CommandRun(arguments + ["--cache", "\(folder)/cache"], shellPrefix: "ulimit -f 100;")
        #expect(full.status == 0 && full.output == whole.output, "\(full.errors)")
        #expect(
            full.errors.contains("no more of this run is cached") && full.errors.contains("no more records can be written to it"),
            "\(full.errors)")
        // Full from the beginning.
        let never = try CommandRun(arguments + ["--cache", "\(folder)/other"], shellPrefix: "ulimit -f 0;")
        #expect(
            never.status == 0 && never.output == whole.output && never.errors.contains("nothing of this run is cached"), "\(never.errors)")
        let next = try CommandRun(arguments + ["--cache", "\(folder)/cache"])
        #expect(
            next.status == 0 && next.output == whole.output && next.errors.contains("cached by earlier runs: 2 crops"), "\(next.errors)")
    }

    @Test("Output to a closed stream does not reach a cache file") func whatIsPrintedToAClosedStreamDoesNotReachAKeptFile() throws {
        let (root, pairs) = try dataset()
        let cache = "\(folder)/cache"
        let arguments = [
            "evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "3", "--cache", cache,
        ]
        let whole = try CommandRun(arguments)
        for closing in ["exec >&-;", "exec 2>&-;", "exec <&- >&- 2>&-;"] {
            try FileManager.default.removeItem(atPath: cache)
            let closed = try CommandRun(arguments, shellPrefix: closing)
            #expect(closed.status == (closing.contains(" >&-") ? 2 : 0), "\(closing) \(closed.errors)")
            let next = try CommandRun(arguments)
            #expect(next.status == 0 && next.output == whole.output, "\(closing) \(next.errors)")
            #expect(
                next.errors.contains("cached by earlier runs: 12 crops, 12 embeddings") && !next.errors.contains("damaged"), "\(closing)")
        }
    }

    @Test("Expectations decide the exit code") func expectationsDecideTheExitCode() throws {
        #expect(try evaluate(["--no-cache", "--expect-accuracy", "1.5", "--tolerance", "0.01"]).status == 1)
        #expect(try evaluate(["--no-cache", "--expect-accuracy", "50", "--tolerance", "50"]).status == 0)
    }

    private func scores(_ path: String) throws -> [Double] {
        String(decoding: try Fixtures.bytes(path), as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst().compactMap {
            $0.split(separator: ",").last.flatMap { Double($0) }
        }
    }

    @Test("A model agrees with itself") func aModelAgreesWithItself() throws {
        let cache = "\(folder)/cache"
        let same = try evaluate(["--cache", cache, "--against", network, "--output-dir", "\(folder)/out"])
        #expect(same.status == 0 && same.output.contains("0 pairs changed sides"), "\(same.output) \(same.errors)")
        #expect(try Fixtures.bytes("\(folder)/out/pair_scores.csv") == Fixtures.bytes("\(folder)/out/pair_scores_against.csv"))
        // One file of embeddings serves both.
        #expect(try FileManager.default.contentsOfDirectory(atPath: cache).count == 2)
    }

    @Test("Two models are compared pair by pair and the second is named") func twoModelsAreComparedPairByPairAndTheSecondIsNamed() throws {
        let other = Fixtures.path("models/ir_small_onnxsim.onnx")
        let half = "\(folder)/half.onnx"
        #expect(
            try CommandRun(["export", other, "-o", half, "--dtype", "bfloat16", "--to", "safetensors", "--verify", "none"]).status == 0)
        let run = try evaluate(["--no-cache", "--against", half, "--output-dir", "\(folder)/out"])
        #expect(run.status != 64 && FileIdentity(path: "\(folder)/out/metrics.json") != nil, "\(run.errors)")
        let (own, theirs) = (try scores("\(folder)/out/pair_scores.csv"), try scores("\(folder)/out/pair_scores_against.csv"))
        let drift = zip(own, theirs).map { abs($0 - $1) }
        #expect(own.count == 12 && theirs.count == 12 && drift.max() ?? 0 > 0)
        let metrics = try #require(try JSONParser.parse(try Fixtures.bytes("\(folder)/out/metrics.json")).object)
        let baseline = try #require(metrics["judgement"]?.object?["baseline"]?.object)
        #expect(abs((baseline["largest_drift"]?.double ?? 0) - (drift.max() ?? 1)) < 1e-7)
        #expect(metrics["settings"]?.object?["against"]?.string?.contains("half.onnx (") == true)
    }

    @Test("A flipped embedding is the mean of both") func aFlippedEmbeddingIsTheMeanOfBoth() throws {
        let (root, pairs) = try dataset()
        // Every picture is paired with its mirror image: with the flip, both have the same embedding.
        for person in 0..<4 {
            let image = try DecodedImage(path: "\(root)/P\(person)/P\(person)_0.png")
            var pixels = image.pixels
            for row in 0..<40 {
                for column in 0..<40 {
                    for channel in 0..<3 {
                        pixels[(row * 40 + column) * 3 + channel] = image.pixels[(row * 40 + 39 - column) * 3 + channel]
                    }
                }
            }
            Fixtures.write(
                try DecodedImage(width: 40, height: 40, pixels: pixels, name: "mirror").png(), to: "\(root)/P\(person)/P\(person)_1.png")
        }
        let lines = (0..<4).flatMap {
            ["P\($0)/P\($0)_0.png P\($0)/P\($0)_1.png 1", "P\($0)/P\($0)_0.png P\(($0 + 1) % 4)/P\(($0 + 1) % 4)_1.png 0"]
        }
        Fixtures.write(Array(lines.joined(separator: "\n").utf8), to: pairs)
        for (options, areOne) in [(["--tta-flip"], true), ([], false)] {
            let out = "\(folder)/\(areOne)"
            let run = try CommandRun(
                [
                    "evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "2", "--no-cache",
                    "--output-dir", out,
                ] + options)
            #expect(run.status == 0, "\(run.errors)")
            let mirrored = try scores("\(out)/pair_scores.csv").enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            #expect(mirrored.count == 4 && ((mirrored.min() ?? 0) > 1 - 1e-6) == areOne, "\(mirrored)")
        }
    }

    @Test("A flip after a normalization is refused") func aFlipBehindANormalizationIsRefused() throws {
        let normal = "\(folder)/n.onnx"
        #expect(try CommandRun(["export", network, "-o", normal, "--normalize", "--verify", "none"]).status == 0)
        let run = try evaluate(["--no-cache", "--tta-flip"], model: normal)
        #expect(run.status == 2 && run.errors.contains("before one"))
        // In a combined command it is refused before the export.
        let (root, pairs) = try dataset()
        let sentence = try CommandRun([
            network, "\(folder)/m.onnx", "--normalize", "--evaluate", "--tta-flip", "--lfw-root", root, "--pairs-file", pairs, "--folds",
            "3",
            "--preprocess", "resize", "--no-cache",
        ])
        #expect(sentence.status == 2 && sentence.errors.contains("before one") && FileIdentity(path: "\(folder)/m.onnx") == nil)
        #expect(try evaluate(["--no-cache"], model: normal).status == 0)
    }

    @Test("An export and its evaluation give one JSON document") func anExportAndItsEvaluationAreOneDocument() throws {
        let (root, pairs) = try dataset()
        let options = ["--lfw-root", root, "--pairs-file", pairs, "--folds", "3", "--preprocess", "resize", "--no-cache", "--json"]
        let both = try CommandRun([network, "\(folder)/m.onnx", "--evaluate"] + options)
        #expect(both.status == 0, "\(both.errors)")
        let alone = try CommandRun(["evaluate", "\(folder)/m.onnx"] + options)
        let document = try #require(try JSONParser.parse(Array(both.output.utf8)).object)
        let figures = try #require(try JSONParser.parse(Array(alone.output.utf8)).object)
        #expect(document["output"]?.string == "\(folder)/m.onnx" && document["verification"]?.object?["same"]?.boolean == true)
        #expect(document["evaluation"]?.object?["roc_auc"] == figures["roc_auc"] && figures["roc_auc"] != nil)
    }

    @Test("Finished crops can replace pictures") func finishedCropsTakeThePlaceOfPictures() throws {
        let (root, pairs) = try dataset()
        let made = try evaluate(["--no-cache", "--json"])
        #expect(try CommandRun(["align", root, "-o", "\(folder)/crops", "--preprocess", "resize"]).status == 0)
        let given = try CommandRun(
            ["evaluate", network, "--crops", "\(folder)/crops", "--pairs-file", pairs, "--folds", "3", "--no-cache", "--json"])
        #expect(given.status == 0, "\(given.errors)")
        let figures = try [made, given].map { try #require(try JSONParser.parse(Array($0.output.utf8)).object) }
        #expect(figures[0]["roc_auc"] == figures[1]["roc_auc"] && figures[0]["ten_fold_accuracies"] == figures[1]["ten_fold_accuracies"])
        #expect(try CommandRun(["align", root, "-o", "\(folder)/small", "--preprocess", "resize", "--image-size", "50"]).status == 0)
        let small = try CommandRun(["evaluate", network, "--crops", "\(folder)/small", "--pairs-file", pairs, "--folds", "3", "--no-cache"])
        #expect(small.status == 2 && small.errors.contains("50×50"))
        try FileManager.default.removeItem(atPath: "\(folder)/crops/P2/P2_1.png")
        let missing = try CommandRun([
            "evaluate", network, "--crops", "\(folder)/crops", "--pairs-file", pairs, "--folds", "3", "--no-cache",
        ])
        #expect(missing.status == 2 && missing.errors.contains("P2/P2_1.png first") && missing.errors.contains("--allow-missing"))
    }

    @Test("The table next to finished crops says how they were made") func theTableBesideFinishedCropsTellsHowTheyWereMade() throws {
        let (root, pairs) = try dataset()
        // These pictures show no faces.
        #expect(try CommandRun(["align", root, "-o", "\(folder)/crops", "--mtcnn-margin", "30", "--selection", "probability"]).status == 0)
        func run() throws -> CommandRun {
            try CommandRun(["evaluate", network, "--crops", "\(folder)/crops", "--pairs-file", pairs, "--folds", "3", "--no-cache"])
        }
        let told = try run()
        #expect(told.status == 0 && told.output.contains("no face found in 12 images"), "\(told.errors)")
        #expect(
            told.errors.contains("the crops were made with mtcnn_margin 30 (usual: 16), selection probability (usual: largest)"),
            "\(told.errors)")
        // A crop is replaced by a different one.
        let crops = try ["P0/P0_0", "P1/P1_0"].map { try Fixtures.bytes("\(folder)/crops/\($0).png") }
        Fixtures.write(crops[0], to: "\(folder)/crops/P1/P1_0.png")
        let swapped = try run()
        #expect(
            swapped.status == 2 && swapped.errors.contains("P1/P1_0.png: is not the crop that faces.json describes"), "\(swapped.errors)")
        Fixtures.write(crops[1], to: "\(folder)/crops/P1/P1_0.png")
        for (table, remark) in [
            (#"{"preprocess":"mtcnn","images":[]}"#, "12 of 12 crops are not in faces.json"),
            (#"{"preprocess":"mtcnn","images":[]}"#, "mtcnn_margin not recorded (usual: 16)"),
            (
                #"{"preprocess":"mtcnn","images":[],"image_size":160.0,"mtcnn_margin":16.0}"#,
                "made with image_size 160 (usual: 112), min_face"
            ),
            (#"{"preprocess":"mtcnn","images":[{"path":"P0/P0_0.png"}]}"#, "for 12 crops it is not known whether a face was found"),
            (#"{"preprocess":"resize","images":[]}"#, "made with preprocess resize (usual: mtcnn)"),
            (#"{"images":[]}"#, "does not say how the crops were made"),
        ] {
            Fixtures.write(Array(table.utf8), to: "\(folder)/crops/faces.json")
            let told = try run()
            #expect(told.status == 0 && told.errors.contains(remark), "\(table) \(told.errors)")
        }
        Fixtures.write(Array("{}".utf8), to: "\(folder)/crops/faces.json")
        let broken = try run()
        #expect(broken.status == 2 && broken.errors.contains("faces.json: is not a table of faces"), "\(broken.errors)")
        try FileManager.default.removeItem(atPath: "\(folder)/crops/faces.json")
        let silent = try run()
        #expect(silent.status == 0 && !silent.output.contains("no face found"))
    }

    @Test("Missing and damaged pictures are named and can be left out") func missingAndDamagedPicturesAreNamedAndCanBeLeftOut() throws {
        let (root, pairs) = try dataset()
        let arguments = [
            "evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "2", "--no-cache",
        ]
        try FileManager.default.removeItem(atPath: "\(root)/P1/P1_0.png")
        let missing = try CommandRun(arguments)
        #expect(missing.status == 2 && missing.errors.contains("P1/P1_0.png") && missing.errors.contains("--allow-missing"))
        Fixtures.write(Array(try Fixtures.bytes("\(root)/P3/P3_0.png").dropLast(300)), to: "\(root)/P3/P3_0.png")
        let damaged = try CommandRun(arguments + ["--allow-missing"])
        #expect(damaged.status == 0 && damaged.errors.contains("P3/P3_0.png"), "\(damaged.errors)")
        #expect(damaged.output.contains("pairs were dropped"))
        Fixtures.write(try Fixtures.bytes("\(root)/P0/P0_0.png"), to: "\(root)/P1/P1_0.png")
        Fixtures.write(Array(try Fixtures.bytes("\(root)/P2/P2_2.png").dropLast(300)), to: "\(root)/P2/P2_2.png")
        let broken = try CommandRun(arguments)
        #expect(broken.status == 2 && broken.errors.contains("P3/P3_0.png: ends before the picture does"), "\(broken.errors)")
        #expect(
            broken.errors.contains("P2/P2_2.png: ends") && broken.errors.contains("2 of the 12 images cannot be used"), "\(broken.errors)")
    }

    @Test("Names that Swift considers equal are two pictures") func namesThatSwiftHoldsForEqualAreTwoPictures() throws {
        let (root, pairs) = try dataset()
        // é exists as one scalar, but not as two.
        Fixtures.write(try Fixtures.bytes("\(root)/P0/P0_0.png"), to: "\(root)/\u{E9}.png")
        let lines = String(decoding: try Fixtures.bytes(pairs), as: UTF8.self) + "\u{E9}.png P0/P0_1.png 1\ne\u{301}.png P0/P0_1.png 1\n"
        Fixtures.write(Array(lines.utf8), to: pairs)
        let run = try CommandRun([
            "evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "2", "--no-cache",
            "--allow-missing",
        ])
        #expect(run.status == 0 && run.errors.contains("1 image does not exist, e\u{301}.png first"), "\(run.errors)")
        #expect(run.output.contains("1 pair was dropped") && run.output.contains("13 pairs of 13 images"), "\(run.output)")
    }

    @Test("Folders that are files are refused before the work starts") func foldersThatAreFilesAreRefusedBeforeTheWork() throws {
        let (root, pairs) = try dataset()
        let file = "\(root)/P0/P0_0.png"
        for wrong in [["--lfw-root", file], ["--crops", file], ["--lfw-root", root, "--output-dir", file]] {
            let run = try CommandRun(["evaluate", network, "--pairs-file", pairs, "--folds", "2", "--no-cache"] + wrong)
            #expect(run.status == 2 && run.errors.contains("\(file): is not a folder"), "\(run.errors)")
        }
        #expect(try CommandRun(["align", file, "-o", file, "--force"]).errors.contains("is not a folder"))
    }

    @Test("Models that are not face networks are refused before the work starts") func whatIsNoFaceNetworkIsRefusedBeforeTheWork() throws {
        for name in ["pnet", "rnet"] {
            let run = try evaluate(["--no-cache"], model: "\(Fixtures.mtcnn)/\(name).pt")
            #expect(run.status == 2 && run.errors.contains("not an embedding"), "\(run.errors)")
        }
        let size = try evaluate(["--no-cache", "--image-size", "160"])
        #expect(size.status == 2 && size.errors.contains("160×160"), "\(size.errors)")
        // A network whose layers end in a global mean accepts any size.
        let any = Fixtures.path("models/branches_torchscript.onnx")
        let (usual, asked) = (
            try evaluate(["--no-cache", "--json", "--assume-like", "reference"], model: any),
            try evaluate(["--no-cache", "--json", "--assume-like", "reference", "--image-size", "40"], model: any)
        )
        let unknown = try evaluate(["--no-cache"], model: any)
        #expect(unknown.status == 2 && unknown.errors.contains("--input-mean") && unknown.errors.contains("--assume-like"))
        #expect(usual.status == 0 && asked.status == 0, "\(usual.errors) \(asked.errors)")
        let sizes = try [usual, asked].map { try JSONParser.parse(Array($0.output.utf8)).object?["image_size"]?.integer }
        #expect(sizes[1] == 40 && sizes[0] != 40 && usual.output != asked.output)
        let place = try evaluate(["--no-cache", "--output-dir", "\(folder)/no/such/place"])
        #expect(place.status == 2 && place.errors.contains("does not exist"))
    }

    @Test("The reference project's own options are accepted") func theReferencesOwnOptionsAreTaken() throws {
        let (root, pairs) = try dataset()
        let run = try CommandRun([
            "evaluate", "--lfw-root", root, "--pairs-file", pairs, "--checkpoint", network, "--preprocess", "resize", "--batch-size", "512",
            "--num-workers", "4", "--device", "cuda", "--folds", "2", "--no-cache",
        ])
        #expect(
            run.status == 0 && run.errors.contains("--num-workers means nothing") && run.errors.contains("--device cuda"), "\(run.errors)")
        #expect(try CommandRun(["evaluate", network, "--lfw-root", root]).status == 64)
        #expect(try CommandRun(["evaluate", network, "--pairs-file", pairs]).status == 64)
        #expect(try CommandRun(["evaluate", network, "--checkpoint", network, "--lfw-root", root, "--pairs-file", pairs]).status == 64)
        #expect(
            try CommandRun(["evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--crops", root, "--selection", "largest"])
                .status == 64)
    }

    @Test("One command can export and evaluate") func exportAndEvaluationAreOneSentence() throws {
        let (root, pairs) = try dataset()
        let options = ["--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "3", "--no-cache"]
        let run = try CommandRun([network, "\(folder)/e.flat", "--evaluate"] + options)
        #expect(run.status == 0 && run.output.contains("-> \(folder)/e.flat") && run.output.contains("accuracy"), "\(run.errors)")
        #expect(try CommandRun([network, "\(folder)/f.flat"] + options).status == 64)
        for wrong in [
            ["--pairs-file", "\(folder)/none.txt"], ["--pairs-file", pairs, "--against", "\(folder)/none.onnx"],
            ["--pairs-file", pairs, "--mtcnn-weights", "\(folder)/none"], ["--pairs-file", pairs, "--cache", "\(folder)/no/cache"],
        ] {
            let early = try CommandRun([network, "\(folder)/g.flat", "--evaluate", "--lfw-root", root, "--folds", "3"] + wrong)
            #expect(
                early.status == 2 && early.errors.contains("\(folder)/no") && FileIdentity(path: "\(folder)/g.flat") == nil,
                "\(early.errors)")
        }
    }
}
