import ConvertFiles
import PthReader
import TestSupport
import Testing

/// Names that were reviewed count as clean, and nothing else does.
@Suite struct AllowedNamesTests {
    private func list(_ text: String) throws -> AllowedNames {
        let path = Fixtures.temporaryFolder() + "/names.txt"
        Fixtures.write(Array(text.utf8), to: path)
        return try AllowedNames(try MappedFile(path: path))
    }

    @Test("A reviewed class makes a file clean that has nothing else") func aReviewedClassIsClean() throws {
        let scan = SafetyScan(try MappedFile(path: Fixtures.path("hostile/unknown_global.pkl")))
        #expect(scan.verdict == .unknown)
        #expect(scan.allowing(try list("# reviewed\r\nsome_lab.models\tNet # ours\r\n")).isCleared)
        #expect(scan.allowing(try list("some_lab.models Other\n\nsome_lab Net\n")).verdict == .unknown)
        #expect(scan.allowing(.none).verdict == .unknown)
    }

    @Test("A dangerous name, an unusual call and a scan that is not complete are not made clean") func dangerousNamesStayDangerous() throws
    {
        #expect(throws: (any Error).self) { try list("os system\n") }
        let error = #expect(throws: AllowedNamesError.self) { try list("a b\nposix system\n") }
        #expect(error?.problem.contains("line 2: posix system is dangerous") == true)
        for name in ["stack_underflow.pkl", "zip_bomb.pth"] {
            let scan = SafetyScan(try MappedFile(path: Fixtures.path("hostile/\(name)")))
            #expect(!scan.allowing(try list("some_lab.models Net\n")).isCleared, "\(name)")
        }
        // `Fraction("1e9")` is unknown for its call, and the name alone does not excuse that.
        let path = Fixtures.temporaryFolder() + "/call.pkl"
        Fixtures.write(PickleBytes.whole(PickleBytes.call("fractions", "Fraction", "1e9")), to: path)
        let scan = SafetyScan(try MappedFile(path: path))
        #expect(scan.verdict == .unknown)
        #expect(scan.allowing(try list("fractions Fraction\n")).verdict == .unknown)
    }

    @Test("A line that is not a module and a name is refused", arguments: ["torch\n", "a b c\n", "ok Name\nalone\n"])
    func aLineThatIsNotANameIsRefused(_ text: String) {
        #expect(throws: AllowedNamesError.self) { try list(text) }
    }
}
