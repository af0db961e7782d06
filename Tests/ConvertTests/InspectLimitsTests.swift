import Foundation
import TestSupport
import Testing

/// Reports and verdicts on files that were made to mislead.
@Suite struct InspectLimitsTests {
    let folder = Fixtures.temporaryFolder()

    /// `{"lists": …}` with lists that contain the previous list ten times: fewer than 900 bytes that would expand to 10³⁰ values.
    static let sharedLists: [UInt8] = {
        var opcodes: [UInt8] = [0x5D, 0x71, 0]
        var level: UInt8 = 0
        while opcodes.count < 820 {
            let item: [UInt8] = [0x68, level]
            opcodes += [0x30, 0x5D, 0x28] + (0..<10).flatMap { _ in item } + [0x65, 0x71, level + 1]
            level += 1
        }
        return PickleBytes.whole([0x7D] + PickleBytes.text("lists") + opcodes + [0x73])
    }()

    @Test("Shared lists do not make the report much longer than the file") func sharedListsDoNotMakeTheReportMuchLongerThanTheFile() throws
    {
        let bytes = InspectLimitsTests.sharedLists
        let path = "\(folder)/lists.pkl"
        Fixtures.write(bytes, to: path)
        #expect((800..<900).contains(bytes.count))
        for arguments in [["inspect", "--json", path], ["inspect", path]] {
            let run = try CommandRun(arguments)
            // Refused, because it expands to far more than a file of this size should.
            #expect(run.status == 2)
            #expect(run.errors.contains("expand to more than"), "\(run.errors)")
            #expect(run.output.utf8.count < 200_000, "\(run.output.utf8.count) bytes")
        }
    }

    /// A safetensors file whose header length spells a short string that ends before a letter of the header.
    private func safetensors(_ letter: String) -> [UInt8] {
        let start = "{\"__metadata__\":{\"a\":\""
        // GLOBAL takes the rest of this line as a module and the next one as a name.
        let text = start + letter + "\",\n\"b\":\"\"},\n\"t\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}"
        let length = 0x55 | (start.utf8.count + 6) << 8
        return ArchiveBytes.little(UInt64(length)) + Array(text.utf8) + [UInt8](repeating: 0x20, count: length - text.utf8.count) + [7]
    }

    @Test("A safetensors file that is also a pickle is not clean") func safetensorsThatAreAPickleTooAreNotClean() throws {
        for (letter, status) in [("c", Int32(2)), ("x", 0)] {
            let path = "\(folder)/\(letter).safetensors"
            Fixtures.write(safetensors(letter), to: path)
            #expect(try CommandRun(["inspect", path]).status == 0, "it is safetensors")
            let run = try CommandRun(["inspect", "--safety", path])
            #expect(run.status == status, "\(run.output)")
        }
    }

    @Test("A safetensors file that ends in an archive is not clean") func safetensorsThatEndInAnArchiveAreNotClean() throws {
        let archive = ArchiveBytes.zip([("archive/data.pkl", PickleBytes.dangerous)])
        let header = Array("{\"t\":{\"dtype\":\"U8\",\"shape\":[\(archive.count)],\"data_offsets\":[0,\(archive.count)]}}".utf8)
        let path = "\(folder)/archive.safetensors"
        Fixtures.write(ArchiveBytes.little(UInt64(header.count)) + header + archive, to: path)
        #expect(try CommandRun(["inspect", path]).status == 0, "it is safetensors")
        #expect(try CommandRun(["inspect", "--safety", path]).status == 1, "the archive at its end would call os.system")
    }
}
