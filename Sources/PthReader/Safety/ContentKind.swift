import ConvertFiles

/// What a file or an archive entry contains, recognized by its first bytes and never by its name.
enum ContentKind: Equatable {
    case zip, legacy, tar
    /// A pickle with a PROTO opcode.
    case pickle
    /// NumPy's `.npy`.
    case numpyArray
    case gzip
    /// RFC 1950, as joblib writes it; its two-byte signature proves little.
    case zlib
    /// Compressed or packed by something that is not read here.
    case packed(String)
    /// Machine code, or a script that a system would run.
    case program(String)
    case hdf5
    /// Text that may be JSON.
    case json
    /// What macOS stores for a file, in `__MACOSX/._NAME`.
    case appleDouble
    /// Anything else, such as raw numbers, text, or a pickle of protocol 0 or 1.
    case other

    init(_ bytes: ByteView) {
        switch ContainerKind.recognize(bytes) {
        case .zip?: self = .zip
        case .legacy?: self = .legacy
        case .tar?: self = .tar
        default: self = ContentKind.bySignature(bytes)
        }
    }

    private static func bySignature(_ bytes: ByteView) -> ContentKind {
        if let version = try? bytes.byte(at: 1), bytes.matches([0x80]), version <= 5 { return .pickle }
        for (signature, kind) in signatures where bytes.matches(signature) { return kind }
        if let first = try? bytes.byte(at: 0), first & 0x0F == 8, first >> 4 <= 7, let second = try? bytes.byte(at: 1),
            (Int(first) * 256 + Int(second)) % 31 == 0
        {
            return .zlib
        }
        let head = (try? bytes.window(at: 0, count: min(64, bytes.count)).array) ?? []
        return head.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{") ? .json : .other
    }

    private static let signatures: [([UInt8], ContentKind)] = [
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], .numpyArray), ([0x1F, 0x8B], .gzip),
        ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .hdf5), ([0x00, 0x05, 0x16, 0x07], .appleDouble),
        (Array("BZh".utf8), .packed("bzip2")), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .packed("xz")),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .packed("7z")), ([0x28, 0xB5, 0x2F, 0xFD], .packed("Zstandard")),
        ([0x04, 0x22, 0x4D, 0x18], .packed("LZ4")), (Array("Rar!".utf8), .packed("RAR")), ([0x5D, 0, 0, 0x80, 0], .packed("LZMA")),
        ([0x5D, 0, 0, 0, 1], .packed("LZMA")), ([0x5D, 0, 0, 0, 4], .packed("LZMA")), ([0x1F, 0x9D], .packed("compress")),
        ([0x7F, 0x45, 0x4C, 0x46], .program("an ELF program or library")), ([0x4D, 0x5A], .program("a Windows program or library")),
        ([0xCF, 0xFA, 0xED, 0xFE], .program("a macOS program or library")), (Array("#!".utf8), .program("a script")),
    ]
}
