import ConvertFiles
import TestSupport
import Testing

@testable import ConvertFaces

/// Encoded pictures decode to the same pixels.
@Suite struct PNGEncodingTests {
    @Test("Encoded pixels decode to the same bytes, and encoding is reproducible")
    func encodedPixelsAreDecodedToTheSameBytesAndTwiceTheSame() throws {
        let source = try DecodedImage(path: Fixtures.path("images/source.png"))
        let bytes = try source.png()
        #expect(try source.png() == bytes)
        let back = try DecodedImage(ByteView(copying: bytes, name: "again.png"), path: "again.png")
        #expect(back.pixels == source.pixels && back.width == source.width && back.damage == nil)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("tIME"))
    }

    @Test("Drawings frame what was found and stay inside the picture") func drawingsFrameWhatWasFoundAndStayInThePicture() throws {
        let image = try MTCNNTests.flat(40, 30)
        let face = DetectedFace(
            box: FaceBox(x1: -5, y1: 4, x2: 20, y2: 90), probability: 1, landmarks: [SIMD2(10, 10), SIMD2(.nan, 1e20)])
        // A crop of 4 × 4 that is turned by a quarter, from x 22.5 to beyond the right edge and from y 17.5 to below the bottom.
        let transform = AffineMatrix(xx: 0, xy: 0.2, x: -4, yx: -0.2, yy: 0, y: 8)
        let aligned = FaceAligner.Aligned(
            crop: try MTCNNTests.flat(4, 4), face: face, faces: [face], cut: nil, transform: transform, image: image,
            ignoredOrientation: nil)
        let drawn = FaceDrawing.draw(aligned)
        func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(drawn.pixels[(y * 40 + x) * 3..<(y * 40 + x) * 3 + 3]) }
        #expect(pixel(10, 4) == [0, 230, 80] && pixel(19, 20) == [0, 230, 80] && pixel(10, 10) == [255, 40, 40])
        #expect(pixel(30, 18) == [255, 255, 255] && pixel(23, 25) == [255, 255, 255] && pixel(39, 18) == [255, 255, 255])
        // The probability 1.000 below the box's upper edge, as there is no room above: its second zero's corner and middle, and the point.
        #expect(pixel(1, 10) == [0, 0, 0] && pixel(8, 6) == [0, 0, 0] && pixel(9, 8) == [0, 230, 80])
        #expect(["0.999", "0.000", "1.000", ""] == [0.99995, 1e-9, 1, .nan].map(FaceDrawing.probability))
        #expect(pixel(30, 25) == [128, 128, 128] && pixel(30, 16) == [128, 128, 128])
    }
}
