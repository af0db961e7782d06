import ConvertFiles
import TestSupport
import Testing

@testable import ConvertFaces

/// Crops of photographs compared with those of facenet-pytorch 2.6.0, if the photographs are available next to the repository.
@Suite struct RecordedCropsTests {
    private static let folder = "\(Fixtures.root)/../shared/lfw"

    private struct Recorded {
        let path: String
        let fields: [Substring]
        var isDetected: Bool { fields[1] == "1" }
        var digest: Substring { fields[8] }
    }

    private static func recorded() throws -> [Recorded] {
        let text = String(decoding: try Fixtures.bytes("\(folder)/mtcnn_crops.csv"), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return Recorded(path: String(fields[0]), fields: fields)
        }
    }

    /// One without a face, one whose most probable boxes tie, and every 120th.
    @Test("Boxes and bytes of crops equal the recorded ones") func boxesAndBytesOfCropsAreTheRecordedOnes() throws {
        guard FileIdentity(path: "\(RecordedCropsTests.folder)/mtcnn_crops.csv") != nil else {
            print("not tested: mtcnn_crops.csv is not beside the repository (../shared/lfw)")
            return
        }
        let named = ["Marilyn_Monroe/Marilyn_Monroe_0001.jpg", "Frank_Dunham_Jr/Frank_Dunham_Jr_0001.jpg"]
        let rows = try RecordedCropsTests.recorded().enumerated().filter {
            $0.offset.isMultiple(of: 120) || named.contains($0.element.path)
        }
        .map(\.element)
        #expect(rows.count == 67)
        let aligner = try FaceAligner(detector: try MTCNNTests.detector())
        try aligner.align(rows.map { "\(RecordedCropsTests.folder)/lfw-deepfunneled/\($0.path)" }, make: { $1 }) { index, result in
            let (row, aligned) = (rows[index], try result.get())
            #expect((aligned.face != nil) == row.isDetected, "\(row.path)")
            #expect(Int(row.fields[2]) == aligned.faces.count, "\(row.path)")
            #expect(SHA256Digest(of: aligned.crop.pixels).text == row.digest, "\(row.path)")
            let wanted = row.fields[3...7].compactMap { Float($0) }
            guard let face = aligned.face, wanted.count == 5 else { return }
            let found = [face.box.x1, face.box.y1, face.box.x2, face.box.y2]
            #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-3 } && abs(face.probability - wanted[4]) < 1e-5, "\(row.path)")
            #expect(face.landmarks.count == 5)
        }
    }

    @Test("Faces depend neither on the number of threads nor on the other pictures")
    func facesDependNeitherOnTheNumberOfThreadsNorOnTheOtherPictures() throws {
        guard FileIdentity(path: "\(RecordedCropsTests.folder)/mtcnn_crops.csv") != nil else {
            print("not tested: mtcnn_crops.csv is not beside the repository (../shared/lfw)")
            return
        }
        let paths = try RecordedCropsTests.recorded().prefix(12).map { "\(RecordedCropsTests.folder)/lfw-deepfunneled/\($0.path)" }
        let images = try paths.map { try DecodedImage(path: $0) }
        let together = try MTCNNTests.detector(threads: 2).detect(images)
        let single = try MTCNNTests.detector(threads: 1)
        for (image, faces) in zip(images, together) { #expect(try single.detect([image]) == [faces]) }
    }
}
