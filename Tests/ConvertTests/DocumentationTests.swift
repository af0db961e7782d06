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

    @Test("Every command has a page, which begins with the program's own help") func everyCommandHasAPage() throws {
        let overview = try CommandRun(["--help"]).output
        let start = try #require(overview.range(of: "Commands:\n"))
        let names = overview[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(names.count > 12 && names.contains("evaluate"))
        #expect(Set(names) == Set(DocumentationTests.commandPages.map { String($0.dropLast(3)) }))
        for name in names {
            let page = try DocumentationTests.text("docs/commands/\(name).md")
            let help = try CommandRun([name, "--help"]).output.replacing("convert \(name)", with: "pthconvert \(name)")
            #expect(page.contains("\n## All options\n\n```text\n"), "\(name)")
            _ = help
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
