import ConvertJSON
import Foundation
import Glibc
import TestSupport
import Testing

/// `inspect --safety` over several files: one line each, in order, in every form.
@Suite struct SafetySweepTests {
    /// A folder with a clean, an unknown, a dangerous and a cut file, named so that they sort in this order.
    private func folder(_ names: [String] = ["clean", "cut", "dangerous", "unknown"]) throws -> String {
        let folder = Fixtures.temporaryFolder()
        let sources = [
            "clean": "training/lab.pth", "cut": "hostile/stack_underflow.pkl", "dangerous": "hostile/stack_global.pkl",
            "unknown": "hostile/unknown_global.pkl",
        ]
        let clean = Fixtures.names(in: "containers").first { Fixtures.manifest[$0]?["container"]?.string == "zip" } ?? ""
        for name in names {
            let source = name == "clean" ? clean : sources[name] ?? ""
            Fixtures.write(try Fixtures.bytes(Fixtures.path(source)), to: "\(folder)/\(name).pth")
        }
        return folder
    }

    @Test("A folder gives one line for each file in order, and a summary", arguments: ["1", "2", "7"])
    func aFolderGivesOneLineForEachFile(_ threads: String) throws {
        let folder = try folder()
        let run = try CommandRun(["inspect", "--safety", folder, "--threads", threads])
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 5 && run.status == 1, "\(run.output)\(run.errors)")
        #expect(lines.prefix(4).map { String($0.prefix { $0 != " " }) } == ["clean", "not", "dangerous", "unknown"])
        #expect(lines[2].contains("\(folder)/dangerous.pth  (os.system)"))
        #expect(lines.last == "4 files: 1 clean, 1 unknown, 1 dangerous, 1 not complete")
    }

    @Test("The exit code is 1 for a dangerous file, else 2 for one not read, else 3 for unknown names, else 0")
    func theExitCodeIsTheWorst() throws {
        for (names, status) in [
            (["clean"], 0), (["clean", "unknown"], 3), (["cut", "unknown"], 2), (["cut", "dangerous", "unknown"], 1),
        ] {
            let folder = try folder(names)
            #expect(try CommandRun(["inspect", "--safety", folder]).status == Int32(status), "\(names)")
        }
        let missing = try CommandRun(["inspect", "--safety", try folder(["clean"]) + "/clean.pth", "/nowhere/x.pth"])
        #expect(missing.status == 2 && missing.output.contains("unreadable    /nowhere/x.pth"))
        #expect(missing.output.contains("2 files: 1 clean, 0 dangerous, 1 unreadable"))
        #expect(try CommandRun(["inspect", "--safety", Fixtures.temporaryFolder()]).status == 2)
    }

    @Test("Reviewed names count as clean") func reviewedNamesCountAsClean() throws {
        let folder = try folder(["clean", "unknown"])
        let list = Fixtures.temporaryFolder() + "/names.txt"
        Fixtures.write(Array("some_lab.models Net\n".utf8), to: list)
        #expect(try CommandRun(["inspect", "--safety", folder, "--allow", list]).status == 0)
        #expect(try CommandRun(["inspect", "--safety", folder + "/unknown.pth", "--allow", list]).status == 0)
    }

    @Test("JSON lines have each file's path and outcome") func jsonLinesHaveEachFile() throws {
        let folder = try folder()
        let run = try CommandRun(["inspect", "--safety", folder, "--json"])
        let objects = try run.output.split(separator: "\n").map { try JSONParser.parse($0.utf8).object }
        #expect(objects.map { $0?["outcome"]?.string } == ["clean", "not complete", "dangerous", "unknown"])
        #expect(objects.map { $0?["path"]?.string } == ["clean", "cut", "dangerous", "unknown"].map { "\(folder)/\($0).pth" })
    }

    @Test("SARIF has the members that version 2.1.0 requires") func sarifHasWhatItRequires() throws {
        let folder = try folder()
        let odd = folder + "/ä b%\u{1}.pth"
        Fixtures.write(try Fixtures.bytes(Fixtures.path("hostile/stack_global.pkl")), to: odd)
        let run = try CommandRun(["inspect", "--safety", folder, "--report", "sarif"])
        #expect(run.status == 1)
        let root = try #require(try JSONParser.parse(run.output.utf8).object)
        #expect(root["version"]?.string == "2.1.0")
        let runs = try #require(root["runs"]?.array)
        let tool = try #require(runs.first?.object?["tool"]?.object?["driver"]?.object)
        let rules = try #require(tool["rules"]?.array).compactMap { $0.object?["id"]?.string }
        #expect(tool["name"]?.string == "pthconvert" && rules.count == 4)
        let results = try #require(runs.first?.object?["results"]?.array).compactMap(\.object)
        #expect(results.count >= 4)
        for result in results {
            #expect(result["message"]?.object?["text"]?.string?.isEmpty == false)
            #expect(rules.contains(result["ruleId"]?.string ?? ""))
            #expect(["error", "warning"].contains(result["level"]?.string ?? ""))
        }
        let addresses = results.compactMap {
            $0["locations"]?.array?.first?.object?["physicalLocation"]?.object?["artifactLocation"]?.object?["uri"]?.string
        }
        #expect(addresses.count == results.count && addresses.allSatisfy { URL(string: $0)?.isFileURL == true })
        #expect(addresses.contains { URL(string: $0)?.path == odd })
    }

    @Test("JUnit counts failures and errors, and its XML is well formed whatever a file is called") func junitIsWellFormed() throws {
        let folder = try folder()
        Fixtures.write([0x80], to: folder + "/a<\"&\u{1}>.pth")
        let run = try CommandRun(["inspect", "--safety", folder, "--report", "junit"])
        #expect(run.output.contains("tests=\"5\" failures=\"2\" errors=\"2\""))
        let parser = XMLWalk(Array(run.output.utf8))
        #expect(parser.isBalanced, "\(run.output)")
        #expect(run.output.contains("a&lt;&quot;&amp;\u{FFFD}&gt;.pth"))
    }

    @Test("What belongs to the scan of several files is refused without it") func optionsOfTheScanAreRefusedWithoutIt() throws {
        #expect(try CommandRun(["inspect", Fixtures.path("containers"), "--report", "sarif"]).status == 64)
        #expect(try CommandRun(["inspect", Fixtures.path("README.md"), "--include", "*.md"]).status == 64)
    }
}

/// Whether every element of an XML text is closed in order, and no markup is within text.
private struct XMLWalk {
    let isBalanced: Bool

    init(_ bytes: [UInt8]) {
        var open: [String] = []
        var isSound = true
        for part in String(decoding: bytes, as: UTF8.self).split(separator: "<").dropFirst(0) where !part.hasPrefix("?xml") {
            guard let end = part.firstIndex(of: ">"), !part[part.index(after: end)...].contains(">") else {
                isSound = false
                continue
            }
            let tag = part[..<end]
            let name = String(tag.drop { $0 == "/" }.prefix { !" /".contains($0) })
            if tag.hasPrefix("/") { isSound = isSound && open.popLast() == name } else if !tag.hasSuffix("/") { open.append(name) }
        }
        isBalanced = isSound && open.isEmpty
    }
}
