import ConvertFiles

/// Pictures with added EXIF data.
package enum PictureBytes {
    /// A TIFF structure whose first directory holds the orientation, as cameras write it.
    /// - Parameters:
    ///   - isLittle: the byte order.
    ///   - type: the TIFF type of the value: 3 for 16 bits, 4 for 32.
    package static func tiff(orientation: UInt16, isLittle: Bool, type: UInt16 = 3) -> [UInt8] {
        func number(_ bytes: [UInt8]) -> [UInt8] { isLittle ? bytes : bytes.reversed() }
        func short(_ value: UInt16) -> [UInt8] { number(ArchiveBytes.little(value)) }
        func long(_ value: UInt32) -> [UInt8] { number(ArchiveBytes.little(value)) }
        let make = short(0x010F) + short(2) + long(4) + Array("abc\0".utf8)
        let value = type == 3 ? short(orientation) + [0, 0] : long(UInt32(orientation))
        let entry = short(0x0112) + short(type) + long(1) + value
        return Array((isLittle ? "II" : "MM").utf8) + short(42) + long(8) + short(2) + make + entry + long(0)
    }

    /// A JPEG with this EXIF data in a segment before all others.
    package static func jpeg(_ bytes: [UInt8], exif: [UInt8]) -> [UInt8] {
        let content = Array("Exif\0\0".utf8) + exif
        let count = UInt16(content.count + 2)
        return Array(bytes[..<2]) + [0xFF, 0xE1, UInt8(count >> 8), UInt8(count & 0xFF)] + content + Array(bytes[2...])
    }

    /// A PNG with an added chunk before its first one of `kind`.
    package static func png(_ bytes: [UInt8], chunk name: String, _ content: [UInt8], before kind: String = "IDAT") -> [UInt8] {
        let place = (bytes.firstRange(of: Array(kind.utf8))?.lowerBound ?? bytes.count) - 4
        let body = Array(name.utf8) + content
        let checksum = body.withUnsafeBytes { CRC32.update(0, with: $0) }
        let chunk = ArchiveBytes.little(UInt32(content.count)).reversed() + body + ArchiveBytes.little(checksum).reversed()
        return Array(bytes[..<place]) + chunk + Array(bytes[place...])
    }
}
