import CZlib

/// CRC-32 as zip and zlib define it (polynomial 0xEDB88320).
public enum CRC32 {
    /// The checksum of all bytes in `bytes`; mapped pages are released once they are read.
    public static func checksum(of bytes: ByteView) -> UInt32 {
        let windowSize = 4 << 20
        var checksum: UInt = 0
        var offset = 0
        while offset < bytes.count {
            let size = min(windowSize, bytes.count - offset)
            guard let window = try? bytes.window(at: offset, count: size) else { break }
            window.withUnsafeBytes { checksum = crc32_z(checksum, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count) }
            if bytes.count > windowSize { window.letGo() }
            offset += size
        }
        return UInt32(truncatingIfNeeded: checksum)
    }

    /// Continues a checksum over more bytes; start with 0.
    public static func update(_ checksum: UInt32, with bytes: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(UInt(checksum), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
