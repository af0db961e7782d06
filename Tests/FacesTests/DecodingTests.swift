import ConvertFiles
import TestSupport
import Testing

@testable import ConvertFaces

/// Pictures decode to Pillow's pixels, and files that are not pictures are refused with a reason.
@Suite struct DecodingTests {
    private func decode(_ bytes: [UInt8]) throws(FacesError) -> DecodedImage {
        try DecodedImage(ByteView(copying: bytes, name: "bytes"), path: "bytes")
    }

    @Test("Pillow's reference results exist") func theRecordIsThere() {
        #expect(ImageFixtures.pictures.count > 50 && ImageFixtures.resizes.count > 40)
    }

    @Test("Every picture decodes to Pillow's pixels", arguments: ImageFixtures.pictures)
    func everyPictureIsWhatPillowMakesOfIt(_ expected: ImageFixtures.Expected) throws {
        let path = ImageFixtures.path(expected.name)
        guard let pixels = expected.pixels else {
            #expect(throws: FacesError.self) { try DecodedImage(path: path) }
            return
        }
        let image = try DecodedImage(path: path)
        #expect(image.width == pixels.width && image.height == pixels.height)
        #expect(ImageFixtures.checksum(image) == pixels.checksum)
        // Pillow accepts a JPEG that libjpeg could repair; so do we, but not silently.
        #expect((image.damage != nil) == (expected.name == "jpeg_marker_in_scan.jpg"))
    }

    @Test("Truncated and damaged pictures are distinguished") func truncatedAndDamagedAreToldApart() throws {
        for name in [
            "jpeg_cut_in_half.jpg", "jpeg_without_end.jpg", "jpeg_cut_in_header.jpg", "png_cut_in_half.png", "png_cut_in_header.png",
        ] {
            let path = ImageFixtures.path(name)
            #expect(throws: FacesError.truncated(path: path)) { try DecodedImage(path: path) }
        }
        let bad = ImageFixtures.path("jpeg_bad_table.jpg")
        #expect(throws: FacesError.damaged(path: bad, detail: "Bogus Huffman table definition")) { try DecodedImage(path: bad) }
        let lossless = ImageFixtures.path("jpeg_lossless_frame.jpg")
        #expect {
            try DecodedImage(path: lossless)
        } throws: { error in
            guard case FacesError.unsupported = error else { return false }
            return "\(error)".contains("save it as an ordinary JPEG or PNG")
        }
    }

    @Test(
        "No truncation passes for the whole picture",
        arguments: ["jpeg_420.jpg", "jpeg_progressive.jpg", "jpeg_cmyk.jpg", "png_rgb8.png", "png_rgb8_interlaced.png"])
    func noCutIsTakenForTheWholePicture(_ name: String) throws {
        let whole = try Fixtures.bytes(ImageFixtures.path(name))
        // A PNG's end chunk is empty, and Pillow does not require it.
        let end = name.hasSuffix("png") ? whole.count - 12 : whole.count
        for count in 1..<end {
            #expect(throws: FacesError.truncated(path: "bytes")) { try decode(Array(whole[..<count])) }
        }
    }

    @Test(
        "No flipped byte traps",
        arguments: ["jpeg_420.jpg", "jpeg_progressive.jpg", "jpeg_restarts.jpg", "jpeg_ycck.jpg", "png_palette4.png", "png_rgb16.png"])
    func noFlippedByteTraps(_ name: String) throws {
        let whole = try Fixtures.bytes(ImageFixtures.path(name))
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= 0xFF
            _ = try? decode(bytes)
        }
    }

    @Test("Other kinds of picture are refused by name") func otherKindsAreRefusedByName() throws {
        let kinds: [(String, [UInt8])] = [
            ("a GIF", Array("GIF89a\u{1}\0\u{1}\0".utf8)), ("a WebP", Array("RIFF\u{4}\0\0\0WEBPVP8 ".utf8)),
            ("a BMP", Array("BM\0\0\0\0".utf8)), ("a PDF", Array("%PDF-1.7".utf8)), ("a TIFF", Array("II*\0\u{8}\0\0\0".utf8)),
            ("a HEIF", [0, 0, 0, 24] + Array("ftypheic\0\0\0\0".utf8)), ("an AVIF", [0, 0, 0, 24] + Array("ftypavif\0\0\0\0".utf8)),
            ("a JPEG XL", [0xFF, 0x0A, 0, 0]), ("a PNM", Array("P6 1 1 255 abc".utf8)),
        ]
        for (kind, bytes) in kinds {
            #expect(throws: FacesError.otherKind(path: "bytes", kind: kind)) { try decode(bytes) }
        }
        #expect(throws: FacesError.noPicture(path: "bytes")) { try decode(Array("no picture at all".utf8)) }
        #expect(throws: FacesError.truncated(path: "bytes")) { try decode([0xFF, 0xD8]) }
    }

    @Test("Files that are not pictures are refused") func filesThatAreNoneAreRefused() throws {
        let folder = Fixtures.temporaryFolder()
        Fixtures.write([], to: "\(folder)/empty.jpg")
        #expect(throws: FileError.empty(path: "\(folder)/empty.jpg")) { try DecodedImage(path: "\(folder)/empty.jpg") }
        #expect(throws: FileError.directory(path: folder)) { try DecodedImage(path: folder) }
        #expect(throws: FileError.missing(path: "\(folder)/none.jpg")) { try DecodedImage(path: "\(folder)/none.jpg") }
    }

    @Test("A picture beyond the limit is refused before it takes memory") func aPictureBeyondTheLimitIsRefusedBeforeItTakesMemory() throws {
        var jpeg = try Fixtures.bytes(ImageFixtures.path("jpeg_420.jpg"))
        let frame = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x4E, 0x20, 0x4E, 0x20])
        #expect(throws: FacesError.tooLarge(path: "bytes", width: 20_000, height: 20_000)) { try decode(jpeg) }

        var png = try Fixtures.bytes(ImageFixtures.path("png_rgb8.png"))
        png.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
        let checksum = CRC32.checksum(of: ByteView(copying: Array(png[12..<29]), name: "header"))
        png.replaceSubrange(29..<33, with: ArchiveBytes.little(checksum.byteSwapped))
        #expect(throws: FacesError.tooLarge(path: "bytes", width: 0x7FFF_FFFF, height: 0x7FFF_FFFF)) { try decode(png) }
    }

    @Test("A JPEG with endless scans is refused") func aJPEGWithScansWithoutEndIsRefused() throws {
        let jpeg = try Fixtures.bytes(ImageFixtures.path("jpeg_progressive.jpg"))
        let scans = jpeg.indices.dropLast().filter { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xDA }
        let (last, end) = (try #require(scans.last), jpeg.count - 2)
        let bytes = Array(jpeg[..<end]) + (0..<1100).flatMap { _ in jpeg[last..<end] } + jpeg[end...]
        #expect(throws: FacesError.unsupported(path: "bytes", detail: "more than 1000 scans")) { try decode(bytes) }
    }
}
