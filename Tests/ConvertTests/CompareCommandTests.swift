import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

/// `convert compare`, `evaluate --store-threshold` and `convert diff`, run as a user runs them.
@Suite struct CompareCommandTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")
    let training = Fixtures.path("training/small_epoch_003.pth")

    @Test("The cosine is that of the embeddings that run gives, and a threshold decides") func theCosineIsThatOfRun() throws {
        let pictures = ["jpeg_444.jpg", "png_rgb8.png"].map { Fixtures.path("images/\($0)") }
        let whole = ["--crop", "resize"]
        #expect(try CommandRun(["run", network, "-o", "\(folder)/e.npy"] + pictures + whole).status == 0)
        let rows = try NumpyArray(try MappedFile(path: "\(folder)/e.npy")).doubles
        let half = rows.count / 2
        func dot(_ one: Int, _ other: Int) -> Double { (0..<half).reduce(0) { $0 + rows[one + $1] * rows[other + $1] } }
        let expected = dot(0, half) / (dot(0, 0) * dot(half, half)).squareRoot()
        for (limit, status, words) in [(expected - 0.01, Int32(0), "the same person"), (expected + 0.01, 1, "different people")] {
            let run = try CommandRun(["compare", "--model", network, "--threshold", "\(min(1, limit))"] + pictures + whole)
            #expect(run.status == status && run.output.contains(words), "\(run.output)\(run.errors)")
            #expect(run.output.contains("does not prove"))
        }
        let run = try CommandRun(["compare", "--model", network, "--json"] + pictures + whole)
        let root = try #require(try JSONParser.parse(run.output.utf8).object)
        #expect(abs((root["cosine"]?.double ?? .nan) - expected) < 1e-6 && root["same"] == .null && root["threshold"] == .null)
        #expect(run.status == 2)
        // The same picture twice.
        let itself = try CommandRun(["compare", "--model", network, pictures[0], pictures[0], "--threshold", "0.999"] + whole)
        #expect(itself.status == 0 && itself.output.contains("cosine 1.0000"))
    }

    @Test("What cannot be compared is refused") func whatCannotBeComparedIsRefused() throws {
        let picture = Fixtures.path("images/jpeg_444.jpg")
        for (arguments, status, words) in [
            (["compare", picture, "--model", network], Int32(64), "B"), (["compare", picture, picture], 64, "--model"),
            (["compare", picture, picture, picture, "--model", network], 64, "no further argument"),
            (["compare", picture, "/none.jpg", "--model", network, "--crop", "resize"], 2, "/none.jpg: no such file"),
            (["compare", picture, picture, "--model", network, "--threshold", "2"], 64, "--threshold"),
        ] {
            let run = try CommandRun(arguments)
            #expect(run.status == status && run.errors.contains(words), "\(arguments): \(run.errors)")
        }
    }

    @Test(
        "A stored threshold is the evaluation's, travels through formats, and makes no other network",
        arguments: ["onnx", "pth", "h5", "flat", "safetensors"])
    func aStoredThresholdTravels(_ ending: String) throws {
        let (root, pairs) = try DrawnFaces.dataset(in: folder)
        let copy = "\(folder)/copy.\(ending)"
        let evaluation = [
            "evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "3", "--no-cache",
        ]
        let run = try CommandRun(evaluation + ["--store-threshold", "-o", copy, "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let best = try #require(try JSONParser.parse(run.output.utf8).object?["global_best_threshold"]?.double)
        // On to ONNX and compared there.
        let second = "\(folder)/second.onnx"
        #expect(try CommandRun([copy, second, "--quiet"]).status == 0)
        let pictures = ["P0/P0_0.png", "P0/P0_1.png"].map { "\(root)/\($0)" }
        for model in [copy, second] {
            let compared = try CommandRun(["compare", "--model", model, "--json"] + pictures)
            let answer = try #require(try JSONParser.parse(compared.output.utf8).object)
            #expect(
                answer["threshold"]?.double == best && answer["threshold_source"]?.string?.contains("12 pairs that are not LFW's") == true)
            #expect(answer["same"]?.boolean == ((answer["cosine"]?.double ?? .nan) >= best))
            #expect(compared.status == (answer["same"]?.boolean == true ? 0 : 1))
            // Cut otherwise, the pictures have other cosines.
            let other = try CommandRun(["compare", "--model", model, "--exif", "ignore"] + pictures)
            #expect(other.status == 2 && other.output.contains("cannot tell"), "\(other.output)")
        }
        #expect(try CommandRun(["verify", copy, network]).status == 0)
        let other = try CommandRun(evaluation + ["--store-threshold", "-o", copy])
        #expect(other.status == 2 && other.errors.contains("--force"), "\(other.errors)")
    }

    @Test(
        "The pair that sets a threshold for a rate is accepted by compare, and the next one below is not",
        arguments: ["0.01", "0.03", "1e-6"])
    func thePairThatSetsAThreshold(_ rate: String) throws {
        let demo = Fixtures.path("demo")
        // In the folder of the report, which does not exist yet.
        let copy = "\(folder)/out/copy.onnx"
        let run = try CommandRun([
            "evaluate", "\(demo)/epoch_008.pth", "--lfw-root", "\(demo)/faces", "--pairs-file", "\(demo)/pairs.txt", "--no-cache", "--fmr",
            rate,
            "--store-threshold", "-o", copy, "--output-dir", "\(folder)/out",
        ])
        #expect(run.status == 0, "\(run.errors)")
        let metrics = try #require(try JSONParser.parse(try Fixtures.bytes("\(folder)/out/metrics.json")).object)
        let threshold = try #require(metrics["threshold_at_fmr"]?.object?["threshold"]?.double)
        let lines = String(decoding: try Fixtures.bytes("\(folder)/out/pair_scores.csv"), as: UTF8.self).split(whereSeparator: \.isNewline)
        let rows = lines.dropFirst().map { $0.split(separator: ",").map(String.init) }.map {
            (pair: $0[..<2], score: Double($0[3]) ?? .nan)
        }
        let sorted = rows.sorted { $0.score > $1.score }
        // Scores in the file have eight decimals.
        let below = try #require(sorted.firstIndex { $0.score < threshold - 1e-7 })
        #expect(abs(sorted[below - 1].score - threshold) < 1e-7)
        for (row, status) in [(sorted[below - 1], Int32(0)), (sorted[below], 1)] {
            let compared = try CommandRun(["compare", "--model", copy] + row.pair.map { "\(demo)/faces/\($0)" })
            #expect(compared.status == status, "\(row): \(compared.output)")
        }
    }

    @Test("A stored threshold that is not a cosine is an error, and one given takes its place", arguments: ["NaN", "2.0", "true", "half"])
    func aStoredThresholdThatIsNotACosine(_ value: String) throws {
        let path = "\(folder)/odd.safetensors"
        #expect(try CommandRun([network, path, "--quiet"]).status == 0)
        // The header's metadata are texts; the new member takes its place at their beginning.
        let bytes = try Fixtures.bytes(path)
        let length = bytes[..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        var header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
        let start = try #require(header.range(of: "\"__metadata__\":{"))
        header.insert(contentsOf: "\"match_threshold\":\"\(value)\",", at: start.upperBound)
        let count = header.utf8.count
        let changed = (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + bytes[(8 + length)...]
        Fixtures.write(changed, to: path)
        let picture = Fixtures.path("images/jpeg_444.jpg")
        let run = try CommandRun(["compare", picture, picture, "--model", path])
        #expect(run.status == 2 && (run.errors + run.output).contains("not a cosine"), "\(run.errors)\(run.output)")
        #expect(try CommandRun(["compare", picture, picture, "--model", path, "--threshold", "0.5", "--crop", "resize"]).status == 0)
    }

    @Test("A threshold with mirror images, without an output or of sets is refused") func thresholdsThatAreNotOnesOfTwoPictures() throws {
        let (root, pairs) = try DrawnFaces.dataset(in: folder)
        let evaluation = ["evaluate", network, "--lfw-root", root, "--pairs-file", pairs, "--preprocess", "resize", "--folds", "3"]
        for (options, status, words) in [
            (["--store-threshold", "-o", "\(folder)/c.onnx", "--tta-flip"], Int32(2), "mirror images"),
            (["--store-threshold"], 64, "--output"), (["-o", "\(folder)/c.onnx"], 64, "--store-threshold"),
        ] {
            let run = try CommandRun(evaluation + options)
            #expect(run.status == status && run.errors.contains(words), "\(options): \(run.errors)")
        }
    }

    @Test("Two epochs differ in what moved and in their metadata; formats of one network do not") func twoEpochsDiffer() throws {
        #expect(try CommandRun([training, "\(folder)/a.onnx", "--quiet"]).status == 0)
        let same = try CommandRun(["diff", training, "\(folder)/a.onnx"])
        #expect(same.status == 0 && same.output.contains("187 in both, 187 the same, 0 moved"), "\(same.output)\(same.errors)")
        #expect(same.output.contains("all tensors hold the same numbers"))
        #expect(try CommandRun(["slim", training, "-o", "\(folder)/half.pth", "--dtype", "fp16", "--quiet"]).status == 0)
        let run = try CommandRun(["diff", training, "\(folder)/half.pth", "--json"])
        let root = try #require(try JSONParser.parse(run.output.utf8).object)
        #expect(run.status == 0 && root["same_tensors"]?.boolean == false && root["retyped"]?.array?.count == 156)
        let farthest = root["moved"]?.array?.compactMap { $0.object?["relative"]?.double } ?? []
        // Rounding to eleven bits moves a number by at most 2⁻¹² of itself, but for those too small for float16.
        #expect(!farthest.isEmpty && farthest == farthest.sorted(by: >) && (root["relative"]?.double ?? 1) < 0x1p-11)
        #expect(try CommandRun(["diff", training]).status == 64)
        #expect(try CommandRun(["diff", training, Fixtures.path("README.md")]).status == 2)
    }
}
