import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

@testable import ConvertFaces

/// OpenCV's bicubic resizing.
@Suite struct CubicResizeTests {
    @Test("A picture is resized as OpenCV does it, to one step of a value") func aPictureIsResizedAsOpenCVDoesIt() throws {
        let expected = try #require(try JSONParser.parse(try Fixtures.bytes(Fixtures.path("sets/expected.json"))).object)
        let wanted = expected["cubic_of_first_smaller"]?.array?.compactMap(\.integer) ?? []
        // The first picture of the set, by its first bytes in the file.
        let bytes = try Fixtures.bytes(Fixtures.path("sets/smaller.bin"))
        let start = try #require((0..<bytes.count - 3).first { bytes[$0..<$0 + 3] == [0xFF, 0xD8, 0xFF] })
        let end = try #require((start..<bytes.count - 1).first { bytes[$0..<$0 + 2] == [0xFF, 0xD9] }) + 2
        let image = try DecodedImage(ByteView(copying: Array(bytes[start..<end]), name: "picture"), path: "picture")
        #expect(image.width == 96 && image.height == 96)
        let made = try CubicResize.resize(image, width: 112, height: 112)
        let found = stride(from: 0, to: made.pixels.count, by: 97).map { Int(made.pixels[$0]) }
        #expect(found.count == wanted.count && wanted.count > 380)
        #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1 })
        #expect(zip(found, wanted).count { $0 != $1 } * 100 <= found.count, "\(zip(found, wanted).count { $0 != $1 })")
    }

    @Test("A flat picture stays flat, and a picture of the size itself stays as it is") func flatAndSameSize() throws {
        let flat = try DecodedImage(width: 5, height: 7, pixels: [UInt8](repeating: 201, count: 105), name: "flat")
        #expect(try CubicResize.resize(flat, width: 64, height: 3).pixels.allSatisfy { $0 == 201 })
        let noise = try DecodedImage(width: 5, height: 7, pixels: (0..<105).map { UInt8(truncatingIfNeeded: $0 &* 89) }, name: "noise")
        #expect(try CubicResize.resize(noise, width: 5, height: 7).pixels == noise.pixels)
        #expect(throws: FacesError.self) { try CubicResize.resize(noise, width: 0, height: 7) }
    }
}
