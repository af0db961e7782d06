import ConvertFaces
import ConvertFiles
import ConvertIR
import ConvertKit
import Foundation
import TestSupport
import Testing
import Verifier

/// Evaluations in this process: what is cached, resumed and reported.
@Suite struct EvaluationTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")

    private func request(cache: String? = nil) throws -> EvaluationRequest {
        let (root, pairs) = try DrawnFaces.dataset(in: folder)
        var request = EvaluationRequest(ModelSource(network), pairsFile: pairs)
        request.root = root
        request.faces.crop = .whole
        request.judging.folds = 3
        request.cacheFolder = cache
        request.keepsNothing = cache == nil
        return request
    }

    private func run(_ request: EvaluationRequest) throws -> (result: EvaluationResult, events: [Event]) {
        var events: [Event] = []
        let result = try Evaluation(request) { events.append($0) }.run { events.append($0) }
        return (result, events)
    }

    private func scores(_ result: EvaluationResult) -> [Double] { result.report.evaluation.table.scores.map { Double($0) } }

    @Test("A second run takes all crops and embeddings from the cache and gives the same scores") func theCacheServesASecondRun() throws {
        let cache = "\(folder)/cache"
        let first = try run(try request(cache: cache))
        let second = try run(try request(cache: cache))
        #expect(scores(first.result) == scores(second.result))
        #expect(scores(first.result) == scores(try run(try request()).result))
        #expect(!first.events.contains { if case .cached = $0 { true } else { false } })
        #expect(second.events.contains { if case .cached(crops: 12, embeddings: 12) = $0 { true } else { false } })
    }

    @Test("Damaged entries of the cache are reported and made again") func damagedEntriesAreMadeAgain() throws {
        let cache = "\(folder)/cache"
        let first = try run(try request(cache: cache))
        for name in try FileManager.default.contentsOfDirectory(atPath: cache) {
            var bytes = try Fixtures.bytes("\(cache)/\(name)")
            bytes[200] ^= 4
            Fixtures.write(bytes, to: "\(cache)/\(name)")
        }
        let second = try run(try request(cache: cache))
        #expect(second.events.contains { if case .cacheRepaired(count: 2) = $0 { true } else { false } })
        #expect(scores(first.result) == scores(second.result))
    }

    @Test("Progress counts up to all images, and the run is resumable only while it runs") func progress() throws {
        let events = try run(try request(cache: "\(folder)/cache")).events
        let counts = events.compactMap { if case .progress(let done, 12, .images) = $0 { done } else { nil } }
        #expect(counts == counts.sorted() && counts.last == 12)
        let resumable = events.compactMap { if case .resumable(let flag) = $0 { flag } else { nil } }
        #expect(resumable == [true, false])
    }

    @Test("A missing picture is an error, or leaves its pairs out if that is allowed") func missingPictures() throws {
        var request = try request()
        let root = try #require(request.root)
        try FileManager.default.removeItem(atPath: "\(root)/P1/P1_2.png")
        let error = EvaluationError.missingImages(root: root, areCrops: false, first: "P1/P1_2.png", count: 1, total: 12)
        let evaluation = try Evaluation(request)
        #expect(throws: error) { try evaluation.run() }
        request.allowsMissing = true
        request.judging.folds = 2
        let (result, events) = try run(request)
        #expect(events.contains { if case .imagesMissing(count: 1, first: "P1/P1_2.png") = $0 { true } else { false } })
        #expect(result.report.evaluation.table.pairs.pairs.count == 10)
    }

    @Test("A damaged picture names itself and every other that cannot be used") func damagedPictures() throws {
        let request = try request()
        let root = try #require(request.root)
        for name in ["P0/P0_1.png", "P3/P3_0.png"] { Fixtures.write(Array("no picture".utf8), to: "\(root)/\(name)") }
        var unusable: [String] = []
        let evaluation = try Evaluation(request)
        #expect(throws: EvaluationError.damagedImages(count: 2, total: 12)) {
            try evaluation.run { if case .imageUnusable(let reason) = $0 { unusable.append(reason) } }
        }
        #expect(unusable.count == 2 && unusable.contains { $0.contains("P0_1.png") } && unusable.contains { $0.contains("P3_0.png") })
    }

    @Test("A margin that leaves nothing of a crop, and a decision about faces without faces, are refused") func settingsThatDoNotFit() {
        var choice = FaceChoice()
        choice.imageSize = .init(square: 16)
        choice.margin = 16
        choice.crop = .mtcnn(margin: 16)
        #expect(throws: FaceSettingsError.marginTooLarge(margin: 16, imageSize: .init(square: 16))) { try FaceSettings(choice) }
        var whole = FaceChoice()
        whole.crop = .whole
        whole.leastFace = 30
        #expect(throws: FaceSettingsError.noFaceIsLookedFor(.leastFace(30), isDecided: true)) { try FaceSettings(whole) }
    }
}
