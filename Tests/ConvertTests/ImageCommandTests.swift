import ConvertFiles
import Foundation
import TestSupport
import Testing

/// `run` and `verify` on pictures.
@Suite struct ImageCommandTests {
    let folder = Fixtures.temporaryFolder()
    let network = Fixtures.path("models/ir_small_torchscript.onnx")
    let picture = Fixtures.path("images/jpeg_420.jpg")

    @Test("A picture gives one line, and files hold all numbers") func aPictureGivesALineAndFilesHoldAllNumbers() throws {
        let run = try CommandRun(["run", network, picture, Fixtures.path("images/png_rgb8.png")])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.split(separator: "\n").count == 2 && run.output.hasPrefix(picture))
        #expect(try CommandRun(["run", network, picture, picture, "-o", "\(folder)/y.npy"]).status == 0)
        let array = try NumpyArray(try MappedFile(path: "\(folder)/y.npy"))
        #expect(array.shape.first == 2 && array.shape.count == 2)
        #expect(try CommandRun(["run", network, picture, "-o", "\(folder)/y.csv"]).status == 0)
        let lines = String(decoding: try Fixtures.bytes("\(folder)/y.csv"), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2 && lines[0] == "image," + (0..<array.shape[1]).map { "e\($0)" }.joined(separator: ","))
        let fields = lines[1].split(separator: ",")
        #expect(fields.first.map(String.init) == picture)
        #expect(fields.dropFirst().compactMap { Float($0) } == Array(array.floats.prefix(array.shape[1])))
    }

    @Test("Mean and scale can be overridden") func meanAndScaleCanBeOverruled() throws {
        let plain = try CommandRun(["run", network, picture]).output
        #expect(try CommandRun(["run", network, picture, "--input-mean", "0", "--input-std", "255"]).output != plain)
    }

    @Test("A damaged picture is named and the others are processed") func aBadPictureIsNamedAndTheOthersAreDone() throws {
        let bad = Fixtures.path("images/jpeg_cut_in_half.jpg")
        Fixtures.write([], to: "\(folder)/empty.png")
        let run = try CommandRun(["run", network, bad, picture, "\(folder)/empty.png", "-o", "\(folder)/y.csv"])
        #expect(run.status == 1)
        #expect(run.errors.contains("\(bad): ends before the picture does") && run.errors.contains("2 of 3 pictures"))
        #expect(
            String(decoding: try Fixtures.bytes("\(folder)/y.csv"), as: UTF8.self).split(separator: "\n").last?.hasPrefix(picture) == true)
        let none = try CommandRun(["run", network, bad, "-o", "\(folder)/none.npy"])
        #expect(none.status == 1 && !FileManager.default.fileExists(atPath: "\(folder)/none.npy"))
    }

    @Test("Pictures and arrays exclude each other") func picturesAndArraysExcludeEachOther() throws {
        #expect(try CommandRun(["run", network, picture, "-i", "x.npy"]).status == 64)
        #expect(try CommandRun(["run", network]).status == 64)
        #expect(try CommandRun(["run", network, folder]).status == 2)
    }

    @Test("A network of any input size takes a single picture at its own size") func aNetworkOfAnySizeTakesOnePictureInItsOwnSize() throws {
        let network = Fixtures.mtcnn + "/pnet.pt"
        let run = try CommandRun(["run", network, Fixtures.path("images/source.png"), "-o", "\(folder)/y.npy"])
        #expect(run.status == 0, "\(run.errors)")
        // 131 × 97 through PNet: 3×3, halved rounding up, 3×3, 3×3.
        #expect(try NumpyArray(try MappedFile(path: "\(folder)/y.npy")).shape.suffix(2) == [44, 61])
        let two = try CommandRun(["run", network, picture, picture])
        #expect(two.status == 2 && two.errors.contains("any size"))
    }

    @Test("verify runs both networks on pictures") func verifyRunsBothNetworksOnPictures() throws {
        let source = Fixtures.path("models/ir_small.pth")
        let pictures = "\(folder)/pictures"
        try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
        for number in 100..<170 {
            Fixtures.write(try Fixtures.bytes(Fixtures.path("images/png_rgb8.png")), to: "\(pictures)/\(number).png")
        }
        let out = "\(folder)/x.onnx"
        #expect(try CommandRun(["export", source, "-o", out]).status == 0)
        let run = try CommandRun(["verify", out, "--against", source, "--images", pictures])
        #expect(run.status == 0 && run.output.contains("64 pictures of \(pictures), the first 64 of 70"), "\(run.output)\(run.errors)")
        let one = try CommandRun(["verify", out, "--against", source, "--images", picture])
        #expect(one.status == 0 && one.output.contains(picture))
        #expect(try CommandRun(["verify", out, "--against", source, "--images", Fixtures.path("images/jpeg_bad_table.jpg")]).status == 2)
    }
}
