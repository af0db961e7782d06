/// What another reader of zip archives could find that this one does not see; files with such bytes never count as clean.
extension ZipArchive {
    /// Offset of an entry header, between the entries that the directory names or after them, that the directory does not name: a reader
    /// that goes from header to header would unpack it. Nil if there is none.
    public var unnamedEntryOffset: Int? {
        var at = 0
        for entry in entries.sorted(by: { $0.headerOffset < $1.headerOffset }) {
            if let found = signature(from: at, to: entry.headerOffset) { return found }
            at = max(at, entry.dataOffset + entry.compressedSize)
        }
        return signature(from: at, to: directoryStart) ?? signature(from: commentStart, to: bytes.count)
    }

    /// Whether the bytes after the archive's end are anything but line ends, spaces and zeros; nothing in the file says what they are.
    public var hasUnreadTail: Bool {
        trailingBytes.withUnsafeBytes { raw in raw.contains { ![0, 0x09, 0x0A, 0x0D, 0x1A, 0x20].contains($0) } }
    }

    private func signature(from start: Int, to end: Int) -> Int? {
        guard start < end, let gap = try? bytes.window(at: start, count: end - start) else { return nil }
        let seconds: [(UInt8, UInt8)] = [(3, 4), (1, 2), (5, 6)]
        return gap.withUnsafeBytes { raw in
            guard raw.count >= 4 else { return nil }
            for at in 0...raw.count - 4 where raw[at] == 0x50 && raw[at + 1] == 0x4B {
                if seconds.contains(where: { raw[at + 2] == $0.0 && raw[at + 3] == $0.1 }) { return start + at }
            }
            return nil
        }
    }

    /// Offset of an archive at the end of bytes that begin as something else; Python's zipfile and libzip look there first. Nil if there
    /// is no end record with a directory.
    public static func appendedArchiveOffset(_ bytes: ByteView) -> Int? {
        (try? ZipCentralDirectory.endSignatures(in: bytes))?.last { ZipCentralDirectory.hasDirectory(bytes, end: $0) }
    }
}
