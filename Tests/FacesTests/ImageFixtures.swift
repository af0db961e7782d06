import ConvertFaces
import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

/// The results in `images/manifest.json` of Pillow 10.2 on each picture.
enum ImageFixtures {
    private static let manifest: JSONObject = {
        guard let bytes = try? Fixtures.bytes(path("manifest.json")) else { return JSONObject() }
        return (try? JSONParser.parse(bytes))?.object ?? JSONObject()
    }()

    static func path(_ name: String) -> String { Fixtures.path("images/\(name)") }

    /// Size and CRC-32 of the pixels; nil if Pillow refuses the file.
    struct Expected: Sendable, CustomTestStringConvertible {
        let name: String
        let pixels: (width: Int, height: Int, checksum: UInt32)?
        var testDescription: String { name }
    }

    static let pictures: [Expected] = (manifest["files"]?.object?.members ?? []).map { member in
        guard let object = member.value.object, let width = object["width"]?.integer, let height = object["height"]?.integer,
            let checksum = object["crc32"]?.integer
        else { return Expected(name: member.key, pixels: nil) }
        return Expected(name: member.key, pixels: (Int(width), Int(height), UInt32(truncatingIfNeeded: checksum)))
    }

    /// A part of `source.png` in a different size.
    struct Resize: Sendable, CustomTestStringConvertible {
        let box: PixelBox
        let width: Int
        let height: Int
        let checksum: UInt32
        var testDescription: String { "\(box) to \(width)×\(height)" }
    }

    static let resizes: [Resize] = (manifest["resizes_of_source.png"]?.array ?? []).compactMap { value in
        guard let object = value.object, let box = object["box"]?.array?.compactMap({ $0.integer }), box.count == 4,
            let width = object["width"]?.integer, let height = object["height"]?.integer, let checksum = object["crc32"]?.integer
        else { return nil }
        return Resize(
            box: PixelBox(left: Int(box[0]), top: Int(box[1]), right: Int(box[2]), bottom: Int(box[3])), width: Int(width),
            height: Int(height), checksum: UInt32(truncatingIfNeeded: checksum))
    }

    static func checksum(_ image: DecodedImage) -> UInt32 { CRC32.checksum(of: ByteView(copying: image.pixels, name: image.name)) }
}
