/// What `--help` prints: made from declarations, wrapped to a width.
package struct HelpPage: Sendable {
    /// Columns if a terminal's are not known.
    package static let usualWidth = 80
    /// Column of explanations.
    private static let indent = 24

    private let program: Program
    private let width: Int

    /// - Parameter width: columns of the terminal; at least 60 and at most 120 are used.
    package init(_ program: Program, width: Int = HelpPage.usualWidth) {
        self.program = program
        self.width = min(max(width, 60), 120)
    }

    /// The page of a command.
    package func text(_ command: Command) -> String {
        var lines = command.usage.map { "\(program.name) \($0)" }.flatMap { TextWrap.lines($0, width: width, hanging: 4) }
        lines += [""] + TextWrap.lines(HelpPage.sentence(command.summary), width: width)
        let operands = command.operands.filter { !$0.help.isEmpty }
        if !operands.isEmpty { lines.append("") }
        for operand in operands { lines += row(operand.name, operand.help) }
        var seen: Set<String> = []
        for group in command.groups {
            let options = group.options.map(\.declaration).filter { seen.insert($0.name).inserted }
            guard !options.isEmpty else { continue }
            // The page's own --help is among the options before it.
            if group.title != nil || group.explainedBy != nil || seen.count == options.count { lines.append("") }
            if let title = group.title { lines += TextWrap.lines(title, width: width) }
            if let page = group.explainedBy {
                // No line ends between an option and its value.
                let names = options.map { $0.synopsis.replacing(" ", with: "\u{A0}") }.joined(separator: "; ")
                lines += TextWrap.lines("\(names): see \(program.name) \(page) --help", width: width, indent: 2)
                    .map { $0.replacing("\u{A0}", with: " ") }
            } else {
                for option in options { lines += row(option.synopsis, option.description(in: command)) }
            }
        }
        for note in program.notes(of: command) { lines += [""] + TextWrap.lines(note, width: width) }
        return lines.joined(separator: "\n")
    }

    /// The page of the program: its commands.
    package var overview: String {
        var lines = TextWrap.lines("\(program.name): \(program.summary)", width: width) + [""]
        for (call, meaning) in program.calls { lines += row("\(program.name) \(call)", meaning) }
        lines.append("")
        for command in program.commands { lines += row("\(program.name) \(command.name)", command.summary) }
        lines += ["", "  \(program.name) COMMAND --help   all options of a command"]
        lines.append("  \(program.name) --version        also -V; with --verbose what it was built with")
        for note in program.notes { lines += [""] + TextWrap.lines(note, width: width) }
        return lines.joined(separator: "\n")
    }

    /// A name and its explanation, which begins below if the name is long.
    private func row(_ name: String, _ help: String) -> [String] {
        let lines = TextWrap.lines(help, width: width, indent: HelpPage.indent)
        guard let first = lines.first else { return ["  \(name)"] }
        guard name.count + 4 <= HelpPage.indent else { return ["  \(name)"] + lines }
        let start = "  \(name)" + String(repeating: " ", count: HelpPage.indent - name.count - 2)
        return [start + first.dropFirst(HelpPage.indent)] + lines.dropFirst()
    }

    static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
    }
}
