import ConvertFiles

/// Archives assembled by hand, so that tests can use what no library writes.
package enum ArchiveBytes {
    /// One member of a tar: its name, contents and type flag.
    public typealias TarMember = (name: String, contents: [UInt8], kind: Character)

    /// Little-endian bytes of a number.
    package static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    /// A zip archive of stored entries; `base` is added to every offset, for an archive that follows other bytes.
    package static func zip(_ entries: [(name: String, contents: [UInt8])], base: Int = 0, comment: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for (name, contents) in entries {
            let crc = CRC32.checksum(of: ByteView(copying: contents, name: name))
            let size = little(UInt32(contents.count))
            let common = little(UInt16(0)) + little(UInt16(0)) + little(UInt32(0)) + little(crc) + size + size
            let nameLength = little(UInt16(name.utf8.count))
            directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + common + nameLength + [UInt8](repeating: 0, count: 12)
            directory += little(UInt32(base + bytes.count)) + Array(name.utf8)
            bytes += [0x50, 0x4B, 3, 4, 20, 0] + common + nameLength + [0, 0] + Array(name.utf8) + contents
        }
        let count = little(UInt16(entries.count))
        let end = [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + little(UInt32(directory.count)) + little(UInt32(base + bytes.count))
        return bytes + directory + end + little(UInt16(comment.count)) + comment
    }

    /// A gzip member with the bytes in one stored block.
    package static func gzip(_ contents: [UInt8]) -> [UInt8] {
        let crc = CRC32.checksum(of: ByteView(copying: contents, name: "gzip"))
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + storedBlock(contents) + little(crc) + little(UInt32(contents.count))
    }

    /// A zlib stream with the bytes in one stored block.
    package static func zlib(_ contents: [UInt8]) -> [UInt8] {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in contents {
            low = (low + UInt32(byte)) % 65521
            high = (high + low) % 65521
        }
        return [0x78, 0x01] + storedBlock(contents) + little((high << 16 | low).byteSwapped)
    }

    private static func storedBlock(_ contents: [UInt8]) -> [UInt8] {
        let count = UInt16(contents.count)
        return [1] + little(count) + little(~count) + contents
    }

    /// A tar archive with correct checksums.
    package static func tar(_ members: [TarMember]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, contents, kind) in members {
            var header = Array(name.utf8) + [UInt8](repeating: 0, count: 512 - name.utf8.count)
            put(contents.count, at: 124, width: 11, in: &header)
            header[156] = kind.asciiValue ?? 0
            header.replaceSubrange(257..<262, with: Array("ustar".utf8))
            bytes += withChecksum(header) + contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }

    /// A tar header with its checksum filled in.
    package static func withChecksum(_ header: [UInt8]) -> [UInt8] {
        var header = header
        header.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        put(header.reduce(0) { $0 + Int($1) }, at: 148, width: 6, in: &header)
        header[154] = 0
        return header
    }

    /// A protobuf message with strings, as a field of another (protobuf.dev, "Encoding").
    package static func protobuf(field: UInt8, texts: [(field: UInt8, text: String)]) -> [UInt8] {
        func prefixed(_ field: UInt8, _ contents: [UInt8]) -> [UInt8] {
            var (length, count): ([UInt8], Int) = ([], contents.count)
            while count >= 0x80 {
                length.append(UInt8(count & 0x7F) | 0x80)
                count >>= 7
            }
            return [field << 3 | 2] + length + [UInt8(count)] + contents
        }
        return prefixed(field, texts.flatMap { prefixed($0.field, Array($0.text.utf8)) })
    }

    private static func put(_ number: Int, at place: Int, width: Int, in header: inout [UInt8]) {
        let digits = Array(String(number, radix: 8).utf8)
        header.replaceSubrange(place..<place + width, with: [UInt8](repeating: 0x30, count: width - digits.count) + digits)
    }
}

/// Pickles written by hand.
package enum PickleBytes {
    /// A call of `module.name` with one string, without STOP.
    package static func call(_ module: String, _ name: String, _ argument: String) -> [UInt8] {
        global(module, name) + text(argument) + [0x85, 0x52]
    }

    /// GLOBAL.
    package static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    /// SHORT_BINUNICODE.
    package static func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }

    /// A complete pickle of protocol 4 with these opcodes.
    package static func whole(_ opcodes: [UInt8]) -> [UInt8] { [0x80, 4] + opcodes + [0x2E] }

    /// A complete pickle of an empty dictionary.
    package static let emptyDictionary = whole([0x7D])
    /// A pickle that would run a program.
    package static let dangerous = whole(call("os", "system", "true"))
}
