import ConvertFaces
import ConvertFiles
import ConvertJSON
import Foundation
import TestSupport
import Testing

/// EXIF orientation: `run` follows it, `align` and `evaluate` use pictures as stored, and `--exif` overrides both.
@Suite struct OrientationCommandTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")

    /// A drawn picture that looks different in every orientation.
    private func drawn(_ seed: Int) throws -> DecodedImage {
        let pixels = (0..<48 * 40 * 3).map { place in
            UInt8(clamping: (place / 3 % 48) * 3 + (place / 144) * 2 + (place % 3) * 20 + (place * seed * 7919) % 31)
        }
        return try DecodedImage(width: 48, height: 40, pixels: pixels, name: "drawn")
    }

    private func write(_ image: DecodedImage, _ name: String, orientation: UInt16? = nil) throws {
        var bytes = try image.png()
        if let orientation {
            bytes = PictureBytes.png(bytes, chunk: "eXIf", PictureBytes.tiff(orientation: orientation, isLittle: orientation % 2 == 0))
        }
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(atPath: PathText.folder(path), withIntermediateDirectories: true)
        Fixtures.write(bytes, to: path)
    }

    private func numbers(_ name: String, _ options: [String] = []) throws -> (String, String) {
        let run = try CommandRun(["run", network, "\(folder)/\(name)", "--preprocess", "resize", "--json"] + options)
        #expect(run.status == 0, "\(run.errors)")
        let root = try JSONParser.parse(Array(run.output.utf8)).object
        return (root?["images"]?.array?.first?.object?["embedding"]?.text() ?? "", run.errors)
    }

    @Test("run follows the orientation unless told not to") func runFollowsItUnlessToldNotTo() throws {
        let image = try drawn(1)
        try write(image, "stored.png")
        for orientation in PictureOrientation.allCases {
            try write(image, "turned.png", orientation: UInt16(orientation.rawValue))
            try write(image.turned(orientation), "upright.png")
            let (followed, words) = try numbers("turned.png")
            #expect(followed == (try numbers("upright.png")).0 && !words.contains("stored rotated"), "\(orientation) \(words)")
            let (ignored, remark) = try numbers("turned.png", ["--exif", "ignore"])
            #expect(ignored == (try numbers("stored.png")).0, "\(orientation)")
            #expect(remark.contains("1 of 1 picture is stored rotated") == (orientation != .asStored), "\(remark)")
            if orientation != .asStored { #expect(followed != ignored, "\(orientation)") }
        }
        #expect(try CommandRun(["run", network, "\(folder)/turned.png", "--exif", "maybe"]).status == 64)
    }

    @Test("align keeps the reference's behavior and reports rotated pictures once")
    func alignKeepsTheReferencesWayAndReportsTurnedPicturesOnce() throws {
        for seed in 1...3 { try write(try drawn(seed), "in/\(seed).png", orientation: seed == 1 ? 1 : 6) }
        func digests(_ name: String, _ options: [String]) throws -> ([String?], String, JSONObject) {
            let run = try CommandRun(
                ["align", "\(folder)/in", "-o", "\(folder)/\(name)", "--preprocess", "resize", "--image-size", "40"] + options)
            #expect(run.status == 0, "\(run.errors)")
            let root = try #require(try JSONParser.parse(try Fixtures.bytes("\(folder)/\(name)/faces.json")).object)
            return ((root["images"]?.array ?? []).map { $0.object?["sha256_rgb_hwc"]?.string }, run.errors, root)
        }
        func expected(_ turn: (Int) -> PictureOrientation) throws -> [String?] {
            try (1...3).map { SHA256Digest(of: try drawn($0).turned(turn($0)).resized(width: 40, height: 40).pixels).text }
        }
        let (usual, words, table) = try digests("a", [])
        #expect(usual == (try expected { _ in .asStored }) && table["exif"] == nil)
        #expect(words.filter { $0 == "\n" }.count == 1 && words.contains("2 of 3 pictures are stored rotated"), "\(words)")
        let (followed, silent, other) = try digests("b", ["--exif", "follow"])
        #expect(followed == (try expected { $0 == 1 ? .asStored : .clockwise }) && silent.isEmpty && other["exif"]?.string == "follow")
        #expect(
            other["images"]?.array?.last?.object?["width"]?.integer == 40 && other["images"]?.array?.last?.object?["height"]?.integer == 48)
    }

    @Test("Cached crops of a different orientation are never used") func keptCropsOfAnotherOrientationAreNeverUsed() throws {
        var lines: [String] = []
        for person in 0..<4 {
            for shot in 0..<2 {
                try write(try drawn(person * 2 + shot + 1), "in/P\(person)/\(shot).png", orientation: UInt16(shot == 0 ? 6 : 1))
            }
            lines.append("P\(person)/0.png P\(person)/1.png 1")
            lines.append("P\(person)/0.png P\((person + 1) % 4)/1.png 0")
        }
        Fixtures.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "\(folder)/pairs.txt")
        func scores(_ name: String, _ options: [String]) throws -> ([UInt8], String) {
            let run = try CommandRun(
                [
                    "evaluate", network, "--lfw-root", "\(folder)/in", "--pairs-file", "\(folder)/pairs.txt", "--preprocess", "resize",
                    "--folds", "2", "--output-dir", "\(folder)/\(name)",
                ] + options)
            #expect(run.status == 0, "\(run.errors)")
            return (try Fixtures.bytes("\(folder)/\(name)/pair_scores.csv"), run.errors)
        }
        let cache = ["--cache", "\(folder)/cache"]
        let (ignored, remark) = try scores("a", cache)
        #expect(remark.contains("4 of 8 pictures are stored rotated"), "\(remark)")
        let (followed, silent) = try scores("b", cache + ["--exif", "follow"])
        #expect(followed != ignored && !silent.contains("stored rotated"))
        #expect(followed == (try scores("c", ["--no-cache", "--exif", "follow"])).0)
        // From the cache, with the same remark.
        let (again, same) = try scores("d", cache)
        #expect(again == ignored && same.contains("cached by earlier runs: 8 crops") && same.contains("4 of 8 pictures are stored rotated"))
    }

    @Test("Pictures are found under a different extension than the pairs have")
    func picturesUnderAnotherEndingThanThePairsSayAreFound() throws {
        var lines: [String] = []
        for person in 0..<4 {
            for shot in 0..<2 { try write(try drawn(person * 2 + shot + 1), "in/P\(person)/\(shot).png") }
            lines.append("P\(person)/0.jpg,P\(person)/1.jpg,1")
            lines.append("P\(person)/0.jpg,P\((person + 1) % 4)/1.jpg,0")
        }
        Fixtures.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "\(folder)/pairs.csv")
        func run(_ pairs: String) throws -> CommandRun {
            try CommandRun([
                "evaluate", network, "--lfw-root", "\(folder)/in", "--pairs-file", "\(folder)/\(pairs)", "--preprocess", "resize",
                "--folds", "2",
                "--no-cache", "--json",
            ])
        }
        let found = try run("pairs.csv")
        #expect(found.status == 0 && found.errors.contains("8 of 8 pictures exist as .png where the pairs say .jpg"), "\(found.errors)")
        Fixtures.write(
            try Fixtures.bytes("\(folder)/pairs.csv").split(separator: 0x2C).joined(separator: [0x20]).map(\.self),
            to: "\(folder)/pairs.txt")
        let text = String(decoding: try Fixtures.bytes("\(folder)/pairs.txt"), as: UTF8.self).replacing(".jpg", with: ".png")
        Fixtures.write(Array(text.utf8), to: "\(folder)/pairs.txt")
        let plain = try run("pairs.txt")
        let figures = try [found, plain].map { try #require(try JSONParser.parse(Array($0.output.utf8)).object) }
        #expect(!plain.errors.contains("are there as") && figures[0]["roc_auc"] == figures[1]["roc_auc"] && figures[0]["roc_auc"] != nil)
    }
}
