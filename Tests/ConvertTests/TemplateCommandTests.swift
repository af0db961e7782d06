import ConvertFaces
import ConvertJSON
import Foundation
import TestSupport
import Testing

/// `evaluate --ijb` from drawn pictures compared with `score --ijb` from vectors that `run` made of the same crops.
@Suite struct TemplateCommandTests {
    private let folder = Fixtures.temporaryFolder()
    private let network = Fixtures.path("training/small_epoch_003.pth")

    /// Twelve pictures whose points are the template's own, so that their crops are the pictures; beside them their mirror images.
    private func set(_ change: (String) -> String = { $0 }) throws -> String {
        let template = try #require(FivePointTemplate(width: 112, height: 112))
        for inner in ["meta", "loose_crop", "mirrored"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(inner)", withIntermediateDirectories: true)
        }
        let points = template.points.map { "\($0.x) \($0.y)" }.joined(separator: " ")
        var (pictures, media) = ("", "")
        for index in 0..<12 {
            let name = "p\(index < 10 ? "0" : "")\(index).png"
            var pixels: [UInt8] = []
            for row in 0..<112 {
                for column in 0..<112 {
                    for channel in 0..<3 {
                        pixels.append(UInt8(truncatingIfNeeded: row * (index / 3 + 2) + column * (channel + index % 3 + 1)))
                    }
                }
            }
            let image = try DecodedImage(width: 112, height: 112, pixels: pixels, name: name)
            Fixtures.write(try image.png(), to: "\(folder)/loose_crop/\(name)")
            var turned = pixels
            for row in 0..<112 {
                for column in 0..<112 {
                    for channel in 0..<3 { turned[(row * 112 + column) * 3 + channel] = pixels[(row * 112 + 111 - column) * 3 + channel] }
                }
            }
            let mirrored = try DecodedImage(width: 112, height: 112, pixels: turned, name: name)
            Fixtures.write(try mirrored.png(), to: "\(folder)/mirrored/\(name)")
            pictures += "\(name) \(points) 0.\(90 + index % 7)\n"
            media += "\(name) \(index / 2) \(index % 2 == 0 || index % 4 == 1 ? 7 : 8)\n"
        }
        Fixtures.write(Array(change(pictures).utf8), to: "\(folder)/meta/s_name_5pts_score.txt")
        Fixtures.write(Array(media.utf8), to: "\(folder)/meta/s_face_tid_mid.txt")
        var pairs = ""
        for first in 0..<6 { for second in 0..<6 { pairs += "\(first) \(second) \(first / 2 == second / 2 ? 1 : 0)\n" } }
        Fixtures.write(Array(pairs.utf8), to: "\(folder)/meta/s_template_pair_label.txt")
        return folder
    }

    private func vectors(_ inner: String) throws -> String {
        let output = "\(folder)/\(inner).npy"
        let run = try CommandRun(["run", network, "\(folder)/\(inner)", "-o", output, "--crop", "resize"])
        #expect(run.status == 0, "\(run.errors)")
        return output
    }

    private func rates(_ run: CommandRun) throws -> (rates: [JSONValue], area: Double) {
        #expect(run.status == 0, "\(run.errors)")
        let document = try #require(try JSONParser.parse(run.output.utf8).object)
        #expect(document["num_pictures"]?.integer == 12 && document["num_templates"]?.integer == 6)
        return (try #require(document["tar_at_far"]?.array), try #require(document["roc_auc"]?.double))
    }

    @Test("Rates from pictures are those from the vectors of their crops", arguments: [true, false], ["1", "2"])
    func ratesFromPicturesAreThoseFromVectors(_ usesMirrorImages: Bool, _ threads: String) throws {
        let set = try set()
        let flip = usesMirrorImages ? [] : ["--flip", "none"]
        let made = try rates(try CommandRun(["evaluate", network, "--ijb", set, "--json", "--threads", threads] + flip))
        let mirrored = usesMirrorImages ? ["--mirrored", try vectors("mirrored")] : []
        let given = try rates(try CommandRun(["score", "--ijb", set, "--embeddings", try vectors("loose_crop"), "--json"] + mirrored))
        #expect(made.area == given.area && made.area > 0 && made.area < 1)
        for (one, other) in zip(made.rates, given.rates) {
            for rule in ["nearest", "at_most"] {
                let (one, other) = (one.object?[rule]?.object, other.object?[rule]?.object)
                #expect(one?["true_accepts"]?.integer == other?["true_accepts"]?.integer)
                #expect(one?["false_accepts"]?.integer == other?["false_accepts"]?.integer)
            }
        }
    }

    @Test("Mirrored points, and points outside of the picture, are counted and named") func oddPointsAreNamed() throws {
        let set = try set { text in
            text.split(separator: "\n").enumerated().map { index, line in
                var fields = line.split(separator: " ").map(String.init)
                if index == 3 { fields.replaceSubrange(1...4, with: [fields[3], fields[4], fields[1], fields[2]]) }
                if index == 5 { for place in 1...10 { fields[place] = "\((Double(fields[place]) ?? 0) + 9000)" } }
                return fields.joined(separator: " ") + "\n"
            }.joined()
        }
        let run = try CommandRun(["evaluate", network, "--ijb", set, "--json"])
        let document = try #require(try JSONParser.parse(run.output.utf8).object)
        #expect(document["mirrored_points"]?.string == "1 of 12, first p03.png")
        #expect(document["points_outside"]?.string == "1 of 12, first p05.png")
        #expect(document["damaged_pictures"] == nil)
    }

    @Test("A picture is turned as its EXIF orientation says, and a damaged one is reported") func turnedAndDamagedPictures() throws {
        let set = try set()
        let upright = try rates(try CommandRun(["evaluate", network, "--ijb", set, "--json"]))
        // Stored as its mirror image, with the orientation that says so.
        let mirrored = try Fixtures.bytes("\(folder)/mirrored/p04.png")
        let tagged = PictureBytes.png(mirrored, chunk: "eXIf", PictureBytes.tiff(orientation: 2, isLittle: true))
        Fixtures.write(tagged, to: "\(folder)/loose_crop/p04.png")
        let turned = try rates(try CommandRun(["evaluate", network, "--ijb", set, "--json", "--flip", "none"]))
        Fixtures.write(mirrored, to: "\(folder)/loose_crop/p04.png")
        let stored = try rates(try CommandRun(["evaluate", network, "--ijb", set, "--json", "--flip", "none"]))
        try FileManager.default.removeItem(atPath: "\(folder)/loose_crop/p04.png")
        try FileManager.default.copyItem(atPath: Fixtures.path("images/jpeg_marker_in_scan.jpg"), toPath: "\(folder)/loose_crop/p04.png")
        let run = try CommandRun(["evaluate", network, "--ijb", set, "--json"])
        #expect(try rates(run).area != upright.area)
        let document = try #require(try JSONParser.parse(run.output.utf8).object)
        #expect(document["damaged_pictures"]?.string == "1 of 12, first p04.png" && run.errors.contains("p04.png"), "\(run.errors)")
        #expect(turned.rates != stored.rates || turned.area != stored.area)
        _ = try self.set()
        #expect(try rates(try CommandRun(["evaluate", network, "--ijb", folder, "--json", "--flip", "none"])).area == turned.area)
    }

    @Test("Points that coincide, a missing picture and options of pairs are refused") func whatIsWrongIsRefused() throws {
        let coinciding = try CommandRun([
            "evaluate", network, "--ijb",
            try set { text in text.split(separator: "\n").map { "\($0.prefix(7))" + String(repeating: " 5", count: 10) + " 1\n" }.joined()
            },
        ])
        #expect(coinciding.status == 2 && coinciding.errors.contains("its five points coincide"), "\(coinciding.errors)")
        let whole = try CommandRun(["evaluate", network, "--ijb", try set()])
        #expect(whole.status == 0 && whole.output.contains("too few pairs"), "\(whole.errors)")
        try FileManager.default.removeItem(atPath: "\(folder)/loose_crop/p03.png")
        let gone = try CommandRun(["evaluate", network, "--ijb", folder])
        #expect(gone.status == 2 && gone.errors.contains("p03.png"), "\(gone.errors)")
        for surplus in [["--flip", "concatenate"], ["--folds", "3"], ["--crop", "mtcnn"]] {
            #expect(try CommandRun(["evaluate", network, "--ijb", folder] + surplus).status == 64, "\(surplus)")
        }
    }
}
