import ConvertFiles

/// The four containers in which torch has written checkpoints.
public enum ContainerKind: String, Sendable {
    /// torch 1.6 and later.
    case zip
    /// torch 0.1.10 to 1.5.
    case legacy
    /// torch 0.1.0 to 0.1.9.
    case tar
    /// A plain pickle, without a container.
    case barePickle = "pickle"

    /// The legacy magic number 0x1950a86a20f9469cfc6c, pickled in protocol 2.
    static let legacyMagic: [UInt8] = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

    /// Recognizes a checkpoint by its content; nil if the first bytes match no container.
    public static func recognize(_ bytes: ByteView) -> ContainerKind? {
        if bytes.matches([0x50, 0x4B, 0x03, 0x04]) || bytes.matches([0x50, 0x4B, 0x05, 0x06]) { return .zip }
        if isLegacy(bytes) { return .legacy }
        if looksLikeTar(bytes) { return .tar }
        return looksLikePickle(bytes) ? .barePickle : nil
    }

    /// The magic number may be pickled in any protocol; its digits follow LONG1 10 or, in protocol 0 and 1, are decimal text.
    private static func isLegacy(_ bytes: ByteView) -> Bool {
        if bytes.matches(legacyMagic) { return true }
        if bytes.matches(Array("L119547037146038801333356L\n.".utf8)) { return true }
        let number = Array(legacyMagic[2...])
        return [2, 11].contains { bytes.matches([0x80]) && bytes.matches(number, at: $0) }
    }

    /// A header with a valid checksum makes it a tar, whatever else the bytes could be: Python's tarfile checks nothing more.
    static func looksLikeTar(_ bytes: ByteView) -> Bool {
        if bytes.matches(Array("ustar".utf8), at: 257) { return true }
        guard let header = try? bytes.window(at: 0, count: 512) else { return false }
        return TarArchive.hasValidChecksum(header.array)
    }

    /// The container that torch would read instead of this one, or nil: it tries tar before its legacy container.
    func secondReading(of bytes: ByteView) -> ContainerKind? {
        self == .legacy && ContainerKind.looksLikeTar(bytes) ? .tar : nil
    }

    private static func looksLikePickle(_ bytes: ByteView) -> Bool {
        guard let first = try? bytes.byte(at: 0) else { return false }
        if first == 0x80 { return ((try? bytes.byte(at: 1)) ?? 255) <= 5 }
        // Protocols 0 and 1 have no header: the first byte is a container, class or mark, and the last is STOP.
        let starts = Array("(cd}])]lINSVXFJKMGi\u{8C}".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        return starts.contains(first) && (try? bytes.byte(at: bytes.count - 1)) == 0x2E
    }

    /// The error for content that is not a checkpoint, naming what it is if that is known.
    public static func refusal(_ bytes: ByteView) -> PthError {
        func starts(_ text: String, at offset: Int = 0) -> Bool { bytes.matches(Array(text.utf8), at: offset) }
        let again = "fetch the file itself"
        if starts("version https://git-lfs") {
            return .notACheckpoint(file: bytes.name, found: "a Git LFS pointer", remedy: "run git lfs pull to fetch the file itself")
        }
        if starts("<!DOCTYPE") || starts("<html") || starts("<HTML") {
            return .notACheckpoint(file: bytes.name, found: "a web page", remedy: again)
        }
        if starts("GGUF") { return .notACheckpoint(file: bytes.name, found: "a GGUF file", remedy: "use the original checkpoint") }
        if bytes.matches([0x93]) && starts("NUMPY", at: 1) {
            return .notACheckpoint(file: bytes.name, found: "a NumPy array", remedy: "use the checkpoint")
        }
        if let packed = PackedContent.refusal(bytes) { return packed }
        if starts("PYTORCH1") {
            return .notACheckpoint(file: bytes.name, found: "a preview format of torch 1.6", remedy: "save it again with a released torch")
        }
        let head = (try? bytes.window(at: 0, count: min(8, bytes.count)).array) ?? []
        return .unknownContainer(
            file: bytes.name, head: head.map { String($0 / 16, radix: 16) + String($0 % 16, radix: 16) }.joined(separator: " "))
    }

    /// Recognizes other zip archives by their entries; throws `PthError.notACheckpoint` that names what they are.
    static func refuseOtherZips(_ names: [String], file: String) throws(PthError) {
        // torch's reader ignores case.
        let names = names.map { $0.lowercased() }
        func has(_ suffix: String) -> Bool { names.contains { $0 == suffix || $0.hasSuffix("/" + suffix) } }
        if has("constants.pkl") || names.contains(where: { PathText.contains($0, "/code/") }) {
            throw .notACheckpoint(
                file: file, found: "a TorchScript archive",
                remedy: "save the network's state_dict() with torch.save instead of torch.jit.save")
        }
        if has("archive_format") || has("serialized_exported_program.json")
            || names.contains(where: { $0.hasSuffix(".json") && PathText.contains($0, "models/") })
        {
            throw .notACheckpoint(
                file: file, found: "a torch.export program (.pt2)", remedy: "save the network's state_dict() with torch.save")
        }
        if has("data.pkl") { return }
        if has("model.json") {
            throw .notACheckpoint(
                file: file, found: "an old TorchScript archive", remedy: "save the network's state_dict() with torch.save")
        }
        if names.contains("config.json"), names.contains(where: { $0 == "model.weights.h5" || $0 == "model.weights.npz" }) {
            throw .notACheckpoint(file: file, found: "a Keras model", remedy: "export it to ONNX first, for example with tf2onnx")
        }
        if !names.isEmpty, names.allSatisfy({ $0.hasSuffix(".npy") }) {
            throw .notACheckpoint(file: file, found: "a NumPy .npz archive", remedy: "use the checkpoint")
        }
        let seen = names.prefix(3).joined(separator: ", ")
        throw .notACheckpoint(
            file: file, found: names.isEmpty ? "an empty zip archive" : "another zip archive (\(seen), …)",
            remedy: "use a file written by torch.save")
    }
}
