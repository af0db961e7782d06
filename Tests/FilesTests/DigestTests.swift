import ConvertFiles
import Testing

/// SHA-256, against the examples of FIPS 180-4.
@Suite struct DigestTests {
    @Test("Known texts have their known digests")
    func knownTextsHaveTheirKnownDigests() {
        let empty: [UInt8] = []
        #expect(SHA256Digest(of: empty).text == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(SHA256Digest(of: Array("abc".utf8)).text == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("Hashing in windows gives the same digest as hashing at once")
    func bytesInWindowsHaveTheSameDigestAsAtOnce() {
        let bytes = (0..<9_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        #expect(SHA256Digest(of: ByteView(copying: bytes, name: "bytes")) == SHA256Digest(of: bytes))
    }
}
