import ConvertFiles
import Foundation
import TestSupport
import Testing

/// LFW from photographs to scores, if photographs and published weights are available next to the repository: one fold of the reference
/// project's crops compared with PyTorch's results for the same pairs, and crops that are aligned by five points.
@Suite struct LFWFoldTests {
    private static let shared = "\(Fixtures.root)/../shared"

    @Test("The first fold's scores are the recorded ones") func theFirstFoldsScoresAreTheRecordedOnes() throws {
        let shared = LFWFoldTests.shared
        let needed = [
            "lfw/lfw-deepfunneled", "lfw/lfw_test_pair.txt", "weights/arcface_mobilefacenet.pth",
            "weights/arcface_mobilefacenet_scores.npy",
        ]
        if let missing = needed.first(where: { FileIdentity(path: "\(shared)/\($0)") == nil }) {
            print("not tested: \(missing) is not beside the repository (../shared)")
            return
        }
        let folder = Fixtures.temporaryFolder()
        let all = String(decoding: try Fixtures.bytes("\(shared)/lfw/lfw_test_pair.txt"), as: UTF8.self).split(whereSeparator: \.isNewline)
        let recorded = try NumpyArray(try MappedFile(path: "\(shared)/weights/arcface_mobilefacenet_scores.npy")).doubles
        try #require(all.count == 6000 && recorded.count == 6000)
        // A fold has 300 pairs of one person and 300 of two.
        let fold = Array(0..<300) + Array(3000..<3300)
        Fixtures.write(Array(fold.map { String(all[$0]) }.joined(separator: "\n").utf8), to: "\(folder)/pairs.txt")
        let run = try CommandRun([
            "evaluate", "\(shared)/weights/arcface_mobilefacenet.pth", "--lfw-root", "\(shared)/lfw/lfw-deepfunneled", "--pairs-file",
            "\(folder)/pairs.txt", "--folds", "10", "--no-cache", "--input-std", "127.5", "--output-dir", "\(folder)/out", "--crop",
            "mtcnn",
            "--mtcnn-margin", "16", "--selection", "largest",
        ])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("pictures: LFW deep-funneled") && run.output.contains("a face found in every image"), "\(run.output)")
        let lines = String(decoding: try Fixtures.bytes("\(folder)/out/pair_scores.csv"), as: UTF8.self).split(whereSeparator: \.isNewline)
        let scores = lines.dropFirst().compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
        try #require(scores.count == fold.count)
        let far = zip(scores, fold).map { abs($0 - recorded[$1]) }.max() ?? .infinity
        #expect(far < 5e-6, "off by \(far)")
        // 519 of 600 at the fold's own best thresholds.
        #expect(run.output.contains("[[TN 265, FP 35], [FN 46, TP 254]]"), "\(run.output)")
    }

    /// The last column of a table.
    private func numbers(_ table: [UInt8]) -> [Double] {
        String(decoding: table, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst().compactMap {
            $0.split(separator: ",").last.flatMap { Double($0) }
        }
    }

    @Test("A network of aligned faces gets them without an option, from photographs or as align made them")
    func alignedFacesComeWithoutAnOption() throws {
        let shared = LFWFoldTests.shared
        let (photographs, model) = ("\(shared)/lfw/lfw-deepfunneled", "\(shared)/weights/arcface_mobilefacenet.pth")
        guard let all = try? Fixtures.bytes("\(shared)/lfw/lfw_test_pair.txt"), FileIdentity(path: model) != nil,
            FileIdentity(path: photographs) != nil
        else {
            print("not tested: LFW or the published weights are not beside the repository (../shared)")
            return
        }
        let folder = Fixtures.temporaryFolder()
        let pairs = String(decoding: all, as: UTF8.self).split(whereSeparator: \.isNewline)
        let chosen = (pairs.prefix(8) + pairs.suffix(8)).joined(separator: "\n")
        Fixtures.write(Array(chosen.utf8), to: "\(folder)/pairs.txt")
        let common = ["evaluate", model, "--pairs-file", "\(folder)/pairs.txt", "--folds", "2", "--no-cache"]
        let direct = try CommandRun(common + ["--lfw-root", photographs, "--output-dir", "\(folder)/direct"])
        #expect(direct.status == 0 && direct.errors.contains("faces are aligned by five points"), "\(direct.errors)")
        for name in Set(chosen.split(whereSeparator: \.isWhitespace).filter { $0.contains("/") }.map(String.init)) {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/some/\(PathText.folder(name))", withIntermediateDirectories: true)
            Fixtures.write(try Fixtures.bytes("\(photographs)/\(name)"), to: "\(folder)/some/\(name)")
        }
        let aligned = try CommandRun(["align", "\(folder)/some", "-o", "\(folder)/crops", "--crop", "arcface", "--draw"])
        #expect(aligned.status == 0, "\(aligned.errors)")
        let given = try CommandRun(common + ["--crops", "\(folder)/crops", "--output-dir", "\(folder)/given"])
        #expect(given.status == 0 && !given.errors.contains("the crops were made with"), "\(given.errors)")
        let scores = try Fixtures.bytes("\(folder)/direct/pair_scores.csv")
        #expect(try scores == Fixtures.bytes("\(folder)/given/pair_scores.csv"))
        // Crops of a different kind are told apart.
        let boxes = try CommandRun(["align", "\(folder)/some", "-o", "\(folder)/boxes"])
        #expect(boxes.status == 0)
        let others = try CommandRun(common + ["--crops", "\(folder)/boxes", "--output-dir", "\(folder)/others"])
        #expect(others.status == 0 && others.errors.contains("preprocess mtcnn (usual: arcface)"), "\(others.errors)")
        #expect(try scores != Fixtures.bytes("\(folder)/others/pair_scores.csv"))
        // verify gives both sides the same aligned faces.
        let export = "\(folder)/m.onnx"
        #expect(try CommandRun(["export", model, "-o", export, "--verify", "none"]).status == 0)
        let check = try CommandRun(["verify", export, model, "--images", "\(folder)/some"])
        #expect(check.status == 0 && check.errors.contains("faces are aligned by five points"), "\(check.errors)")
        // run gives the same embeddings, except that they have no unit length yet.
        let vectors = try CommandRun(["run", model, "\(folder)/some", "--exif", "ignore", "-o", "\(folder)/vectors.npy"])
        #expect(vectors.status == 0 && vectors.errors.contains("faces are aligned by five points"), "\(vectors.errors)")
        let scored = try CommandRun([
            "score", "--pairs-file", "\(folder)/pairs.txt", "--folds", "2", "--embeddings", "\(folder)/vectors.npy", "--output-dir",
            "\(folder)/scored",
        ])
        #expect(scored.status == 0, "\(scored.errors)")
        let (one, other) = (numbers(scores), numbers(try Fixtures.bytes("\(folder)/scored/pair_scores.csv")))
        #expect(one.count == 16 && other.count == 16 && zip(one, other).allSatisfy { abs($0 - $1) < 1e-6 })
    }
}
