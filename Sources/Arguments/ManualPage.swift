/// The manual page, in the roff language of `man`.
package struct ManualPage: Sendable {
    private let program: Program

    package init(_ program: Program) { self.program = program }

    /// The whole page; every option of every command is in it.
    package var text: String {
        var lines = [
            ".TH \(program.name.uppercased()) 1", ".SH NAME",
            "\(ManualPage.escaped(program.name)) \\- \(ManualPage.escaped(program.summary))",
            ".SH SYNOPSIS",
        ]
        for (call, _) in program.calls { lines += [".B \(ManualPage.escaped("\(program.name) \(call)"))", ".br"] }
        for command in program.commands {
            for usage in command.usage { lines += [".B \(ManualPage.escaped("\(program.name) \(usage)"))", ".br"] }
        }
        lines.append(".SH DESCRIPTION")
        for note in program.notes { lines += [ManualPage.escaped(note), ".PP"] }
        for command in program.commands {
            lines += [".SH \(ManualPage.escaped(command.name.uppercased()))", ManualPage.escaped(HelpPage.sentence(command.summary))]
            for operand in command.operands where !operand.help.isEmpty {
                lines += [".TP", ".I \(ManualPage.escaped(operand.name))", ManualPage.escaped(operand.help)]
            }
            var seen: Set<String> = []
            for group in command.groups {
                let options = group.options.map(\.declaration).filter { seen.insert($0.name).inserted }
                if let title = group.title, !options.isEmpty { lines += [".PP", ManualPage.escaped(title)] }
                for option in options {
                    lines += [".TP", ".B \(ManualPage.escaped(option.synopsis))", ManualPage.escaped(option.description(in: command))]
                }
            }
            for note in program.notes(of: command) { lines += [".PP", ManualPage.escaped(note)] }
        }
        return lines.joined(separator: "\n")
    }

    /// Text in which roff sees no requests, escapes or hyphens.
    private static func escaped(_ text: String) -> String {
        let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }
}
