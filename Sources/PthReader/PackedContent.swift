import ConvertFiles

/// Compressed files, recognized by their first bytes, with the command that unpacks them.
public enum PackedContent {
    private static let kinds: [(magic: [UInt8], name: String, command: String)] = [
        ([0x1F, 0x8B], "gzip data", "gunzip -k FILE"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz-compressed", "unxz -k FILE"),
        ([0x42, 0x5A, 0x68], "bzip2 data", "bunzip2 -k FILE"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd data", "unzstd FILE"),
        ([0x04, 0x22, 0x4D, 0x18], "lz4 data", "unlz4 FILE"),
        ([0x5D, 0x00, 0x00, 0x80, 0x00], "lzma data", "unlzma -k FILE"),
        ([0x1F, 0x9D], "compress data", "uncompress -k FILE"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "7z x FILE"),
        ([0x52, 0x61, 0x72, 0x21, 0x1A, 0x07], "a RAR archive", "unrar x FILE"),
    ]

    /// The error that names the compression and how to unpack it; nil for files that are not compressed.
    public static func refusal(_ bytes: ByteView) -> PthError? {
        guard let kind = kinds.first(where: { bytes.matches($0.magic) }) else { return nil }
        // The three letters of bzip2 could begin a text, so the digit and the magic number of the block that follow are checked too.
        if kind.magic == [0x42, 0x5A, 0x68], !isBzip2(bytes) { return nil }
        return .notACheckpoint(
            file: bytes.name, found: kind.name,
            remedy:
                "unpack it first: \(kind.command.split(separator: " ").map { $0 == "FILE" ? bytes.name : String($0) }.joined(separator: " "))"
        )
    }

    private static func isBzip2(_ bytes: ByteView) -> Bool {
        let block: [UInt8] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
        let empty: [UInt8] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]
        guard let level = try? bytes.byte(at: 3), (0x31...0x39).contains(level) else { return false }
        return bytes.matches(block, at: 4) || bytes.matches(empty, at: 4)
    }
}
