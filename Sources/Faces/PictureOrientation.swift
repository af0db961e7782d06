import ConvertFiles

/// How the rows and columns of a stored picture are to be displayed: EXIF's orientation (tag 0x0112 of the first directory).
package enum PictureOrientation: Int, Sendable, CaseIterable {
    /// As stored; also used if nothing is stated.
    case asStored = 1
    /// Mirrored left to right.
    case mirrored
    /// Rotated by 180°.
    case upsideDown
    /// Mirrored top to bottom.
    case flipped
    /// Rows become columns.
    case transposed
    /// To be rotated by 90° clockwise, as phones store portraits.
    case clockwise
    /// Rows become columns, and the result is rotated by 180°.
    case transversed
    /// To be rotated by 90° counterclockwise.
    case counterclockwise

    /// Whether width and height are exchanged.
    package var exchangesSides: Bool { rawValue > 4 }
}

/// What is done about a picture's EXIF orientation.
public enum ExifRule: String, Sendable, CaseIterable {
    /// The picture is turned upright, as viewers show it.
    case follow
    /// The picture is used as stored, as `PIL.Image.open` gives it.
    case ignore
}

extension PictureOrientation {
    /// The orientation that a JPEG or PNG states, as `PIL.ImageOps.exif_transpose` of Pillow 10.2 finds it: EXIF in a JPEG's APP1 segment
    /// or a PNG's `eXIf` chunk, which may also follow the pixels; in a PNG also an uncompressed EXIF profile as text, and XMP. `asStored`
    /// if nothing is stated or it cannot be read.
    package init(of bytes: ByteView) {
        self =
            bytes.withUnsafeBytes { raw in
                let bytes = UnsafeRawBufferPointer(raw)
                if bytes.starts(with: [0xFF, 0xD8]) { return PictureOrientation.ofJPEG(bytes) }
                if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return PictureOrientation.ofPNG(bytes) }
                return nil
            } ?? .asStored
    }

    private static let exifMark = Array("Exif\0\0".utf8)

    private static func ofJPEG(_ bytes: UnsafeRawBufferPointer) -> PictureOrientation? {
        var at = 2
        while at + 4 <= bytes.count {
            guard bytes[at] == 0xFF else {
                at += 1
                continue
            }
            switch bytes[at + 1] {
            case 0xFF: at += 1
            case 0x00, 0x01, 0xD0...0xD9: at += 2
            // The picture itself follows.
            case 0xDA: return nil
            case let marker:
                let count = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
                let (start, end) = (at + 4, at + 2 + max(count, 2))
                guard end <= bytes.count else { return nil }
                // The first such segment contains the first directory.
                if marker == 0xE1, bytes[start..<end].starts(with: exifMark) { return ofTIFF(Array(bytes[(start + exifMark.count)..<end])) }
                at = end
            }
        }
        return nil
    }

    private static func ofPNG(_ bytes: UnsafeRawBufferPointer) -> PictureOrientation? {
        var (exif, profile, description): (ArraySlice<UInt8>?, ArraySlice<UInt8>?, ArraySlice<UInt8>?)
        var at = 8
        while at + 12 <= bytes.count {
            let count = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            let (start, end) = (at + 8, at + 8 + count)
            guard end + 4 <= bytes.count else { break }
            let kind = Array(bytes[at + 4..<start])
            at = end + 4
            guard ["eXIf", "tEXt", "iTXt"].contains(where: { kind.elementsEqual($0.utf8) }) else { continue }
            // Damaged chunks are skipped, as libpng skips them.
            let stored = bytes[end..<end + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard CRC32.update(0, with: UnsafeRawBufferPointer(rebasing: bytes[start - 4..<end])) == stored else { continue }
            let data = Array(bytes[start..<end])
            let (key, text) = PictureOrientation.keyed(data)
            if kind.elementsEqual("eXIf".utf8) {
                exif = data[...]
            } else if kind.elementsEqual("tEXt".utf8), key == "Raw profile type exif" {
                profile = text
            } else if kind.elementsEqual("iTXt".utf8), key == "XML:com.adobe.xmp", text.starts(with: [0, 0]) {
                // After the two zeros, which mean "not compressed", come a language, a translated key and the text.
                description = text.dropFirst(2).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false).last
            }
        }
        let stated = (exif.map { Array($0) } ?? profile.flatMap(hexadecimal)).flatMap { bytes in
            ofTIFF(bytes.starts(with: exifMark) ? Array(bytes.dropFirst(exifMark.count)) : bytes)
        }
        return stated ?? description.flatMap(ofXMP)
    }

    /// The text before the first NUL, and what follows it.
    private static func keyed(_ data: [UInt8]) -> (key: String, text: ArraySlice<UInt8>) {
        guard let cut = data.firstIndex(of: 0) else { return ("", []) }
        return (String(decoding: data[..<cut], as: UTF8.self), data[(cut + 1)...])
    }

    /// A profile as ImageMagick writes it: three lines of description, then hexadecimal digits.
    private static func hexadecimal(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let digits = text.split(separator: 0x0A, omittingEmptySubsequences: false).dropFirst(3).joined()
            .filter { $0 != 0x20 && $0 != 0x0D }.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 != nil }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)) }
    }

    /// `tiff:Orientation="6"` or `<tiff:Orientation>6`.
    private static func ofXMP(_ text: ArraySlice<UInt8>) -> PictureOrientation? {
        for mark in ["tiff:Orientation=\"", "tiff:Orientation>"] {
            guard let place = text.firstRange(of: Array(mark.utf8)), place.upperBound < text.endIndex else { continue }
            return PictureOrientation(rawValue: Int(text[place.upperBound]) - Int(UInt8(ascii: "0")))
        }
        return nil
    }

    /// Reads the first directory of a TIFF structure, in either byte order.
    private static func ofTIFF(_ bytes: [UInt8]) -> PictureOrientation? {
        let isLittle = bytes.starts(with: Array("II".utf8))
        guard isLittle || bytes.starts(with: Array("MM".utf8)), bytes.count >= 8, bytes[2] == 42 || bytes[3] == 42 else { return nil }
        func number(_ at: Int, _ count: Int) -> Int? {
            guard at >= 0, at <= bytes.count - count else { return nil }
            let part = bytes[at..<at + count]
            return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
        }
        guard let directory = number(4, 4), let entries = number(directory, 2) else { return nil }
        var found: PictureOrientation?
        for entry in 0..<entries {
            let at = directory + 2 + 12 * entry
            guard let tag = number(at, 2), let type = number(at + 2, 2), let count = number(at + 4, 4), number(at + 8, 4) != nil else {
                break
            }
            // Bytes per value. Numeric types are integers of one, two or four bytes.
            let sizes = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8]
            guard let size = sizes[type] else { continue }
            var place = at + 8
            if size * count > 4 {
                place = number(place, 4) ?? 0
                // A value outside the data ends reading; earlier values count.
                guard place <= bytes.count, size * count <= bytes.count - place else { break }
            }
            guard tag == 0x0112, [3, 4, 6, 8, 9].contains(type), count > 0, let value = number(place, size) else { continue }
            found = PictureOrientation(rawValue: value)
        }
        return found
    }
}

extension DecodedImage {
    /// The picture turned upright: each pixel where Pillow's `Image.transpose` puts it.
    package func turned(_ orientation: PictureOrientation) -> DecodedImage {
        guard orientation != .asStored else { return self }
        let (lastColumn, lastRow) = (width - 1, height - 1)
        // The source pixel of the result's first pixel, and the source distances of one step right and one step down, in pixels.
        let (start, along, down): (Int, Int, Int) =
            switch orientation {
            case .asStored: (0, 1, width)
            case .mirrored: (lastColumn, -1, width)
            case .upsideDown: (lastRow * width + lastColumn, -1, -width)
            case .flipped: (lastRow * width, 1, -width)
            case .transposed: (0, width, 1)
            case .clockwise: (lastRow * width, -width, 1)
            case .transversed: (lastRow * width + lastColumn, -width, -1)
            case .counterclockwise: (lastColumn, width, -1)
            }
        let (rows, columns) = orientation.exchangesSides ? (width, height) : (height, width)
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, filled in
            pixels.withUnsafeBufferPointer { source in
                var place = 0
                for row in 0..<rows {
                    var from = (start + row * down) * 3
                    for _ in 0..<columns {
                        for channel in 0..<3 { target[place + channel] = source[from + channel] }
                        place += 3
                        from += along * 3
                    }
                }
            }
            filled = pixels.count
        }
        return DecodedImage(unchecked: columns, rows, turned, name, damage: damage)
    }
}
