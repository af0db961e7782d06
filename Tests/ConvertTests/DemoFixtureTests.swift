import ConvertFiles
import ConvertJSON
import Foundation
import TestSupport
import Testing

/// The drawn faces and the checkpoint of `make demo`, compared with what PyTorch and NumPy recorded in `expected.json`.
@Suite struct DemoFixtureTests {
    let folder = Fixtures.temporaryFolder()
    let faces = Fixtures.path("demo/faces")
    let pairs = Fixtures.path("demo/pairs.txt")

    private func object(_ path: String) throws -> JSONObject { try #require(try JSONParser.parse(try Fixtures.bytes(path)).object) }

    @Test("MTCNN finds one face in every picture, without doubt") func oneFaceInEveryPicture() throws {
        let expected = try object(Fixtures.path("demo/expected.json"))
        let run = try CommandRun(["align", faces, "-o", "\(folder)/crops"])
        #expect(run.status == 0, "\(run.errors)")
        let images = try #require(try object("\(folder)/crops/faces.json")["images"]?.array).compactMap(\.object)
        #expect(images.count == expected["pictures"]?.integer)
        for image in images {
            let found = (image["faces"]?.array ?? []).compactMap { $0.object?["probability"]?.double }
            #expect(found.count == 1 && found.allSatisfy { $0 >= 0.97 }, "\(image["path"]?.string ?? ""): \(found)")
        }
        let people = Set(images.compactMap { $0["path"]?.string?.split(separator: "/").first })
        #expect(people.count == expected["people"]?.integer)
    }

    @Test("The checkpoint decides the pairs as PyTorch does, fold by fold") func theRecordedFigure() throws {
        let expected = try object(Fixtures.path("demo/expected.json"))
        let name = try #require(expected["checkpoint"]?.string)
        let run = try CommandRun([
            "evaluate", Fixtures.path("demo/\(name)"), "--lfw-root", faces, "--pairs-file", pairs, "--no-cache", "--output-dir",
            "\(folder)/out", "--baseline", Fixtures.path("demo/best_lfw.json"), "--tolerance", "0.1", "--auc-tolerance", "0.0001",
        ])
        #expect(run.status == 0 && run.output.contains("as expected"), "\(run.output) \(run.errors)")
        let metrics = try object("\(folder)/out/metrics.json")
        #expect(metrics["num_pairs"]?.integer == expected["pairs"]?.integer && metrics["num_faces_missed"]?.integer == 0)
        let accuracy = try #require(metrics["ten_fold_accuracy_mean"]?.double)
        #expect(abs(accuracy - (expected["accuracy"]?.double ?? .nan)) < 1e-6 && accuracy > 0.9 && accuracy < 1)
        let rows = String(decoding: try Fixtures.bytes("\(folder)/out/fold_metrics.csv"), as: UTF8.self)
            .split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",") }
        let folds = try #require(expected["folds"]?.array).compactMap(\.object)
        try #require(rows.count == folds.count && rows.allSatisfy { $0.count == 7 })
        for (row, fold) in zip(rows, folds) {
            #expect(abs((Double(row[1]) ?? .nan) - (fold["threshold"]?.double ?? .nan)) < 1e-5, "fold \(row[0])")
            #expect((Int(row[3]) ?? 0) + (Int(row[5]) ?? 0) == fold["right"]?.integer, "fold \(row[0])")
        }
    }

    @Test("The folds of the list share no person") func foldsShareNoPerson() throws {
        let lines = String(decoding: try Fixtures.bytes(pairs), as: UTF8.self).split(separator: "\n").map { $0.split(separator: "\t") }
        let (folds, count) = (10, 40)
        try #require(lines.count == 1 + folds * count && lines[0] == ["10", "20"])
        let people = (0..<folds).map { fold in
            Set(lines[(1 + fold * count)..<(1 + (fold + 1) * count)].flatMap { $0.filter { Int($0) == nil } })
        }
        #expect(people.allSatisfy { $0.count == 4 } && Set(people.joined()).count == 40)
    }

    private func demo(in target: String) throws -> (status: Int32, output: String) {
        let script = Process()
        script.executableURL = URL(fileURLWithPath: "/bin/bash")
        script.arguments = ["\(Fixtures.root)/scripts/demo.sh", CommandRun.binary, target]
        let pipe = Pipe()
        script.standardOutput = pipe
        script.standardError = pipe
        try script.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        script.waitUntilExit()
        return (script.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    @Test("The demo gives the recorded figure by every file, and replaces only its own folder") func theDemo() throws {
        let expected = try object(Fixtures.path("demo/expected.json"))
        let (count, pairs) = (try #require(expected["right"]?.integer), try #require(expected["pairs"]?.integer))
        let right = "\(count) of \(pairs)"
        for _ in 0..<2 {
            let run = try demo(in: "\(folder)/demo")
            #expect(run.status == 0 && !run.output.lowercased().contains("no face found"), "\(run.output)")
            let summary = String(decoding: try Fixtures.bytes("\(folder)/demo/summary.txt"), as: UTF8.self).split(separator: "\n")
            #expect(summary.filter { $0.hasSuffix(right) }.count == 7, "\(summary)")
            let report = run.output.split(separator: "\n").last?.split(separator: " ").last.map(String.init) ?? ""
            #expect(report.hasSuffix("/report.html") && FileIdentity(path: report) != nil, "\(report)")
        }
        Fixtures.write(Array("mine".utf8), to: "\(folder)/own")
        let refused = try demo(in: folder)
        #expect(refused.status == 2 && refused.output.contains("was not made by the demo"), "\(refused.output)")
        #expect(try Fixtures.bytes("\(folder)/own") == Array("mine".utf8))
    }
}
