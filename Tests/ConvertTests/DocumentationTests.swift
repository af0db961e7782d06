import Foundation
import TestSupport
import Testing

/// The documentation says what the program does: help pages in it are the program's own, and commands in it print what is shown.
@Suite struct DocumentationTests {
    private static let root = Fixtures.path("..")

    private static func text(_ page: String) throws -> String {
        String(decoding: try Fixtures.bytes("\(root)/\(page)"), as: UTF8.self)
    }

    static let commandPages = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/docs/commands"))?.sorted() ?? []

    /// Pages that show commands with their output.
    static let pages = ["README.md"] + commandPages.map { "docs/commands/\($0)" }

    @Test("Commands in the documentation print what it shows", arguments: pages) func commandsPrintWhatIsShown(_ page: String) throws {
        let documented = DocumentedCommands(try DocumentationTests.text(page))
        #expect(!documented.steps.isEmpty, "\(page) shows no command")
        for problem in try documented.problems() { Issue.record("\(page), \(problem)") }
    }

    @Test("Every command has a page, which has the program's own help") func everyCommandHasAPage() throws {
        let overview = try CommandRun(["--help"]).output
        let names = overview.split(separator: "\n").filter { $0.hasPrefix("  convert ") }.compactMap { line -> String? in
            let word = line.split(separator: " ")[1]
            return word.allSatisfy { $0.isLowercase || $0 == "-" } && !word.hasPrefix("-") ? String(word) : nil
        }
        #expect(names.count > 12 && names.contains("evaluate"))
        #expect(Set(names) == Set(DocumentationTests.commandPages.map { String($0.dropLast(3)) }))
        for name in names {
            // The test above compares what it prints.
            let steps = DocumentedCommands(try DocumentationTests.text("docs/commands/\(name).md")).steps
            #expect(steps.contains { $0.command == "pthconvert \(name) --help" && $0.output.count > 5 }, "\(name)")
        }
    }

    @Test("A page that shows something else is reported, and so is a command that fails") func otherOutputIsReported() throws {
        func problems(_ block: String) throws -> Int { try DocumentedCommands("```console\n\(block)\n```\n").problems().count }
        #expect(try problems("$ printf 'a b c\\nd\\n'\na … c\nd") == 0)
        #expect(try problems("$ printf 'a\\nb\\nc\\n'\na\n…\nc") == 0)
        #expect(try problems("$ printf 'a\\nb\\n'\na") == 1)
        #expect(try problems("$ printf 'a\\n'\nb") == 1)
        #expect(try problems("$ false") == 1)
        #expect(try problems("$ false\n$ echo $?\n1") == 0)
    }
}
