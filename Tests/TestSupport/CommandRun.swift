import Foundation

/// One run of the built `convert`.
public struct CommandRun: Sendable {
    /// Exit code; a negative number is the signal that ended it.
    public let status: Int32
    /// What it printed.
    public let output: String
    /// What it said on stderr.
    public let errors: String

    /// Runs `convert` with these arguments; `shellPrefix` is put before it, such as `ulimit -f 8;`.
    public init(_ arguments: [String], shellPrefix: String? = nil) throws {
        let binary = CommandRun.binary
        let process = Process()
        if let shellPrefix {
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", "\(shellPrefix) exec \"$0\" \"$@\"", binary] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: binary)
            process.arguments = arguments
        }
        let (out, err) = (Pipe(), Pipe())
        process.standardOutput = out
        process.standardError = err
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // Errors are one line, so they cannot fill their pipe while the output is read.
        let output = out.fileHandleForReading.readDataToEndOfFile()
        let errors = err.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        status = process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
        self.output = String(decoding: output, as: UTF8.self)
        self.errors = String(decoding: errors, as: UTF8.self)
    }

    /// The program that was built together with the tests, beside them.
    public static let binary: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let beside = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("convert").path
        // Tests may be run by a helper of the toolchain that loads them.
        return FileManager.default.isExecutableFile(atPath: beside) ? beside : Fixtures.root + "/.build/tests/release/convert"
    }()
}
