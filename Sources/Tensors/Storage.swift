import ConvertFiles

/// The memory of one or more tensors. Two tensors share memory exactly if they hold the same `Storage` object.
public final class Storage: Sendable {
    /// Where the bytes come from, for messages, such as `epoch.pth, entry archive/data/17`.
    public let name: String
    /// Number of bytes.
    public let byteCount: Int
    private let content: Content

    private enum Content: Sendable {
        case lent(ByteView, crc32: UInt32?)
        case loaded(@Sendable () throws -> ByteView)
    }

    /// A storage over bytes in memory or in a mapped file. `verify` compares them with `crc32`, if given.
    public init(name: String, bytes: ByteView, crc32: UInt32? = nil) {
        self.name = name
        byteCount = bytes.count
        content = .lent(bytes, crc32: crc32)
    }

    /// A storage whose bytes must be inflated; `load` runs at each use, so that they do not stay in memory. It verifies its own checksum.
    public init(name: String, byteCount: Int, load: @escaping @Sendable () throws -> ByteView) {
        self.name = name
        self.byteCount = byteCount
        content = .loaded(load)
    }

    /// Whether the bytes are borrowed from memory or a mapped file for as long as this storage lives.
    public var isLent: Bool { if case .lent = content { true } else { false } }

    /// All bytes. Throws if a deflated storage is damaged or too short.
    public func bytes() throws -> ByteView {
        switch content {
        case .lent(let bytes, _): return bytes
        case .loaded(let load):
            let bytes = try load()
            guard bytes.count >= byteCount else {
                throw TensorError.shortStorage(storage: name, needed: byteCount, available: bytes.count)
            }
            return bytes
        }
    }

    /// Throws if the bytes do not have the recorded checksum.
    public func verify() throws {
        if case .loaded(let load) = content { _ = try load() } else { try verifyLent() }
    }

    /// Like `verify`, for bytes that are about to be read anyway: loading checks itself, so only borrowed bytes are compared.
    public func verifyLent() throws {
        guard case .lent(let bytes, let crc32?) = content else { return }
        let found = CRC32.checksum(of: bytes)
        guard found == crc32 else {
            throw TensorError.wrongChecksum(storage: name, offset: bytes.start, expected: crc32, found: found)
        }
    }
}
