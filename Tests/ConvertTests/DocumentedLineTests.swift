import Foundation
import TestSupport
import Testing

/// Command lines that pages of the documentation show without their output run, with files of the fixtures in the reader's place.
@Suite struct DocumentedLineTests {
    /// A page's lines, files for them, and what has to be done first.
    private struct Page {
        let name: String
        var files: [String] = []
        var preparation: [String] = []
        /// Words that only work with the reader's own files, and what replaces them here.
        var replaced: [(String, String)] = []
    }

    private static let published = "../../shared/lfw/published_pair_scores.csv"
    private static let pages = [
        Page(
            name: "evaluation",
            files: [
                "epoch_024.pth=demo/epoch_008.pth", "lfw-deepfunneled=demo/faces", "photographs=demo/faces", "pairs.txt=demo/pairs.txt",
                "own_pairs.txt=scores/pairs.txt", "vectors.npz=scores/embeddings_stored.npz", "lfw.bin=sets/python3_protocol2.bin",
                "cfp_fp.bin=sets/python3_protocol2.bin", "agedb_30.bin=sets/python3_protocol2.bin",
            ],
            preparation: [
                "cp epoch_024.pth epoch_022.pth", "pthconvert epoch_024.pth epoch_024.onnx --quiet", "cp epoch_024.onnx arcface.onnx",
                "mkdir exports && cp epoch_024.onnx exports",
            ],
            replaced: [
                // The stand-in's list is not LFW's, and its photographs are of sixteen people.
                ("--pairs-file pairs.txt --embeddings vectors.npz", "--pairs-file own_pairs.txt --folds 5 --embeddings vectors.npz"),
                ("--pairs 6000", "--pairs 240"),
            ]),
        Page(
            name: "faces", files: ["lfw-deepfunneled=demo/faces", "photo.jpg=demo/faces/Ada_Ambrel/Ada_Ambrel_0001.jpg"]),
        Page(
            name: "families", files: ["FILE=demo/epoch_008.pth"], preparation: ["pthconvert families ir_resnet > mine.family"]),
        Page(name: "graph-text", files: ["epoch_024.pth=demo/epoch_008.pth"]),
        Page(
            name: "safety", files: ["epoch_024.pth=demo/epoch_008.pth"],
            preparation: ["mkdir models && cp epoch_024.pth models", "echo '# none yet' > reviewed.txt"]),
    ]

    /// The indented command lines of a page; what comes after several spaces explains them.
    private static func lines(_ page: String) throws -> [String] {
        let text = String(decoding: try Fixtures.bytes(Fixtures.path("../docs/\(page).md")), as: UTF8.self)
        return text.split(separator: "\n").filter { $0.hasPrefix("    pthconvert ") }.map { line in
            let command = line.dropFirst(4)
            return String(command.range(of: "   ").map { command[..<$0.lowerBound] } ?? command)
        }
    }

    @Test("Every page with command lines is known here") func allPages() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Fixtures.path("../docs")).filter { $0.hasSuffix(".md") }
        let withLines = try names.map { String($0.dropLast(3)) }.filter { try !DocumentedLineTests.lines($0).isEmpty }
        #expect(Set(withLines) == Set(DocumentedLineTests.pages.map(\.name)))
    }

    @Test("Command lines run as they stand", arguments: pages.map(\.name)) func linesRun(_ name: String) throws {
        let page = try #require(DocumentedLineTests.pages.first { $0.name == name })
        var (files, commands) = (page.files, page.preparation)
        for line in try DocumentedLineTests.lines(name) {
            if line.contains("--expect-accuracy 94.7167") {
                // Only the published scores have that accuracy.
                guard FileManager.default.fileExists(atPath: Fixtures.path(DocumentedLineTests.published)) else {
                    print("Left out, as the published scores are not here: \(line)")
                    continue
                }
                files.append("pair_scores.csv=\(DocumentedLineTests.published)")
            }
            commands.append(page.replaced.reduce(line) { $0.replacingOccurrences(of: $1.0, with: $1.1) })
        }
        #expect(commands.count > page.preparation.count)
        let block = commands.map { "$ \($0)\n…\n" }.joined()
        for problem in try DocumentedCommands("<!-- files: \(files.joined(separator: " ")) -->\n```console\n\(block)```\n").problems() {
            Issue.record("docs/\(name).md, \(problem)")
        }
    }
}
