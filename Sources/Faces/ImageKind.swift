import ConvertFiles

/// The kinds of picture that are decoded, recognized by their first bytes; a file's extension is not reliable.
enum ImageKind {
    case jpeg, png

    /// Throws `otherKind` for a known kind that is not decoded, and `noPicture` for the rest.
    init(_ bytes: ByteView, path: String) throws(FacesError) {
        if bytes.matches([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.matches([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if let kind = ImageKind.nameOfOther(bytes) {
            throw .otherKind(path: path, kind: kind)
        } else {
            let starts: [[UInt8]] = [[0xFF, 0xD8], [0x89, 0x50, 0x4E, 0x47]]
            // The file ends within the signature itself.
            if starts.contains(where: { bytes.count < 8 && bytes.matches(Array($0.prefix(bytes.count))) }) { throw .truncated(path: path) }
            throw .noPicture(path: path)
        }
    }

    private static func nameOfOther(_ bytes: ByteView) -> String? {
        func starts(_ text: String, at offset: Int = 0) -> Bool { bytes.matches(Array(text.utf8), at: offset) }
        if starts("GIF87a") || starts("GIF89a") { return "a GIF" }
        if starts("RIFF"), starts("WEBP", at: 8) { return "a WebP" }
        if starts("BM") { return "a BMP" }
        if starts("%PDF") { return "a PDF" }
        if starts("II*\0") || starts("MM\0*") || starts("II+\0") || starts("MM\0+") { return "a TIFF" }
        if starts("\0\0\0\u{0C}jP  ") || bytes.matches([0xFF, 0x4F, 0xFF, 0x51]) { return "a JPEG 2000" }
        if bytes.matches([0xFF, 0x0A]) || starts("\0\0\0\u{0C}JXL ") { return "a JPEG XL" }
        if starts("ftyp", at: 4) {
            if ["avif", "avis"].contains(where: { starts($0, at: 8) }) { return "an AVIF" }
            if ["heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"].contains(where: { starts($0, at: 8) }) { return "a HEIF" }
            return "a video (MP4 or QuickTime)"
        }
        if bytes.matches([0, 0, 1, 0]) { return "an icon (ICO)" }
        if starts("8BPS") { return "a Photoshop document" }
        if starts("<svg") { return "an SVG" }
        if ["P1", "P2", "P3", "P4", "P5", "P6"].contains(where: { starts($0 + "\n") || starts($0 + " ") }) { return "a PNM" }
        return nil
    }
}
