import ConvertFiles
import TestSupport
import Testing

/// One fold of LFW from photographs to scores, compared with PyTorch's results for the same pairs, if photographs and published weights are
/// available next to the repository.
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
            "\(folder)/pairs.txt", "--folds", "10", "--no-cache", "--input-std", "127.5", "--output-dir", "\(folder)/out",
        ])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("pictures: LFW deep-funneled") && run.output.contains("no face found in 0 images"), "\(run.output)")
        let lines = String(decoding: try Fixtures.bytes("\(folder)/out/pair_scores.csv"), as: UTF8.self).split(whereSeparator: \.isNewline)
        let scores = lines.dropFirst().compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
        try #require(scores.count == fold.count)
        let far = zip(scores, fold).map { abs($0 - recorded[$1]) }.max() ?? .infinity
        #expect(far < 5e-6, "off by \(far)")
        // 519 of 600 at the fold's own best thresholds.
        #expect(run.output.contains("[[TN 265, FP 35], [FN 46, TP 254]]"), "\(run.output)")
    }
}
