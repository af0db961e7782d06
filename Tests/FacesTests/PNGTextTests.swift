import CZlib
import ConvertFiles
import Foundation
import TestSupport
import Testing

@testable import ConvertFaces

/// Pictures whose text chunks are far larger than their pixels.
@Suite struct PNGTextTests {
    private static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(kind.utf8) + data
        func big(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
        return big(UInt32(data.count)) + body + big(CRC32.checksum(of: ByteView(copying: body, name: kind)))
    }

    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var count = compressBound(UInt(bytes.count))
        var out = [UInt8](repeating: 0, count: Int(count))
        compress2(&out, &count, bytes, UInt(bytes.count), 9)
        return Array(out.prefix(Int(count)))
    }

    /// A gray picture of 8 × 8 with these chunks before its pixels.
    private static func png(_ chunks: [[UInt8]]) -> [UInt8] {
        let header: [UInt8] = [0, 0, 0, 8, 0, 0, 0, 8, 8, 0, 0, 0, 0]
        let rows = (0..<8).flatMap { row -> [UInt8] in [0] + [UInt8](repeating: UInt8(row * 30), count: 8) }
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        for part in [chunk("IHDR", header)] + chunks + [chunk("IDAT", compressed(rows)), chunk("IEND", [])] { file += part }
        return file
    }

    @Test("A picture's texts and profiles are never decompressed") func textsAndProfilesOfAPictureAreNeverUnpacked() async throws {
        await #expect(processExitsWith: .success) {
            let large = PNGTextTests.compressed([UInt8](repeating: 0x78, count: 50_000_000))
            let kinds: [(String, [UInt8])] = [
                ("zTXt", Array("k\0\0".utf8)), ("iTXt", Array("k\0\u{1}\0\0\0".utf8)), ("iCCP", Array("k\0\0".utf8)),
            ]
            var before = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &before)
            let plain = try DecodedImage(ByteView(copying: PNGTextTests.png([]), name: "p"), path: "p")
            for (kind, front) in kinds {
                let chunks = [[UInt8]](repeating: PNGTextTests.chunk(kind, front + large), count: 20)
                let image = try DecodedImage(ByteView(copying: PNGTextTests.png(chunks), name: "p"), path: "p")
                if image.pixels != plain.pixels { exit(1) }
            }
            // Ten thousand small ones, whose list libpng would keep.
            let many = (0..<10_000).map { PNGTextTests.chunk("tEXt", Array("k\0\($0)".utf8)) }
            guard try DecodedImage(ByteView(copying: PNGTextTests.png(many), name: "p"), path: "p").pixels == plain.pixels else { exit(1) }
            var after = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &after)
            exit(after.ru_maxrss - before.ru_maxrss < 30_000 ? 0 : 2)
        }
    }
}
