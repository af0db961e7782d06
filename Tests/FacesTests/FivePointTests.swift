import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

@testable import ConvertFaces

/// Five-point alignment compared with what OpenCV 4 made (`faces/alignments.json`).
@Suite struct FivePointTests {
    private static let recorded: JSONObject = {
        guard let bytes = try? Fixtures.bytes(Fixtures.path("faces/alignments.json")) else { return JSONObject() }
        return (try? JSONParser.parse(bytes))?.object ?? JSONObject()
    }()

    private static func cases(_ name: String) -> [JSONObject] { recorded[name]?.array?.compactMap(\.object) ?? [] }
    private static func doubles(_ value: JSONValue?) -> [Double] { value?.array?.compactMap(\.double) ?? [] }

    private static func points(_ value: JSONValue?) -> [SIMD2<Float>] {
        let numbers = doubles(value)
        return stride(from: 0, to: numbers.count - 1, by: 2).map { SIMD2(Float(numbers[$0]), Float(numbers[$0 + 1])) }
    }

    private static func matrix(_ numbers: [Double]) -> AffineMatrix? {
        guard numbers.count == 6 else { return nil }
        return AffineMatrix(xx: numbers[0], xy: numbers[1], x: numbers[2], yx: numbers[3], yy: numbers[4], y: numbers[5])
    }

    /// The picture of `make_alignments.py`.
    private static func picture(_ width: Int, _ height: Int) throws -> DecodedImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<3 { pixels.append(UInt8((x * x * 3 + y * y * 5 + x * y * 7 + c * 91 + x * 11) / 16 & 255)) }
            }
        }
        return try DecodedImage(width: width, height: height, pixels: pixels, name: "formula")
    }

    private static func face(_ points: [SIMD2<Float>]) -> DetectedFace {
        DetectedFace(box: FaceBox(x1: 0, y1: 0, x2: 1, y2: 1), probability: 1, landmarks: points)
    }

    @Test("A picture warped by any matrix has OpenCV's bytes, far outside and singular ones included") func warpsAreOpenCVs() throws {
        let image = try FivePointTests.picture(97, 61)
        let cases = FivePointTests.cases("warps")
        #expect(cases.count == 323)
        for item in cases {
            let numbers = FivePointTests.doubles(item["matrix"])
            let matrix = try #require(FivePointTests.matrix(numbers))
            let crop = try AffineWarp.warp(image, by: matrix, width: 40, height: 33)
            #expect(SHA256Digest(of: crop.pixels).text == item["sha256"]?.string, "\(numbers)")
        }
    }

    @Test("A face beyond the 32,767th column, where OpenCV ends, is cut out as anywhere") func widePictures() throws {
        let image = try FivePointTests.picture(40_000, 12)
        let shift = AffineMatrix(xx: 1, xy: 0, x: -39_900, yx: 0, yy: 1, y: 0)
        let crop = try AffineWarp.warp(image, by: shift, width: 100, height: 12)
        for row in 0..<12 {
            let wanted = image.pixels[(row * 40_000 + 39_900) * 3..<(row + 1) * 40_000 * 3]
            #expect(crop.pixels[row * 300..<(row + 1) * 300].elementsEqual(wanted), "row \(row)")
        }
    }

    @Test("Points give the recorded matrices to the last digit, and OpenCV's bytes, in every size of template")
    func estimatesAreTheRecordedOnes() throws {
        let image = try FivePointTests.picture(250, 250)
        let cases = FivePointTests.cases("estimates")
        #expect(cases.count == 30)
        for item in cases {
            let face = FivePointTests.face(FivePointTests.points(item["points"]))
            let crops = try #require(item["crops"]?.object)
            #expect(crops.members.count == 9)
            for member in crops.members {
                let (size, crop) = (member.key, member.value)
                let sides = size.split(separator: "x").compactMap { Int($0) }
                let template = try #require(FivePointTemplate(width: sides[1], height: sides[0]))
                let matrix = try #require(SimilarityTransform(from: face.points, to: template.points)?.matrix)
                #expect(matrix.numbers == FivePointTests.doubles(crop.object?["matrix"]), "\(size)")
                let made = try AffineWarp.warp(image, by: matrix, width: sides[1], height: sides[0])
                #expect(SHA256Digest(of: made.pixels).text == crop.object?["sha256"]?.string, "\(size)")
            }
        }
    }

    @Test("309 photographs, aligned by recorded landmarks, have OpenCV's bytes") func photographsAreOpenCVs() throws {
        let folder = "\(Fixtures.root)/../shared/lfw/lfw-deepfunneled"
        guard FileIdentity(path: folder) != nil else {
            print("not tested: LFW is not beside the repository (../shared/lfw)")
            return
        }
        let cases = FivePointTests.cases("photographs")
        #expect(cases.count == 309)
        let template = try #require(FivePointTemplate(width: 112, height: 112))
        for item in cases {
            let path = try #require(item["path"]?.string)
            let image = try DecodedImage(path: "\(folder)/\(path)")
            let face = FivePointTests.face(FivePointTests.points(item["points"]))
            let matrix = try #require(SimilarityTransform(from: face.points, to: template.points)?.matrix)
            let crop = try AffineWarp.warp(image, by: matrix, width: 112, height: 112)
            #expect(SHA256Digest(of: crop.pixels).text == item["sha256"]?.string, "\(path)")
        }
    }

    @Test("Points that coincide or are not finite give no transform; mirrored ones give no reflection") func pointsWithoutAFace() throws {
        let template = try #require(FivePointTemplate(width: 112, height: 112))
        func transform(_ points: [SIMD2<Float>]) -> SimilarityTransform? {
            SimilarityTransform(from: FivePointTests.face(points).points, to: template.points)
        }
        #expect(transform([SIMD2](repeating: SIMD2(40, 50), count: 5)) == nil)
        #expect(transform([SIMD2(.nan, 1), SIMD2(2, 3), SIMD2(4, 5), SIMD2(6, 7), SIMD2(8, 9)]) == nil)
        #expect(transform([SIMD2(.infinity, 1), SIMD2(2, 3), SIMD2(4, 5), SIMD2(6, 7), SIMD2(8, 9)]) == nil)
        #expect(transform([SIMD2(1, 1)]) == nil && transform([]) == nil)
        let upright = template.points.map { SIMD2(Float($0.x), Float($0.y)) }
        let same = try #require(transform(upright))
        #expect(abs(same.a - 1) < 1e-12 && abs(same.b) < 1e-12)
        // Upside down is a rotation; left for right is not, and the best that is left is small.
        let turned = try #require(transform(upright.map { SIMD2(112, 112) - $0 }))
        #expect(abs(turned.a + 1) < 1e-12 && abs(turned.b) < 1e-12)
        let mirrored = try #require(transform(upright.map { SIMD2(112 - $0.x, $0.y) }))
        #expect((mirrored.a * mirrored.a + mirrored.b * mirrored.b).squareRoot() < 0.5)
    }

    @Test("A template exists for the field's sizes only") func sizesOfTheTemplate() {
        for (width, height) in [(112, 112), (128, 128), (224, 224), (256, 256), (336, 336), (896, 896), (96, 112), (192, 224)] {
            #expect(FivePointTemplate(width: width, height: height) != nil, "\(width) × \(height)")
        }
        for (width, height) in [(160, 160), (112, 96), (112, 128), (96, 128), (0, 0), (-112, -112), (1, 1), (.max, .max)] {
            #expect(FivePointTemplate(width: width, height: height) == nil, "\(width) × \(height)")
        }
        var settings = FaceAligner.Settings()
        (settings.width, settings.height, settings.cut) = (160, 160, .fivePoints)
        #expect(throws: FacesError.noTemplate(width: 160, height: 160)) { try FaceAligner(detector: nil, settings: settings) }
    }

    @Test("Without a face the whole picture is resized") func withoutAFace() throws {
        let image = try FivePointTests.picture(250, 200)
        var settings = FaceAligner.Settings()
        (settings.width, settings.cut) = (96, .fivePoints)
        let aligner = try FaceAligner(detector: nil, settings: settings)
        let made = aligner.alignHere(1, open: { _ in OpenedImage(image) }, make: { $1 })
        let aligned = try #require(made.first).get()
        #expect(aligned.face == nil && aligned.cut == nil && aligned.transform == nil)
        #expect(try aligned.crop.pixels == image.resized(width: 96, height: 112).pixels)
    }

    @Test("The face nearest to the center is chosen by center, whatever its size") func nearestToTheCenter() {
        func face(_ x: Float, _ y: Float, side: Float) -> DetectedFace {
            DetectedFace(
                box: FaceBox(x1: x - side / 2, y1: y - side / 2, x2: x + side / 2, y2: y + side / 2), probability: 1, landmarks: [])
        }
        let (near, middle, far) = (face(52, 50, side: 4), face(60, 50, side: 40), face(10, 10, side: 80))
        let faces = [far, middle, near]
        #expect(FaceSelection.center.choose(faces, width: 100, height: 100) == near)
        #expect(FaceSelection.centerWeighted.choose(faces, width: 100, height: 100) == middle)
        #expect(FaceSelection.largest.choose(faces, width: 100, height: 100) == far)
        #expect(FaceSelection.center.choose([], width: 100, height: 100) == nil)
    }
}
