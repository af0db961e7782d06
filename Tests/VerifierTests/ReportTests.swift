import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

@testable import Verifier

/// The files of an evaluation.
@Suite struct ReportTests {
    private func report(_ change: (inout EvaluationProvenance) -> Void = { _ in }, hasEmbeddings: Bool = false) throws -> EvaluationReport {
        let evaluation = LFWEvaluation(try InventedPeople.table())
        var expectations = Expectations()
        expectations.accuracy = 99
        var provenance = EvaluationProvenance()
        change(&provenance)
        let embeddings =
            hasEmbeddings ? try EmbeddingTable(try InventedPeople.file("embeddings_stored.npz"), for: evaluation.table.pairs) : nil
        return EvaluationReport(
            evaluation, judgment: try Judgment(evaluation, expectations: expectations), provenance: provenance, embeddings: embeddings)
    }

    @Test("Metrics begin with the reference project's keys in its order") func metricsBeginWithTheReferenceProjectsKeysInItsOrder() throws {
        let keys = [
            "model", "backbone", "checkpoint", "preprocess", "mtcnn_margin", "tta_flip", "image_size", "device", "lfw_root", "pairs_file",
            "num_pairs", "num_positive_pairs", "num_negative_pairs", "num_unique_images", "mtcnn_or_resize_success_rate",
            "ten_fold_accuracy_mean", "ten_fold_accuracy_std", "ten_fold_accuracies", "global_best_threshold", "global_best_accuracy",
            "roc_auc", "confusion_matrix_10_fold", "model_artifact",
        ]
        let metrics = try report {
            $0.checkpoint = "m.pth"
            $0.missedImages = ["a/b.jpg"]
        }.metrics
        #expect(metrics.members.prefix(keys.count).map(\.key) == keys)
        #expect(metrics["model_artifact"] == .string("m.pth") && metrics["num_faces_missed"] == .integer(1))
        #expect(metrics["caveat"] == .string(Judgment.caveat) && metrics["is_lfw"] == .boolean(false))
        #expect(metrics["judgement"]?.object?["met"] == .boolean(false))
        #expect(
            try JSONParser.parse(Array(JSONValue.object(metrics).text(pretty: true).utf8)).object?.members.count == metrics.members.count)
    }

    @Test("Fold metrics have the reference project's columns and numbers")
    func foldMetricsHaveTheReferenceProjectsColumnsAndNumbers() throws {
        let lines = String(decoding: try report().foldMetrics, as: UTF8.self).split(separator: "\r\n")
        #expect(lines[0] == "fold,threshold,accuracy,true_positive,false_positive,true_negative,false_negative" && lines.count == 6)
        #expect(lines[1] == "1,0.25999999046325684,0.6842105263157895,9,5,4,1")
    }

    @Test("The same report gives the same bytes in every folder") func theSameReportGivesTheSameBytesInEveryFolder() throws {
        let folder = Fixtures.temporaryFolder()
        for name in ["one", "two/"] {
            let target = try ReportFolder("\(folder)/\(name)", replacing: false, contents: .embeddings, inputs: [])
            #expect(try target.write(try report(hasEmbeddings: true)) == ReportFolder.names(.embeddings))
        }
        for name in ReportFolder.names(.embeddings) {
            #expect(try Fixtures.bytes("\(folder)/one/\(name)") == Fixtures.bytes("\(folder)/two/\(name)"), "\(name)")
        }
        for name in ReportPlot.allCases.map(\.rawValue) {
            let picture = try Fixtures.bytes("\(folder)/one/\(name).png")
            #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) && picture.count > 5000)
            #expect(String(decoding: try Fixtures.bytes("\(folder)/one/\(name).svg"), as: UTF8.self).contains("</svg>"))
            let document = String(decoding: try Fixtures.bytes("\(folder)/one/\(name).pdf"), as: UTF8.self)
            #expect(document.hasPrefix("%PDF-1.") && !document.contains("/CreationDate") && document.contains("%%EOF"))
        }
    }

    @Test("Files in the way are reported in advance") func whatIsInTheWayIsToldBeforehand() throws {
        let folder = Fixtures.temporaryFolder()
        Fixtures.write([1], to: "\(folder)/report.html")
        #expect(throws: FileError.outputExists(path: "\(folder)/report.html")) {
            try ReportFolder(folder, replacing: false, contents: [], inputs: [])
        }
        _ = try ReportFolder(folder, replacing: true, contents: [], inputs: [])
        let identity = try #require(FileIdentity(path: "\(folder)/report.html"))
        #expect(throws: FileError.outputIsInput(path: "\(folder)/report.html")) {
            try ReportFolder(folder, replacing: true, contents: [], inputs: [identity])
        }
        #expect(throws: FileError.self) { try ReportFolder("\(folder)/a/b", replacing: true, contents: [], inputs: []) }
        #expect(throws: FileError.self) { try ReportFolder("\(folder)/report.html", replacing: true, contents: [], inputs: []) }
        // Naming a folder does not create it.
        _ = try ReportFolder("\(folder)/new", replacing: false, contents: [], inputs: [])
        #expect(FileIdentity(path: "\(folder)/new") == nil)
    }

    @Test("The page is self-contained, and markup in names is text") func thePageIsWholeInItselfAndMarkupInNamesIsText() throws {
        let page = try report {
            $0.checkpoint = "<script>alert('1')</script>.pth"
            $0.missedImages = ["a\"/<b>&.jpg", "c\u{202E}d\u{7}"]
        }.page(photographs: nil)
        #expect(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;.pth") && !page.contains("<script"))
        #expect(page.contains("a&quot;/<wbr>&lt;b&gt;&amp;.jpg, c\\u{202e}d\\u{7}"))
        #expect(page.contains("Comma,_<wbr>Quote&quot;/") && page.contains(Judgment.caveat) && page.contains("not met"))
        #expect(page.ranges(of: "<svg class=\"plot\"").count == ReportPlot.allCases.count)
        let policy = try #require(page.firstRange(of: "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"))
        #expect(try policy.lowerBound < #require(page.firstRange(of: "<title>")).lowerBound, "before anything that a name is in")
        for outside in ["http:", "https:", "<link", "url(", "@import"] { #expect(!page.contains(outside)) }
        #expect(!page.contains("class=\"photo\"") && !page.contains("research only"))
    }

    @Test("Pairs that changed sides are listed") func pairsThatChangedSidesAreListed() throws {
        let table = try InventedPeople.table()
        var scores = table.scores
        let moved = try #require(scores.indices.max { scores[$0] < scores[$1] })
        scores[moved] = -1
        var expectations = Expectations()
        expectations.baseline = Baseline(try ScoreTable(pairs: table.pairs, scores: scores), name: "a<b>.onnx")
        let evaluation = LFWEvaluation(table)
        let report = EvaluationReport(evaluation, judgment: try Judgment(evaluation, expectations: expectations))
        let page = try report.page(photographs: nil)
        #expect(page.contains("Pairs that changed sides against a&lt;b&gt;.onnx"))
        let flips = report.metrics["judgement"]?.object?["baseline"]?.object?["flips"]?.array
        #expect(flips?.contains { $0.object?["pair"]?.array?.first == .string(table.pairs.pairs[moved].imageA) } == true)
    }

    @Test("Numbers of the page are short, and each heading says what the numbers below it are") func numbersOfThePage() throws {
        let report = try report()
        let page = try report.page(photographs: nil)
        #expect(page.firstMatch(of: /[0-9]\.[0-9]{8,}/) == nil, "machine files have all digits, the page has not")
        #expect(page.contains("<td class=\"number\">0.2600</td>") && !page.contains("0.25999999"))
        let rejects = try #require(page.firstRange(of: "(false rejects)</h3>"))
        let table = page[rejects.upperBound...].prefix(1200)
        #expect(table.contains("Below the threshold by") && !table.contains("Above"))
        let worst = try #require(report.evaluation.worst(isSame: true, limit: 1).first)
        #expect(report.evaluation.margins[worst] < 0)
        #expect(table.contains("<td class=\"number\">\(NumberText.fixed(-report.evaluation.margins[worst], 4))</td>"))
        let pairs = report.evaluation.table.pairs
        for (name, count) in [("Pairs", pairs.pairs.count), ("Different images", pairs.uniqueImages.count)] {
            #expect(page.contains("<th scope=\"row\">\(name)</th><td>\(count)</td>"))
        }
    }

    @Test("Plots of the page have the page's colors, which are there in the light and in the dark") func colorsOfThePage() throws {
        let page = try report().page(photographs: nil)
        let used = Set(page.matches(of: /var\(--([a-z]+)\)/).map { String($0.1) })
        #expect(used.isSuperset(of: ["ink", "paper", "same", "different"]))
        for name in used { #expect(page.ranges(of: "--\(name): ").count >= 2, "\(name)") }
        let plots = page[try #require(page.firstRange(of: "<svg")).lowerBound..<#require(page.ranges(of: "</svg>").last).lowerBound]
        #expect(!plots.contains("rgb(") && !plots.contains("#"), "no color of its own, else it would not follow the reader's choice")
        #expect(page.contains("@media screen and (prefers-color-scheme: dark)") && page.contains("@media print"))
    }

    @Test("A report says how long it took only if it is asked to") func timeIsSaidOnlyIfAsked() throws {
        let quiet = try report()
        #expect(quiet.metrics["timing"] == nil)
        let speed = EvaluationSpeed(elapsed: 4, images: 100, computed: 50, networkSeconds: 2)
        let timed = try report { $0.speed = speed }
        #expect(speed.imagesPerSecond == 25 && speed.text.contains("100 images in 4.0 s, 25.000 images/s; the network alone: 25.000"))
        #expect(timed.metrics["timing"]?.object?["network_images_per_second"] == .number(25))
        #expect(try timed.page(photographs: nil).contains(HTMLText.escaped(speed.text)))
        let cached = EvaluationSpeed(elapsed: 1, images: 100, computed: 0, networkSeconds: 0.001)
        #expect(cached.imagesPerSecond == nil && cached.text.contains("its embeddings were cached"))
    }

    @Test("Photographs are shown only if requested, and only pictures") func photographsAreShownOnlyWhereAskedForAndOnlyPictures() throws {
        let page = try report().page { path in path.contains("0001") ? [0xFF, 0xD8, 0xFF, 0xE0] : Array("root:x:0:0".utf8) }
        #expect(page.contains("src=\"data:image/jpeg;base64,/9j/4A==\"") && page.contains("research only"))
        #expect(!page.contains(HTMLText.base64(Array("root:x:0:0".utf8))))
    }

    @Test("Base64 follows the standard") func base64IsTheStandards() {
        let vectors = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=", "foobar": "Zm9vYmFy"]
        for (text, expected) in vectors { #expect(HTMLText.base64(Array(text.utf8)) == expected) }
        #expect(HTMLText.base64([0xFB, 0xFF]) == "+/8=")
    }

    @Test("Ticks are round numbers within the range") func ticksAreRoundNumbersWithinTheRange() {
        #expect(PlotScale.roundTicks(0...1).map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(PlotScale.roundTicks(-0.4...1).map(\.label) == ["-0.4", "-0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(PlotScale.roundTicks(0...280).map(\.label) == ["0", "50", "100", "150", "200", "250"])
        #expect(PlotScale.roundTicks(1...1).isEmpty)
        #expect(HistogramPlot.counts([0, 0.5, 1, 2], in: 0...1).reduce(0, +) == 3)
    }

    @Test("Numbers are rounded as Python rounds them") func numbersAreRoundedAsPythonRoundsThem() {
        #expect(NumberText.fixed(0.125, 2) == "0.12" && NumberText.fixed(0.375, 2) == "0.38" && NumberText.fixed(-1.5, 0) == "-2")
        #expect(NumberText.grouped(1_234_567) == "1,234,567" && NumberText.grouped(-123) == "-123" && NumberText.grouped(0) == "0")
    }
}
