import Foundation

/// One run of the built `convert`.
package struct CommandRun: Sendable {
    /// Exit code; a negative number is the signal that ended it.
    package let status: Int32
    /// Everything it wrote to stdout.
    package let output: String
    /// Everything it wrote to stderr.
    package let errors: String

    /// Runs `convert` with these arguments, after `shellPrefix`, such as `ulimit -f 8;`.
    package init(_ arguments: [String], shellPrefix: String? = nil) throws {
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

    /// The path of the program, which is built together with the tests, into the same folder.
    package static let binary: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let beside = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("convert").path
        // The toolchain may run tests in a helper process of its own, elsewhere.
        return FileManager.default.isExecutableFile(atPath: beside) ? beside : Fixtures.root + "/.build/tests/release/convert"
    }()
}
