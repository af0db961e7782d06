import CImages
import ConvertFiles

/// A picture as 8-bit RGB, byte for byte what Pillow 10.2's `Image.open(path).convert("RGB")` gives.
///
/// The orientation in a photograph's EXIF data is ignored, as Pillow ignores it there; `OpenedImage` can apply it.
package struct DecodedImage: Sendable, Equatable {
    /// Width in pixels.
    package let width: Int
    /// Height in pixels.
    package let height: Int
    /// Red, green and blue of each pixel, row by row without padding.
    package let pixels: [UInt8]
    /// The picture's path, for messages.
    package let name: String
    /// What the decoder had to repair, in its own words; nil for an intact file. Pillow accepts such a picture silently.
    package let damage: String?

    /// The most pixels that are decoded: 300 MB of RGB.
    package static let pixelLimit = 100_000_000
    /// The most pixels per side: the limit of JPEG.
    package static let sideLimit = 65_500

    /// Creates a picture from pixels. Throws `FacesError.badSize` unless there are width × height × 3 bytes.
    package init(width: Int, height: Int, pixels: [UInt8], name: String) throws(FacesError) {
        let count = try DecodedImage.byteCount(width, height, name)
        guard count == pixels.count else { throw .badSize(name: name, width: width, height: height) }
        self.init(unchecked: width, height, pixels, name, damage: nil)
    }

    /// Decodes the JPEG or PNG at `path`; its first bytes tell which it is. Throws `FileError` or `FacesError`.
    package init(path: String) throws {
        let file = try MappedFile(path: path)
        try self.init(file.bytes, path: path)
        try file.checkUnchanged()
    }

    /// Decodes the bytes of a JPEG or PNG; `path` is for messages. Throws `FacesError`.
    package init(_ bytes: ByteView, path: String) throws(FacesError) {
        let kind = try ImageKind(bytes, path: path)
        let (width, height) = try DecodedImage.size(of: bytes, path: path)
        var report = cimages_report()
        let count = width * height * 3
        // Uninitialized, because untouched pages of a large picture cost nothing if decoding fails at its first row.
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            bytes.withUnsafeBytes { raw in
                let start = raw.bindMemory(to: UInt8.self).baseAddress
                switch kind {
                case .jpeg: cimages_jpeg_decode(start, raw.count, target.baseAddress, &report)
                case .png: cimages_png_decode(start, raw.count, target.baseAddress, &report)
                }
            }
            // An incompletely decoded picture is rejected below, and its bytes are never read.
            filled = report.status == cimages_fine ? count : 0
        }
        try DecodedImage.check(report, path)
        self.init(unchecked: width, height, pixels, path, damage: report.warnings > 0 ? DecodedImage.message(report) : nil)
    }

    /// Width and height of a JPEG or PNG according to its header. Throws if they exceed what is decoded.
    static func size(of bytes: ByteView, path: String) throws(FacesError) -> (width: Int, height: Int) {
        let kind = try ImageKind(bytes, path: path)
        var report = cimages_report()
        bytes.withUnsafeBytes { raw in
            let start = raw.bindMemory(to: UInt8.self).baseAddress
            switch kind {
            case .jpeg: cimages_jpeg_header(start, raw.count, &report)
            case .png: cimages_png_header(start, raw.count, &report)
            }
        }
        try check(report, path)
        let (width, height) = (Int(report.width), Int(report.height))
        guard width > 0, height > 0 else { throw .damaged(path: path, detail: "it has no pixels") }
        guard width <= sideLimit, height <= sideLimit, width * height <= pixelLimit else {
            throw .tooLarge(path: path, width: width, height: height)
        }
        // Once as RGB, and once more while an interlaced picture is assembled.
        guard width * height <= MemoryBudget.bytes / 8 else { throw .noMemory(path: path, width: width, height: height) }
        return (width, height)
    }

    init(unchecked width: Int, _ height: Int, _ pixels: [UInt8], _ name: String, damage: String?) {
        self.width = width
        self.height = height
        self.pixels = pixels
        self.name = name
        self.damage = damage
    }

    static func byteCount(_ width: Int, _ height: Int, _ name: String) throws(FacesError) -> Int {
        guard 1...sideLimit ~= width, 1...sideLimit ~= height, width * height <= pixelLimit else {
            throw .badSize(name: name, width: width, height: height)
        }
        return width * height * 3
    }

    private static func check(_ report: cimages_report, _ path: String) throws(FacesError) {
        switch report.status {
        case cimages_fine: return
        case cimages_truncated: throw .truncated(path: path)
        case cimages_unsupported: throw .unsupported(path: path, detail: message(report))
        case cimages_no_memory: throw .noMemory(path: path, width: Int(report.width), height: Int(report.height))
        default: throw .damaged(path: path, detail: message(report))
        }
    }

    private static func message(_ report: cimages_report) -> String {
        withUnsafeBytes(of: report.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
