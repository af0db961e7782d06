import Foundation
import Glibc
import TestSupport
import Testing

/// What only a terminal sees.
@Suite struct TerminalTests {
    /// What `convert` writes to a terminal in place of its standard output and standard error.
    private func onTerminal(_ arguments: [String], _ environment: [String: String] = [:]) throws -> String {
        var (main, side): (Int32, Int32) = (0, 0)
        try #require(openpty(&main, &side, nil, nil, nil) == 0)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandRun.binary)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let terminal = FileHandle(fileDescriptor: side, closeOnDealloc: false)
        (process.standardOutput, process.standardError, process.standardInput) = (terminal, terminal, FileHandle.nullDevice)
        try process.run()
        close(side)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        // A terminal without a writer gives an error.
        while case let count = read(main, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        close(main)
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("Verdicts have colors on a terminal, and nowhere else") func verdictsHaveColors() throws {
        let clean = ["inspect", "--safety", Fixtures.path("training/small_epoch_003.pth")]
        let dangerous = ["inspect", "--safety", Fixtures.path("hostile/stack_global.pkl")]
        #expect(try onTerminal(clean, ["NO_COLOR": ""]).contains("\u{1B}[32m"))
        #expect(try onTerminal(dangerous, ["NO_COLOR": ""]).contains("\u{1B}[31m"))
        #expect(!(try onTerminal(clean, ["NO_COLOR": "1"]).contains("\u{1B}[")))
        #expect(!(try CommandRun(clean, shellPrefix: "unset NO_COLOR;").output.contains("\u{1B}")))
    }

    @Test("Long sentences are wrapped on a terminal, and nowhere else; columns stay") func longSentencesAreWrapped() throws {
        let arguments = ["inspect", Fixtures.path("demo/epoch_008.pth")]
        let shown = try onTerminal(arguments, ["NO_COLOR": "1"]).replacing("\r\n", with: "\n").split(separator: "\n")
        let whole = try CommandRun(arguments).output.split(separator: "\n")
        func words(_ lines: [Substring]) -> [Substring] { lines.flatMap { $0.split(separator: " ") } }
        #expect(words(shown) == words(whole))
        #expect(whole.contains { $0.hasPrefix("  as in reference; ") && $0.count > 200 } && shown.count > whole.count)
        for line in shown where line.count > 80 { #expect(whole.contains(line), "\(line)") }
        #expect(shown.contains { $0.hasPrefix("  as in reference; ") && $0.count <= 80 })
    }

    @Test("Every format's export shows what it does while it lasts") func exportsShowWhatTheyDo() throws {
        let folder = Fixtures.temporaryFolder()
        let shown = try onTerminal([Fixtures.path("models/ir_small.pth"), "\(folder)/m.onnx"])
        for words in ["writing ", "reading back ", "running both networks"] { #expect(shown.contains(words), "\(words)") }
    }
}
