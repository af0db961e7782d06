import CCrypto

/// SHA-256 (FIPS 180-4), computed by OpenSSL.
public struct SHA256Digest: Sendable, Hashable {
    /// The 32 bytes of the digest.
    public let bytes: [UInt8]

    /// 64 lower-case hexadecimal digits.
    public var text: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// A digest that was computed earlier.
    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The digest of these bytes.
    public init(of bytes: UnsafeRawBufferPointer) {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        SHA256_Update(&state, bytes.baseAddress, bytes.count)
        self.init(finishing: &state)
    }

    /// The digest of these bytes.
    public init(of bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { SHA256Digest(of: $0) }
    }

    /// The digest of all bytes in `bytes`; mapped pages are released once they are read.
    public init(of bytes: ByteView) {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        let windowSize = 4 << 20
        var offset = 0
        while offset < bytes.count {
            let size = min(windowSize, bytes.count - offset)
            guard let window = try? bytes.window(at: offset, count: size) else { break }
            window.withUnsafeBytes { _ = SHA256_Update(&state, $0.baseAddress, $0.count) }
            if bytes.count > windowSize { window.letGo() }
            offset += size
        }
        self.init(finishing: &state)
    }

    /// The digest of bytes that come piece by piece.
    /// - Parameter body: hands on each piece, in order.
    public init(pieces body: (_ take: (UnsafeRawBufferPointer) -> Void) throws -> Void) rethrows {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        try body { _ = SHA256_Update(&state, $0.baseAddress, $0.count) }
        self.init(finishing: &state)
    }

    private init(finishing state: inout SHA256_CTX) {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256_Final(&digest, &state)
        self.bytes = digest
    }
}
