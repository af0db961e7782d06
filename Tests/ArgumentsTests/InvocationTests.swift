import Testing

@testable import Arguments

/// How arguments are parsed by declarations.
@Suite struct InvocationTests {
    enum Color: String, CaseIterable, Sendable {
        case red
        case green
    }

    static let output = Option("--output", short: "o", "FILE", .file, help: "the file")
    static let count = Option("--count", "N", .integer(1...9), help: "how many", usual: "1")
    static let share = Option("--share", "N", .number(above: 0), help: "a share")
    static let color = Option("--color", "COLOR", .choice(Color.self, aliases: ["rot": "red"]), help: "the color")
    static let name = Option("--name", "NAME", .text, isRepeatable: true, help: "a name")
    static let pixels = Option("--pixels", "KIND", .text, standingAlone: "float32", help: "pixels")
    static let quiet = Flag("--quiet", short: "q", help: "say little", conflicts: ["--loud"])
    static let force = Flag("--force", short: "f", aliases: ["--overwrite"], help: "replace", needs: ["--output"])
    static let loud = Flag("--loud", help: "say much")

    static let command = Command(
        name: "paint", summary: "paint", usage: ["paint FILE"], operands: [Command.Operand("FILE")],
        groups: [OptionGroup([output, count, share, color, name, pixels, quiet, force, loud])], notes: [], run: { _ in 0 })

    private func parse(_ arguments: String...) throws(UsageError) -> Invocation { try Invocation(arguments, for: InvocationTests.command) }

    @Test("A value may follow its option, stand after an equals sign, or be attached to a short name")
    func everyWayToGiveAValue() throws {
        for arguments in [["--output", "x"], ["--output=x"], ["-o", "x"], ["-ox"]] {
            #expect(try Invocation(arguments, for: InvocationTests.command)[InvocationTests.output] == "x")
        }
        #expect(try parse("-o=x")[InvocationTests.output] == "=x")
        #expect(try parse("--output=--force")[InvocationTests.output] == "--force")
        #expect(try parse("--count", "7")[InvocationTests.count] == 7)
        #expect(try parse("--color", "rot")[InvocationTests.color] == .red)
        #expect(try parse("--name", "a", "--name", "b").all(InvocationTests.name) == ["a", "b"])
    }

    @Test("Short flags may stand together, and the last of them may not take a value")
    func shortFlagsStandTogether() throws {
        let given = try parse("-qf", "-ox")
        #expect(given[InvocationTests.quiet] && given[InvocationTests.force])
        #expect(throws: UsageError.self) { try parse("-qo", "x") }
    }

    @Test("After two dashes everything is an operand, and one dash is an operand anywhere")
    func dashesEndOptions() throws {
        #expect(try parse("a", "--", "--quiet", "-").operands == ["a", "--quiet", "-"])
        #expect(try parse("-").operands == ["-"])
    }

    @Test("An option that may stand alone takes a value only after an equals sign")
    func anOptionalValue() throws {
        #expect(try parse("--pixels", "uint8")[InvocationTests.pixels] == "float32")
        #expect(try parse("--pixels=uint8")[InvocationTests.pixels] == "uint8")
    }

    @Test("An alias is the same option") func aliases() throws {
        #expect(try parse("--overwrite", "-ox")[InvocationTests.force])
        #expect(throws: UsageError.optionTwice("--output")) { try parse("-oa", "--output", "b") }
    }

    @Test("Each mistake is an error that names what was typed") func mistakes() {
        let cases: [([String], UsageError)] = [
            (["--cuont", "1"], .unknownOption("--cuont", command: "paint", near: ["--count"], elsewhere: [])),
            (["-z"], .unknownOption("-z", command: "paint", near: [], elsewhere: [])),
            (["--count"], .missingValue(option: "--count")), (["--count", "--quiet"], .missingValue(option: "--count")),
            (["--quiet=1"], .unexpectedValue(option: "--quiet")), (["--count", "1", "--count", "2"], .optionTwice("--count")),
            (["--count", "10"], .badValue(option: "--count", value: "10", expected: "a whole number from 1 to 9", near: [])),
            (["--share", "nan"], .badValue(option: "--share", value: "nan", expected: "a number above 0", near: [])),
            (["--share", "inf"], .badValue(option: "--share", value: "inf", expected: "a number above 0", near: [])),
            (["--color", "gren"], .badValue(option: "--color", value: "gren", expected: "red or green", near: ["green"])),
            (["--quiet", "--loud"], .conflict("--quiet", "--loud")), (["--force"], .needs("--force", "--output")),
        ]
        for (arguments, error) in cases {
            #expect(throws: error, "\(arguments)") { try Invocation(arguments, for: InvocationTests.command) }
        }
    }

    @Test("An option that was given and never read is refused") func whatNobodyReadsIsRefused() throws {
        let given = try parse("--count", "3", "-ox")
        #expect(given[InvocationTests.output] == "x")
        #expect(throws: UsageError.noEffect("--count", reason: "of this")) { try given.finish(because: "of this") }
        #expect(given[InvocationTests.count] == 3)
        try given.finish(because: "of this")
    }

    @Test("Two files may be two operands, or one and an option, and nothing else") func twoFiles() throws {
        let option = InvocationTests.output
        #expect(try parse("a", "b").twoOperands("A", "B", or: option) == ("a", "b"))
        #expect(try parse("a", "-o", "b").twoOperands("A", "B", or: option) == ("a", "b"))
        #expect(throws: UsageError.missingArgument("B", command: "paint")) { try parse("a").twoOperands("A", "B", or: option) }
        #expect(throws: UsageError.surplusArgument("b", command: "paint")) { try parse("a", "b", "-oc").twoOperands("A", "B", or: option) }
    }

    @Test("--help wins over conflicts and missing partners") func helpWins() throws {
        #expect(try parse("--help", "--force")[Command.help])
    }
}

/// What is made from declarations.
@Suite struct PageTests {
    static let program = Program(
        name: "brush", summary: "paints", commands: [InvocationTests.command], calls: [("FILE", "paint it")], notes: ["A note."])

    @Test("A help page holds every option with its bounds, choices and default, and fits its width")
    func helpPage() {
        for width in [60, 80, 120] {
            let page = HelpPage(PageTests.program, width: width).text(InvocationTests.command)
            for line in page.split(separator: "\n") { #expect(line.count <= width, "\(line)") }
            let words = page.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for text in [
                "-o, --output FILE the file", "--count N how many; 1 to 9 [1]", "--share N a share; above 0", "the color: red or green",
                "a name; repeatable", "--pixels[=KIND] pixels", "-q, --quiet say little",
            ] { #expect(words.contains(text), "\(text): \(words)") }
        }
    }

    @Test("A mistyped command is answered with the nearest one") func unknownCommands() {
        #expect(PageTests.program.unknownCommand("piant") == .unknownCommand("piant", near: ["paint"], all: ["paint"]))
        #expect(PageTests.program.unknownCommand("zzz") == .unknownCommand("zzz", near: [], all: ["paint"]))
    }

    @Test("Completion scripts and the manual page are free of characters that would end a quotation")
    func quotations() {
        for shell in Completions.Shell.allCases {
            let script = Completions(PageTests.program).script(shell)
            #expect(script.count { $0 == "'" }.isMultiple(of: 2))
        }
        for line in ManualPage(PageTests.program).text.split(separator: "\n") where line.hasPrefix(".") {
            #expect([".TH", ".SH", ".TP", ".B ", ".I ", ".br", ".PP"].contains { line.hasPrefix($0) }, "\(line)")
        }
    }
}
