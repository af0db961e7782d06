import Foundation
import TestSupport

/// The commands that a page of the documentation shows, and what it says they print.
///
/// A block that begins with ```` ```console ```` holds lines that begin with `$ `, each followed by its output. A line `…` stands for any
/// number of lines, and `…` within a line for any text. A comment `<!-- files: NAME=FIXTURE … -->` says which files are there.
struct DocumentedCommands {
    /// One command.
    struct Step {
        let command: String
        let output: [String]
        let line: Int
    }

    /// Files and folders that are there, by the path below `fixtures/`.
    let files: [(name: String, fixture: String)]
    /// The commands in order; they share a folder and a shell.
    let steps: [Step]

    init(_ text: String) {
        var files: [(String, String)] = []
        var steps: [Step] = []
        var (command, output, start): (String?, [String], Int) = (nil, [], 0)
        var isInBlock = false
        func finish() {
            if let command { steps.append(Step(command: command, output: output, line: start)) }
            (command, output) = (nil, [])
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).enumerated() {
            if line.hasPrefix("<!-- files: ") {
                for pair in line.dropFirst(12).split(separator: " ") where pair.contains("=") {
                    let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                    files.append((parts[0], parts[1]))
                }
            }
            if line == "```console" {
                isInBlock = true
            } else if isInBlock, line == "```" {
                finish()
                isInBlock = false
            } else if isInBlock, line.hasPrefix("$ ") {
                finish()
                (command, start) = (String(line.dropFirst(2)), index + 1)
            } else if isInBlock, output.isEmpty, command?.hasSuffix("\\") == true {
                command? += "\n" + line
            } else if isInBlock {
                output.append(line)
            }
        }
        (self.files, self.steps) = (files, steps)
    }

    /// What is wrong with a run of all steps; empty if each printed what the page says, and none failed unless the page asks for its status.
    func problems() throws -> [String] {
        let folder = Fixtures.temporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder)/bin", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: "\(folder)/here", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/bin/pthconvert", withDestinationPath: CommandRun.binary)
        for (name, fixture) in files {
            try FileManager.default.copyItem(atPath: Fixtures.path(fixture), toPath: "\(folder)/here/\(name)")
        }
        let mark = "=====\(UInt64.random(in: 0...UInt64.max))"
        var script = ""
        // The status of a command is that of the next, so that a page can show `echo $?`.
        for step in steps {
            script += "{ \(step.command)\n} 2>&1; status=$?; printf '%s %d\\n' '\(mark)' \"$status\"; (exit \"$status\")\n"
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(fileURLWithPath: "\(folder)/here")
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = "\(folder)/bin:" + (environment["PATH"] ?? "")
        environment["XDG_CACHE_HOME"] = "\(folder)/cache"
        process.environment = environment
        let pipe = Pipe()
        (process.standardOutput, process.standardError, process.standardInput) = (pipe, pipe, FileHandle.nullDevice)
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        var found: [String] = []
        var printed: [String] = []
        var next = 0
        // A line of a CSV file ends in a carriage return and a line feed, which are one character.
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init) {
            guard line.hasPrefix(mark) else {
                printed.append(line)
                continue
            }
            guard next < steps.count else { break }
            let step = steps[next]
            let status = line.dropFirst(mark.count + 1)
            let isAsked = next + 1 < steps.count && steps[next + 1].command.hasPrefix("echo $?")
            if status != "0", !isAsked, !step.command.hasPrefix("echo $?") {
                found.append("line \(step.line): \(step.command) ended with \(status): \(printed.joined(separator: "\n"))")
            } else if !DocumentedCommands.matches(trimmed(printed)[...], trimmed(step.output)[...]) {
                let (got, wanted) = (printed.joined(separator: "\n"), step.output.joined(separator: "\n"))
                found.append("line \(step.line): \(step.command) printed\n\(got)\nand not\n\(wanted)")
            }
            printed = []
            next += 1
        }
        if next < steps.count { found.append("\(next) of \(steps.count) commands ran") }
        return found
    }

    private func trimmed(_ lines: [String]) -> [String] {
        var lines = lines
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func matches(_ printed: ArraySlice<String>, _ wanted: ArraySlice<String>) -> Bool {
        guard let first = wanted.first else { return printed.isEmpty }
        if first.trimmingCharacters(in: .whitespaces) == "…" {
            return (printed.startIndex...printed.endIndex).contains { matches(printed[$0...], wanted.dropFirst()) }
        }
        guard let line = printed.first, fits(line[...], first.components(separatedBy: "…")) else { return false }
        return matches(printed.dropFirst(), wanted.dropFirst())
    }

    /// Whether a line consists of these parts with anything between them.
    private static func fits(_ line: Substring, _ parts: [String]) -> Bool {
        guard parts.count > 1 else { return line == parts[0] }
        guard line.hasPrefix(parts[0]), line.count >= parts[0].count + (parts.last?.count ?? 0), line.hasSuffix(parts.last ?? "") else {
            return false
        }
        var rest = line.dropFirst(parts[0].count).dropLast(parts.last?.count ?? 0)
        for part in parts.dropFirst().dropLast() {
            guard let range = rest.range(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }
}
