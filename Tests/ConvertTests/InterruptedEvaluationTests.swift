import ConvertFaces
import ConvertFiles
import Foundation
import TestSupport
import Testing

/// An evaluation that is stopped, and one that follows it.
@Suite struct InterruptedEvaluationTests {
    let folder = Fixtures.temporaryFolder()

    /// Pictures of noise, large enough that detection takes a while.
    private func dataset(_ count: Int) throws -> (root: String, pairs: String) {
        let root = "\(folder)/faces"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        var seed: UInt32 = 1
        for index in 0..<count {
            let pixels = (0..<240 * 240 * 3).map { _ -> UInt8 in
                seed = seed &* 1_664_525 &+ 1_013_904_223
                return UInt8(seed >> 24)
            }
            Fixtures.write(try DecodedImage(width: 240, height: 240, pixels: pixels, name: "noise").png(), to: "\(root)/\(index).png")
        }
        let lines = (0..<count).map { "\($0).png \(($0 + 1) % count).png \($0 % 2)" }
        Fixtures.write(Array(lines.joined(separator: "\n").utf8), to: "\(folder)/pairs.txt")
        return (root, "\(folder)/pairs.txt")
    }

    @Test("Stopping says how to continue, and the next run continues from there")
    func stoppingSaysHowToGoOnAndTheNextRunGoesOnFromThere() throws {
        let (root, pairs) = try dataset(80)
        let cache = "\(folder)/cache"
        func arguments(_ output: String) -> [String] {
            [
                "evaluate", Fixtures.path("models/ir_small.pth"), "--lfw-root", root, "--pairs-file", pairs, "--folds", "2", "--threads",
                "1",
                "--output-dir", "\(folder)/\(output)",
            ]
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandRun.binary)
        process.arguments = arguments("one") + ["--cache", cache]
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        // As soon as some crops are cached.
        func keptBytes() -> Int {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? []
            return names.filter { $0.hasPrefix("crops-") }.compactMap { FileIdentity(path: "\(cache)/\($0)")?.size }.reduce(0, +)
        }
        let limit = ContinuousClock.now + .seconds(60)
        while keptBytes() < 100_000, process.isRunning, ContinuousClock.now < limit { usleep(500) }
        // Like Ctrl-C; SIGINT itself may be ignored if tests run in the background.
        kill(process.processIdentifier, SIGTERM)
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM, "\(said)")
        #expect(said.contains("run the same command again to resume"))
        #expect(FileIdentity(path: "\(folder)/one") == nil)

        let next = try CommandRun(arguments("one") + ["--cache", cache])
        #expect(next.status == 0, "\(next.errors)")
        let kept = next.errors.split(separator: "cached by earlier runs: ").last.flatMap { Int($0.prefix { $0.isNumber }) }
        #expect((1..<80).contains(kept ?? 0), "\(next.errors)")
        // Nothing shows that the work was done in two parts.
        #expect(try CommandRun(arguments("two") + ["--no-cache"]).status == 0)
        for name in ["pair_scores.csv", "metrics.json", "lfw_embeddings.npz"] {
            #expect(try Fixtures.bytes("\(folder)/one/\(name)") == Fixtures.bytes("\(folder)/two/\(name)"), "\(name)")
        }
        for place in ["one", "two", "cache"] {
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(place)").allSatisfy { !$0.hasPrefix(".") })
        }
    }
}
