import ConvertFiles
import TestSupport
import Testing

@Suite struct ZipArchiveTests {
    @Test("Written entries are aligned and read back")
    func whatIsWrittenIsAlignedAndReadsBack() throws {
        let path = "\(Fixtures.temporaryFolder())/a.zip"
        let output = try OutputFile(target: path, replacing: false, inputs: [])
        let contents = (0..<5).map { size in [UInt8](repeating: UInt8(size + 1), count: size * 1000 + size) }
        try ZipArchiveWriter.write(
            contents.enumerated().map { .init(name: "root/data/\($0.offset)", contents: ByteView(copying: $0.element, name: "c")) },
            to: output)
        try output.commit()
        let archive = try ZipArchive(try MappedFile(path: path).bytes)
        #expect(archive.entries.count == 5)
        for (entry, expected) in zip(archive.entries, contents) {
            #expect(entry.dataOffset % 64 == 0)
            #expect(try archive.contents(of: entry).array == expected)
            try archive.verify(entry)
        }
    }
}
