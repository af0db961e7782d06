import ConvertFiles
import Kernels
import TestSupport
import Testing

@testable import ConvertFaces
@testable import ConvertInference

/// Area resizing gives torch's numbers at every size, up and down.
@Suite struct AreaResizeTests {
    @Test("Every size has torch's bits") func everySizeHasTorchsBits() throws {
        let source = try DecodedImage(path: Fixtures.path("images/source.png"))
        let cases = FaceReference.cases("area_resizes")
        #expect(cases.count == 29)
        for item in cases {
            let box = FaceReference.integers(item["box"])
            let (height, width) = (try #require(item["height"]?.integer), try #require(item["width"]?.integer))
            let pixels = try AreaResizeTests.resized(
                source, PixelBox(left: box[0], top: box[1], right: box[2], bottom: box[3]), width: width, height: height)
            let checksum = pixels.withUnsafeBytes { CRC32.update(0, with: $0) }
            #expect(Int(checksum) == item["crc32"]?.integer, "\(box) to \(width)×\(height)")
        }
    }

    /// Rows of pixels with three numbers each.
    static func resized(_ image: DecodedImage, _ box: PixelBox, width: Int, height: Int) throws -> [Float] {
        let memory = try #require(FloatMemory(zeros: width * height * 8))
        let view = ImageView(
            base: memory.base, height: height, width: width, channels: 3, pixelStride: 8, rowStride: 8 * width,
            imageStride: 8 * width * height, border: 0)
        AreaResize.fill(InputPixels(view: view, image: 0), from: image, box: box)
        return (0..<width * height).flatMap { pixel in (0..<3).map { memory.base[8 * pixel + $0] } }
    }
}
