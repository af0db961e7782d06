import Architectures
import ConvertFiles
import ConvertIR
import TestSupport
import Testing

/// Key maps: keys get new names, and nothing is lost or guessed.
@Suite struct KeyMapTests {
    private func names(_ map: String, _ keys: [String]) throws -> [String] {
        let weights = Weights(
            entries: try keys.map { Weights.Entry(name: $0, tensor: try Networks.zero(.float32, [1])) },
            provenance: Provenance(source: "a.pth", format: "pth", stateDictPath: ""))
        return try KeyMap(text: map, file: "map.txt").apply(to: weights).entries.map(\.name)
    }

    @Test("Wildcards carry their text along") func wildcardsCarryTheirTextAlong() throws {
        #expect(try names("net.* *", ["net.a.weight", "b"]) == ["a.weight", "b"])
        #expect(try names("stage*.unit*.w layer*.*.weight", ["stage1.unit22.w"]) == ["layer1.22.weight"])
        #expect(try names("*.gamma *.weight\n*.beta *.bias", ["a.gamma", "a.beta", "a.other"]) == ["a.weight", "a.bias", "a.other"])
        #expect(try names("a* x*y", ["a", "ab"]) == ["xy", "xby"])
        #expect(try names("a*.tail b", ["a1.tail"]) == ["b"])
        #expect(try names("a**c x*-*", ["abc"]) == ["x-b"])
    }

    @Test("The first matching line applies") func theFirstLineThatMatchesDecides() throws {
        #expect(try names("a.weight first\na.* rest.*", ["a.weight", "a.bias"]) == ["first", "rest.bias"])
    }

    @Test("Comments, blank lines and Windows line ends are accepted") func commentsBlankLinesAndWindowsLineEndsAreTaken() throws {
        #expect(try names("# names\r\n\r\n  a\tb   # and why\r\n", ["a"]) == ["b"])
        #expect(try names("", ["a"]) == ["a"])
    }

    @Test("Patterns must match whole names") func wholeNamesMustMatch() throws {
        #expect(throws: ArchitectureError.keyMapUnused(file: "map.txt", line: 1, pattern: "a.weight")) {
            try names("a.weight b", ["a.weight_g", "xa.weight"])
        }
        #expect(throws: ArchitectureError.keyMapUnused(file: "map.txt", line: 1, pattern: "a*a")) { try names("a*a b", ["a"]) }
    }

    @Test("Two keys with the same new name are refused") func twoKeysUnderOneNameAreRefused() {
        #expect(throws: ArchitectureError.keyMapCollision(name: "b", first: "b", second: "a")) { try names("a b", ["b", "a"]) }
        #expect(throws: ArchitectureError.keyMapCollision(name: "x", first: "a1", second: "a2")) { try names("a* x", ["a1", "a2"]) }
    }

    @Test("Malformed lines are refused with their number") func linesThatAreNoneAreRefusedWithTheirNumber() {
        for (text, line) in [("a", 1), ("\na b c", 2), ("a b\nc *", 2), ("a* b**", 1), ("# c\n#\nx # y", 3)] {
            let error = #expect(throws: ArchitectureError.self) { try KeyMap(text: text, file: "map.txt") }
            #expect(error?.problem.hasPrefix("map.txt, line \(line): ") == true, "\(text): \(error?.problem ?? "")")
        }
    }

    @Test("A file that is not text is refused") func whatIsNoTextIsRefused() throws {
        let path = Fixtures.temporaryFolder() + "/map.txt"
        Fixtures.write([0xFF, 0xFE, 0x61], to: path)
        #expect(throws: ArchitectureError.self) { try KeyMap(path: path) }
        #expect(throws: FileError.self) { try KeyMap(path: path + ".none") }
    }

    @Test("A key map turns an unknown layout into a known network") func aLayoutNobodyHasSeenBecomesAKnownNetwork() throws {
        let weights = try Networks.weights("models/ir_small.pth")
        let odd = weights.renamed { "net/" + $0.split(separator: ".").joined(separator: "/") }
        #expect(throws: ArchitectureError.self) { try Architectures.rebuild(odd) }
        let map = try KeyMap(
            text: """
                net/input_layer/*/* input_layer.*.*
                net/output_layer/*/* output_layer.*.*
                net/body/*/*/*/*/* body.*.*.*.*.*
                """, file: "map.txt")
        let renamed = try map.apply(to: odd)
        #expect(renamed.entries.map(\.name) == weights.entries.map(\.name))
        #expect(try Architectures.rebuild(renamed).model.graph == Architectures.rebuild(weights).model.graph)
    }

    @Test("A byte order mark is not part of the first pattern") func aByteOrderMarkIsNoPartOfTheFirstPattern() throws {
        let map = try KeyMap(text: "\u{FEFF}module.* *\n", file: "map.txt")
        let weights = Weights(
            entries: [.init(name: "module.a", tensor: try Networks.zero(.float32, [1]))],
            provenance: Provenance(source: "", format: "", stateDictPath: ""))
        #expect(try map.apply(to: weights).entries.map(\.name) == ["a"])
    }
}
