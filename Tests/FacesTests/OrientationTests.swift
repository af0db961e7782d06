import ConvertFaces
import ConvertFiles
import TestSupport
import Testing

/// EXIF orientation in JPEG and PNG, compared with Pillow 10.2's `ImageOps.exif_transpose`.
@Suite struct OrientationTests {
    let folder = Fixtures.temporaryFolder()

    /// Six pixels in two rows: 0 1 2 and 3 4 5.
    private func numbered() throws -> DecodedImage {
        try DecodedImage(width: 3, height: 2, pixels: (0..<18).map { UInt8($0 / 3) }, name: "numbered")
    }

    /// What Pillow turns the six pixels into.
    static let upright: [(orientation: UInt16, width: Int, pixels: [UInt8])] = [
        (0, 3, [0, 1, 2, 3, 4, 5]), (1, 3, [0, 1, 2, 3, 4, 5]), (2, 3, [2, 1, 0, 5, 4, 3]), (3, 3, [5, 4, 3, 2, 1, 0]),
        (4, 3, [3, 4, 5, 0, 1, 2]), (5, 2, [0, 3, 1, 4, 2, 5]), (6, 2, [3, 0, 4, 1, 5, 2]), (7, 2, [5, 2, 4, 1, 3, 0]),
        (8, 2, [2, 5, 1, 4, 0, 3]), (9, 3, [0, 1, 2, 3, 4, 5]),
    ]

    private func decoded(_ bytes: [UInt8], _ name: String, exif: ExifRule = .follow) throws -> (OpenedImage, DecodedImage) {
        Fixtures.write(bytes, to: "\(folder)/\(name)")
        let opened = try OpenedImage(path: "\(folder)/\(name)", exif: exif)
        return (opened, try opened.decoded())
    }

    private func firsts(_ image: DecodedImage) -> [UInt8] { stride(from: 0, to: image.pixels.count, by: 3).map { image.pixels[$0] } }

    @Test("Every orientation moves each pixel as Pillow does", arguments: upright) func everyOrientationMovesEachPixelAsPillowDoes(
        _ expected: (orientation: UInt16, width: Int, pixels: [UInt8])
    ) throws {
        let png = try numbered().png()
        for isLittle in [true, false] {
            for type in [UInt16(3), 4] {
                let tiff = PictureBytes.tiff(orientation: expected.orientation, isLittle: isLittle, type: type)
                for place in ["IDAT", "IEND"] {
                    let bytes = PictureBytes.png(png, chunk: "eXIf", tiff, before: place)
                    let (opened, image) = try decoded(bytes, "x.png")
                    #expect(firsts(image) == expected.pixels && image.width == expected.width && image.height == 6 / expected.width)
                    // What is known before decoding holds for the result.
                    #expect(opened.width == image.width && opened.height == image.height && opened.ignoredOrientation == nil)
                    let (ignored, stored) = try decoded(bytes, "y.png", exif: .ignore)
                    #expect(firsts(stored) == [0, 1, 2, 3, 4, 5] && stored.width == 3)
                    let isTurned = 2...8 ~= expected.orientation
                    #expect(ignored.ignoredOrientation?.rawValue == (isTurned ? Int(expected.orientation) : nil))
                }
            }
        }
    }

    @Test("A JPEG's first segment states it in either byte order") func aJPEGsFirstSegmentSaysItInEitherByteOrder() throws {
        let plain = try Fixtures.bytes(Fixtures.path("images/jpeg_420.jpg"))
        let stored = try decoded(plain, "plain.jpg").1
        for orientation in PictureOrientation.allCases {
            for isLittle in [true, false] {
                let tiff = PictureBytes.tiff(orientation: UInt16(orientation.rawValue), isLittle: isLittle)
                let image = try decoded(PictureBytes.jpeg(plain, exif: tiff), "x.jpg").1
                #expect(image.pixels == stored.turned(orientation).pixels && image.width == stored.turned(orientation).width)
            }
        }
        // Ignoring it is what PIL.Image.open alone does.
        let tiff = PictureBytes.tiff(orientation: 6, isLittle: true)
        #expect(try DecodedImage(path: try written(PictureBytes.jpeg(plain, exif: tiff))).pixels == stored.pixels)
    }

    private func written(_ bytes: [UInt8]) throws -> String {
        Fixtures.write(bytes, to: "\(folder)/w.jpg")
        return "\(folder)/w.jpg"
    }

    @Test("A PNG's texts state it if there is no EXIF chunk") func aPNGsTextsSayItWhereItHasNoEXIF() throws {
        let png = try numbered().png()
        let digits = (Array("Exif\0\0".utf8) + PictureBytes.tiff(orientation: 8, isLittle: true)).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        let profile = Array("Raw profile type exif\0\nexif\n      44\n\(digits.joined())\n".utf8)
        #expect(try firsts(decoded(PictureBytes.png(png, chunk: "tEXt", profile), "x.png").1) == [2, 5, 1, 4, 0, 3])
        for text in ["<x tiff:Orientation=\"3\"/>", "<tiff:Orientation>3</tiff:Orientation>"] {
            let description = Array("XML:com.adobe.xmp\0\0\0\0\0\(text)".utf8)
            let bytes = PictureBytes.png(png, chunk: "iTXt", description)
            #expect(try firsts(decoded(bytes, "y.png").1) == [5, 4, 3, 2, 1, 0])
            let both = PictureBytes.png(bytes, chunk: "eXIf", PictureBytes.tiff(orientation: 2, isLittle: false))
            #expect(try firsts(decoded(both, "z.png").1) == [2, 1, 0, 5, 4, 3])
        }
    }

    @Test("Unreadable orientations count as unstated") func whatCannotBeReadIsTakenForNothingSaid() throws {
        let png = try numbered().png()
        let tiff = PictureBytes.tiff(orientation: 6, isLittle: true)
        // The value's last byte is the 34th.
        for count in 0..<34 {
            #expect(try firsts(decoded(PictureBytes.png(png, chunk: "eXIf", Array(tiff[..<count])), "x.png").1) == [0, 1, 2, 3, 4, 5])
        }
        for place in tiff.indices {
            for value in [UInt8(0), 0x7F, 0xFF] {
                var bytes = tiff
                bytes[place] = value
                _ = try decoded(PictureBytes.png(png, chunk: "eXIf", bytes), "x.png")
            }
        }
        // A chunk with a wrong checksum is skipped.
        var damaged = PictureBytes.png(png, chunk: "eXIf", tiff)
        let place = try #require(damaged.firstRange(of: Array("eXIf".utf8))).upperBound + tiff.count
        damaged[place] ^= 1
        #expect(try firsts(decoded(damaged, "x.png").1) == [0, 1, 2, 3, 4, 5])
    }
}
