import Architectures
import ConvertFiles
import ConvertIR
import Exporters
import TestSupport
import Testing

@testable import ConvertFaces

/// The detector with its published weights, which `make setup` fetches.
@Suite struct MTCNNTests {
    static func model(_ name: String) throws -> Model {
        let opened = try OpenedModel(try FormatRegistry.open("\(Fixtures.mtcnn)/\(name).pt"))
        return try #require(opened.content.model)
    }

    static func detector(_ settings: MTCNN.Settings = .init(), threads: Int? = nil) throws -> MTCNN {
        try MTCNN(pnet: model("pnet"), rnet: model("rnet"), onet: model("onet"), settings: settings, threads: threads)
    }

    static func flat(_ width: Int, _ height: Int) throws -> DecodedImage {
        try DecodedImage(
            width: width, height: height, pixels: [UInt8](repeating: 128, count: width * height * 3), name: "gray \(width)×\(height)")
    }

    @Test("Small and empty pictures contain no face and are resized whole") func smallAndEmptyPicturesHoldNoFaceAndAreResizedWhole() throws
    {
        let aligner = try FaceAligner(detector: try MTCNNTests.detector())
        let images = try [(1, 1), (12, 12), (20, 20), (19, 300), (64, 40)].map { try MTCNNTests.flat($0, $1) }
        var seen = 0
        try aligner.align(count: images.count, open: { OpenedImage(images[$0]) }, make: { $1 }) { index, result in
            let aligned = try result.get()
            #expect(aligned.face == nil && aligned.faces.isEmpty && aligned.cut == nil && index == seen)
            #expect(aligned.crop.pixels == [UInt8](repeating: 128, count: 112 * 112 * 3))
            seen += 1
        }
        #expect(seen == 5)
    }

    @Test("The pyramid has the reference's levels") func thePyramidHasTheReferencesLevels() throws {
        let levels = try ImagePyramid(try MTCNNTests.flat(250, 250), settings: .init()).levels
        #expect(levels.map(\.width) == [151, 107, 76, 54, 38, 27, 20, 14])
        #expect(levels.map(\.height) == levels.map(\.width))
        #expect(try ImagePyramid(try MTCNNTests.flat(19, 300), settings: .init()).levels.isEmpty)
    }

    @Test("A picture too large for small faces says which size would work") func aPictureTooLargeForSmallFacesSaysWhichSizeWouldDo() throws
    {
        let image = try MTCNNTests.flat(6000, 4000)
        do {
            _ = try ImagePyramid(image, settings: .init())
            Issue.record("taken")
        } catch {
            guard case .tooLargeForDetection(_, 6000, 4000, let least) = error else { throw error }
            var settings = MTCNN.Settings()
            settings.minFaceSize = least
            #expect(try ImagePyramid(image, settings: settings).levels.first.map { $0.width * $0.height <= 4_000_000 } == true)
            #expect(error.decisions == [.leastFace(least)])
        }
    }

    @Test("One impossible picture does not spoil the others") func oneImpossiblePictureDoesNotSpoilTheOthers() throws {
        let aligner = try FaceAligner(detector: try MTCNNTests.detector())
        let images = try [MTCNNTests.flat(40, 40), MTCNNTests.flat(6000, 4000), MTCNNTests.flat(30, 60)]
        var failures: [Int] = []
        try aligner.align(count: 3, open: { OpenedImage(images[$0]) }, make: { _, _ in () }) { index, result in
            if case .failure = result { failures.append(index) }
        }
        #expect(failures == [1])
    }

    @Test("A different network in its place is refused") func anotherNetworkInItsPlaceIsRefused() throws {
        let (pnet, rnet, onet) = (try MTCNNTests.model("pnet"), try MTCNNTests.model("rnet"), try MTCNNTests.model("onet"))
        #expect(throws: FacesError.otherNetwork(name: "onet", architecture: "mtcnn_rnet")) {
            try MTCNN(pnet: pnet, rnet: rnet, onet: rnet)
        }
        #expect(throws: (any Error).self) { try MTCNN(pnet: rnet, rnet: onet, onet: pnet) }
        var settings = MTCNN.Settings()
        settings.factor = 1
        #expect(throws: FacesError.badSettings) { try MTCNN(pnet: pnet, rnet: rnet, onet: onet, settings: settings) }
    }

    @Test("Too many candidates are refused without a long wait") func tooMuchThatPassesIsRefusedAndNotWaitedFor() throws {
        var settings = MTCNN.Settings()
        settings.thresholds = [0, 0.7, 0.7]
        let detector = try MTCNNTests.detector(settings)
        #expect(throws: FacesError.tooManyCandidates(name: "gray 700×700")) { try detector.detect([try MTCNNTests.flat(700, 700)]) }
    }
}
