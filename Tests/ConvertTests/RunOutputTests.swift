import ConvertFiles
import ConvertJSON
import Foundation
import TestSupport
import Testing

@testable import Verifier

/// Where and how `run` writes: `.npy .npz .csv .json .jsonl` and standard output.
@Suite struct RunOutputTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")
    let pictures = [Fixtures.path("images/png_rgb8.png"), Fixtures.path("images/jpeg_420.jpg")]

    private func run(_ arguments: [String]) throws -> CommandRun {
        try CommandRun(["run", network] + pictures + ["--preprocess", "resize"] + arguments)
    }

    private func object(_ text: String) throws -> JSONObject { try #require(try JSONParser.parse(Array(text.utf8)).object) }

    private func text(_ name: String) throws -> String { String(decoding: try Fixtures.bytes("\(folder)/\(name)"), as: UTF8.self) }

    @Test("Numbers that are not finite are reported") func numbersThatAreNotFiniteAreReported() throws {
        let broken = try run(["--input-std", "1e-38", "-o", "\(folder)/n.npy"])
        #expect(broken.errors.contains("of the 32 numbers that came out are NaN or infinite"), "\(broken.errors)")
        let sound = try run(["-o", "\(folder)/s.npy"])
        #expect(sound.status == 0 && !sound.errors.contains("NaN"), "\(sound.errors)")
    }

    @Test("Every form holds the same numbers under the same names") func everyFormHoldsTheSameNumbersUnderTheSameNames() throws {
        for ending in ["npy", "npz", "csv", "json", "jsonl", "NPY"] {
            let made = try run(["-o", "\(folder)/y.\(ending)"])
            #expect(made.status == 0 && made.output.contains("y.\(ending)"), "\(made.errors)")
        }
        let expected = try NumpyArray(try MappedFile(path: "\(folder)/y.npy"))
        #expect(expected.shape == [2, 16] && expected.element == .float32)
        #expect(try Fixtures.bytes("\(folder)/y.npy") == Fixtures.bytes("\(folder)/y.NPY"))
        let rows = [Array(expected.floats[..<16]), Array(expected.floats[16...])]

        let lines = try text("y.csv").split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
        #expect(lines.count == 3 && lines[0][0] == "image" && lines[0].count == 17)
        #expect(lines.dropFirst().map { $0[0] } == pictures && lines.dropFirst().map { $0.dropFirst().compactMap { Float($0) } } == rows)

        let whole = try object(try text("y.json"))
        let images = (whole["images"]?.array ?? []).compactMap(\.object)
        let each = try text("y.jsonl").split(separator: "\n").map { try object(String($0)) }
        for found in [images, each] {
            #expect(found.map { $0["image"]?.string } == pictures)
            #expect(found.map { ($0["embedding"]?.array ?? []).compactMap(\.double).map { Float($0) } } == rows)
        }
        #expect(whole["shape"] == .array([.integer(16)]) && whole["model"]?.string == "ir_small_torchscript.onnx")

        let archive = try ZipArchive(try MappedFile(path: "\(folder)/y.npz").bytes)
        func entry(_ name: String) throws -> ByteView { try archive.contents(of: try #require(archive.entry(named: name))) }
        #expect(try NumpyTextArray(try entry("paths.npy")).texts == pictures)
        #expect(try NumpyArray(try entry("embeddings.npy")).floats == expected.floats)
    }

    @Test("score reads what run writes") func whatIsWrittenIsReadByScore() throws {
        for ending in ["npz", "csv"] {
            // Paths relative to the pictures' folder, as pairs name them.
            let inside = try CommandRun(
                ["run", network, "png_rgb8.png", "jpeg_420.jpg", "png_grey8.png", "--preprocess", "resize", "-o", "\(folder)/e.\(ending)"],
                shellPrefix: "cd '\(Fixtures.path("images"))';")
            #expect(inside.status == 0, "\(inside.errors)")
        }
        let lines = [
            "png_rgb8.png,jpeg_420.jpg,1", "png_rgb8.png,png_grey8.png,0", "jpeg_420.jpg,png_grey8.png,0", "png_grey8.png,png_grey8.png,1",
        ]
        Fixtures.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "\(folder)/pairs.csv")
        let outputs = try ["npz", "csv"].map { ending in
            let run = try CommandRun([
                "score", "--pairs-file", "\(folder)/pairs.csv", "--embeddings", "\(folder)/e.\(ending)", "--folds", "2", "--json",
            ])
            #expect(run.status == 0, "\(run.errors)")
            return try object(run.output)["ten_fold_accuracies"]
        }
        #expect(outputs[0] != nil && outputs[0] == outputs[1])
    }

    @Test("A dash means standard output") func aDashIsTheStandardOutput() throws {
        let made = try CommandRun(
            ["run", network, pictures[0], "--preprocess", "resize", "-o", "-"], shellPrefix: "cd '\(folder)';")
        #expect(made.status == 0 && made.output.hasPrefix("image,e0,"), "\(made.output)")
        #expect(made.output.split(separator: "\n").count == 2 && made.output.contains("\(pictures[0]),"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        #expect(try run(["-o", "-", "--json"]).status == 64)
    }

    @Test("Other extensions are refused before anything is read", arguments: ["txt", "pdf", "npy.gz", "h5"])
    func otherEndingsAreRefusedBeforeAnythingIsRead(_ ending: String) throws {
        let refused = try CommandRun(["run", "/none.onnx", "/none.png", "-o", "\(folder)/y.\(ending)"])
        #expect(refused.status == 64 && refused.errors.contains(".\(PathText.ending("y." + ending))") && refused.errors.contains(".jsonl"))
        #expect(try CommandRun(["run", "/none.onnx", "/none.png", "-o", "\(folder)/y"]).errors.contains("no ending"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test("JSON is one document with what was found and what was not") func jsonIsOneDocumentWithWhatWasFoundAndWhatWasNot() throws {
        let bad = Fixtures.path("images/jpeg_cut_in_half.jpg")
        let made = try run([bad, "--json", "--timing"])
        let root = try object(made.output)
        #expect(made.status == 1 && root["images"]?.array?.count == 2)
        #expect(root["failed"]?.array?.first?.object?["image"]?.string == bad)
        #expect((root["timing"]?.object?["milliseconds"]?.double ?? 0) > 0 && (root["timing"]?.object?["steps"]?.array?.count ?? 0) > 3)
        let written = try object(try run(["--json", "-o", "\(folder)/y.npy"]).output)
        #expect(written["output"]?.string == "\(folder)/y.npy" && written["images"]?.array?.first?.object?["embedding"] == nil)
        let array = try object(try CommandRun(["run", network, "-i", Fixtures.path("models/ir_small_input.npy"), "--json"]).output)
        #expect(array["images"]?.array?.map { $0.object?["image"]?.integer } == [0, 1, 2])
    }

    @Test("Timing reports milliseconds for pictures and for arrays") func timingTellsMillisecondsForPicturesAsForArrays() throws {
        let pictures = try run(["--timing"])
        #expect(pictures.status == 0 && pictures.errors.contains(" ms in all, for 2 images at once"), "\(pictures.errors)")
        #expect(pictures.errors.contains("2 pictures: ") && pictures.errors.contains("ms each in the network"))
        let array = try CommandRun(["run", network, "-i", Fixtures.path("models/ir_small_input.npy"), "--timing"])
        #expect(array.status == 0 && array.errors.contains(" ms in all, for 3 images at once"), "\(array.errors)")
    }

    /// An array of 1 × 3 × 112 × 112 numbers with this header.
    private func array(_ kind: String, _ bytes: [UInt8], order: String = "False") -> String {
        var header = "{'descr': '\(kind)', 'fortran_order': \(order), 'shape': (1, 3, 112, 112), }"
        header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        Fixtures.write([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + bytes, to: "\(folder)/x.npy")
        return "\(folder)/x.npy"
    }

    @Test("Arrays of other number types are accepted and reported") func arraysOfOtherNumbersAreTakenAndSaid() throws {
        let pixels = (0..<3 * 112 * 112).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let plain = try CommandRun(["run", network, "-i", array("<f4", pixels.flatMap { ArchiveBytes.little(Float($0).bitPattern) })])
        #expect(plain.status == 0 && !plain.errors.contains("note: "), "\(plain.errors)")
        let bytes = try CommandRun(["run", network, "-i", array("|u1", pixels)])
        #expect(bytes.output == plain.output && bytes.errors.contains("holds uint8, taken as finished input"), "\(bytes.errors)")
        #expect(try CommandRun(["run", network, "-i", array("|u1", pixels), "--quiet"]).errors.isEmpty)
        let doubles = try CommandRun(["run", network, "-i", array("<f8", pixels.flatMap { ArchiveBytes.little(Double($0).bitPattern) })])
        #expect(doubles.output == plain.output && doubles.errors.contains("float64, rounded to float32"))
        let big = pixels.flatMap { Array(ArchiveBytes.little(Float($0).bitPattern).reversed()) }
        #expect(try CommandRun(["run", network, "-i", array(">f4", big)]).output == plain.output)
        // Channels vary fastest, then rows, then columns.
        var turned: [UInt8] = []
        for column in 0..<112 {
            for row in 0..<112 { for channel in 0..<3 { turned.append(pixels[(channel * 112 + row) * 112 + column]) } }
        }
        #expect(try CommandRun(["run", network, "-i", array("|u1", turned, order: "True"), "--quiet"]).output == plain.output)
        let objects = try CommandRun(["run", network, "-i", array("|O", pixels)])
        #expect(objects.status == 2 && objects.errors.contains("elements of |O"), "\(objects.errors)")
    }
}
