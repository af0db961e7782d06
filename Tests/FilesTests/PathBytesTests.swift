import ConvertFiles
import Foundation
import TestSupport
import Testing

/// File names are bytes, whatever they are.
@Suite struct PathBytesTests {
    @Test("Every file name round-trips through a string")
    func everyNameComesBackAsItWas() {
        var seed: UInt64 = 1
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        let pieces: [[UInt8]] = [
            [0xE9], [0xFF], [0xC3], [0xC3, 0xA9], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x8F, 0xBE, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x8F], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0xAF], Array("a/".utf8), Array("😀".utf8), [0x1B],
        ]
        for _ in 0..<2000 {
            let name = (0..<random(8)).flatMap { _ in pieces[random(pieces.count)] }
            #expect(PathText.bytes(PathText.text(name)) == name, "\(name)")
        }
    }

    @Test("Bytes that are not UTF-8 are shown as escapes")
    func textIsItselfAndWhatIsNotIsShownByItsBytes() {
        #expect(PathText.text(Array("caf\u{E9}.pth".utf8)) == "caf\u{E9}.pth")
        let latin = PathText.text(Array("caf".utf8) + [0xE9] + Array(".pth".utf8))
        #expect(PathText.shown(latin) == "caf\\xE9.pth")
        #expect(PathText.ending(latin) == "pth" && PathText.stem("a/" + latin) == PathText.stem("a/" + latin))
        #expect(PathText.bytes(PathText.baseName("x/" + latin)) == Array("caf".utf8) + [0xE9] + Array(".pth".utf8))
    }

    @Test("A path with a NUL does not name any file")
    func aPathWithANulNamesNothing() throws {
        let path = "\(Fixtures.temporaryFolder())/a"
        Fixtures.write([1], to: path)
        #expect(throws: FileError.missing(path: path + "\0x")) { try MappedFile(path: path + "\0x") }
        #expect(FileIdentity(path: path + "\0x") == nil)
    }

    @Test("Names that are not UTF-8 are listed and can be opened")
    func aFolderListsSuchNamesAndTheyOpen() throws {
        let folder = Fixtures.temporaryFolder()
        let name = PathText.text([0x66, 0xE9, 0x2E, 0x62])
        let output = try OutputFile(target: "\(folder)/\(name)", replacing: false, inputs: [])
        try output.write([7])
        try output.commit()
        #expect(try FolderListing.names(in: folder) == [name])
        #expect(try MappedFile(path: "\(folder)/\(name)").bytes.array == [7])
        #expect(access([0x2F] + PathText.system(String(folder.dropFirst())).dropLast() + [0x2F, 0x66, -23, 0x2E, 0x62, 0], F_OK) == 0)
    }
}
