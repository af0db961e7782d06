/// Completion scripts for shells, made from declarations.
package struct Completions: Sendable {
    /// Shells that are known.
    package enum Shell: String, CaseIterable, Sendable {
        case bash
        case zsh
        case fish
    }

    private let program: Program

    package init(_ program: Program) { self.program = program }

    /// The script for a shell.
    package func script(_ shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    private var commandNames: String { program.commands.map(\.name).joined(separator: " ") }

    /// The name as part of a function's.
    private var identifier: String { "_" + String(program.name.map { $0.isLetter || $0.isNumber ? $0 : "_" }) }

    /// The command that is called if no command is named.
    private var first: Command? { program.commands.first { $0.name == "export" } ?? program.commands.first }

    // MARK: bash

    private var bash: String {
        var lines = [
            "# bash completion for \(program.name); put it into ~/.local/share/bash-completion/completions/\(program.name)",
            "\(identifier)() {", "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}",
            "    COMPREPLY=()",
            "    if [ \"$COMP_CWORD\" -eq 1 ]; then",
            "        mapfile -t COMPREPLY < <(compgen -W \"\(commandNames) --help --version\" -- \"$current\"; compgen -f -- \"$current\")",
            "        return", "    fi", "    case $command in",
        ]
        for command in program.commands { lines += bash(command, pattern: command.name) }
        if let first { lines += bash(first, pattern: "*") }
        lines += ["    esac", "}", "complete -o filenames -o bashdefault -F \(identifier) \(program.name)"]
        return lines.joined(separator: "\n")
    }

    private func bash(_ command: Command, pattern: String) -> [String] {
        // `--name=value` arrives as three words.
        var lines = [
            "        \(pattern))", "            if [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi",
            "            case $before in",
        ]
        let options = command.options.map(\.declaration)
        for option in options {
            guard case .value = option.form else { continue }
            let names = (option.spellings + (option.short.map { ["-\($0)"] } ?? [])).joined(separator: "|")
            let offer: String
            if !option.choices.isEmpty {
                offer = "compgen -W \"\(option.choices.map(\.name).joined(separator: " "))\" -- \"$current\""
            } else if option.completion == .file {
                offer = "compgen -f -- \"$current\""
            } else if option.completion == .folder {
                offer = "compgen -d -- \"$current\""
            } else {
                offer = "true"
            }
            lines.append("                \(names)) mapfile -t COMPREPLY < <(\(offer)); return ;;")
        }
        let words = command.operands.flatMap(\.choices)
        let names = options.map(\.name) + words
        lines += [
            "            esac", "            case $current in",
            "                -*) mapfile -t COMPREPLY < <(compgen -W \"\(names.joined(separator: " "))\" -- \"$current\") ;;",
            "                *) mapfile -t COMPREPLY < <(compgen -W \"\(words.joined(separator: " "))\" -- \"$current\"; compgen -f -- \"$current\") ;;",
            "            esac ;;",
        ]
        return lines
    }

    // MARK: zsh

    private var zsh: String {
        var lines = [
            "#compdef \(program.name)", "# zsh completion for \(program.name); put it into a folder of $fpath as _\(program.name)",
        ]
        lines += [
            "\(identifier)() {", "    local -a commands", "    commands=(",
        ]
        lines += program.commands.map { "        \(Completions.quoted("\($0.name):\($0.summary)"))" }
        lines += [
            "    )", "    if (( CURRENT == 2 )); then", "        _describe command commands", "        _files", "        return", "    fi",
            "    case $words[2] in",
        ]
        for command in program.commands { lines += zsh(command, pattern: command.name, shift: true) }
        if let first { lines += zsh(first, pattern: "*", shift: false) }
        lines += ["    esac", "}", "\(identifier) \"$@\""]
        return lines.joined(separator: "\n")
    }

    private func zsh(_ command: Command, pattern: String, shift: Bool) -> [String] {
        var lines = ["        \(pattern))"]
        if shift { lines.append("            shift words; (( CURRENT-- ))") }
        lines.append("            _arguments -s \\")
        for option in command.options.map(\.declaration) {
            let help = option.description(in: command).filter { !"[]:".contains($0) }
            let action: String
            switch option.form {
            case .flag: action = ""
            case .value(let placeholder), .optionalValue(let placeholder):
                let word = placeholder.filter { !"[]:".contains($0) }
                if !option.choices.isEmpty {
                    action = ":\(word):(\(option.choices.map(\.name).joined(separator: " ")))"
                } else {
                    switch option.completion {
                    case .file: action = ":\(word):_files"
                    case .folder: action = ":\(word):_files -/"
                    case .nothing: action = ":\(word): "
                    }
                }
            }
            let isOptional = if case .optionalValue = option.form { true } else { false }
            let many = option.isRepeatable ? "*" : ""
            let names =
                option.spellings.map { $0 + (action.isEmpty ? "" : isOptional ? "=-" : "=") } + (option.short.map { ["-\($0)"] } ?? [])
            for name in names {
                lines.append("                \(Completions.quoted("\(many)\(name)[\(help)]\(isOptional ? ":" + action : action)")) \\")
            }
        }
        let words = command.operands.flatMap(\.choices)
        lines.append(
            words.isEmpty ? "                '*:file:_files' ;;" : "                '*:word:(\(words.joined(separator: " ")))' ;;")
        return lines
    }

    // MARK: fish

    private var fish: String {
        var lines = ["# fish completion for \(program.name); put it into ~/.config/fish/completions/\(program.name).fish"]
        let none = "not __fish_seen_subcommand_from \(commandNames)"
        for command in program.commands {
            lines.append(
                "complete -c \(program.name) -n \(Completions.quoted("__fish_use_subcommand")) -a \(command.name) -d \(Completions.quoted(command.summary))"
            )
        }
        for command in program.commands {
            let condition = Completions.quoted("__fish_seen_subcommand_from \(command.name)")
            lines += fish(command, condition: condition)
            for word in command.operands.flatMap(\.choices) { lines.append("complete -c \(program.name) -n \(condition) -a \(word)") }
        }
        if let first { lines += fish(first, condition: Completions.quoted(none)) }
        return lines.joined(separator: "\n")
    }

    private func fish(_ command: Command, condition: String) -> [String] {
        command.options.map(\.declaration).flatMap { option -> [String] in
            var line = "complete -c \(program.name) -n \(condition)"
            if let short = option.short { line += " -s \(short)" }
            for name in option.spellings { line += " -l \(name.dropFirst(2))" }
            if case .value = option.form {
                line += " -r"
                if !option.choices.isEmpty {
                    line += " -f -a \(Completions.quoted(option.choices.map(\.name).joined(separator: " ")))"
                } else if option.completion == .folder {
                    line += " -f -a '(__fish_complete_directories)'"
                } else if option.completion == .nothing {
                    line += " -f"
                }
            }
            return [line + " -d \(Completions.quoted(option.description(in: command)))"]
        }
    }

    /// A word in single quotes, which all three shells take alike.
    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "") + "'" }
}
