import ConvertFiles
import ConvertJSON
import TestSupport
import Testing

/// `--json`: one document on stdout that contains the result, for every command.
@Suite struct ResultJSONTests {
    let folder = Fixtures.temporaryFolder()
    let small = Fixtures.path("models/ir_small.pth")

    private func object(_ arguments: [String], status: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONObject {
        let run = try CommandRun(arguments + ["--json"])
        #expect(run.status == status, "\(run.errors)", sourceLocation: sourceLocation)
        return try #require(try JSONParser.parse(Array(run.output.utf8)).object, sourceLocation: sourceLocation)
    }

    @Test("An export reports what it wrote and how it was checked") func anExportSaysWhatItWroteAndHowItWasChecked() throws {
        let root = try object([small, "\(folder)/x.onnx", "--normalize", "--dtype", "float16"])
        #expect(
            root["source"]?.string == "ir_small.pth" && root["output"]?.string == "\(folder)/x.onnx" && root["format"]?.string == "onnx")
        #expect(root["output_bytes"]?.integer == FileIdentity(path: "\(folder)/x.onnx")?.size)
        #expect(root["network"]?.object?["architecture"]?.string == "ir_resnet18")
        #expect(root["network"]?.object?["contract"]?.object?["mean"]?.double == 127.5)
        #expect(root["changes"]?.object?["dtype"]?.string == "float16" && root["changes"]?.object?["normalized"]?.boolean == true)
        #expect(root["checked"]?.string == "full" && root["verification"]?.object?["same"]?.boolean == true)
        let bare = try object([Fixtures.path("models/branches.pth"), "\(folder)/y.flat"])
        #expect(bare["network"]?.object?["error"]?.string?.isEmpty == false && bare["tensors"]?.integer == 44)
    }

    @Test("slim reports what was dropped and what stayed") func slimmingSaysWhatWentAndWhatStayed() throws {
        let training = Fixtures.path("training/small_epoch_003.pth")
        let root = try object(["slim", training, "\(folder)/x.pth"])
        #expect(root["state_dict"]?.object?["path"]?.string == "backbone_state_dict" && root["tensors"]?.integer == 187)
        let groups = (root["groups"]?.array ?? []).compactMap(\.object)
        #expect(groups.compactMap { $0["bytes"]?.integer }.reduce(0, +) == root["source_bytes"]?.integer)
        #expect(groups.first { $0["name"]?.string == "optimizer" }?["kept"]?.integer == 0)
        #expect(root["left_out"]?.array?.isEmpty == false)
    }

    @Test("align and cache report counts of what they did") func alignmentAndCacheCountWhatTheyDid() throws {
        let bad = Fixtures.path("images/jpeg_cut_in_half.jpg")
        let root = try object(
            ["align", Fixtures.path("images/png_rgb8.png"), bad, "-o", "\(folder)/a", "--preprocess", "resize", "--image-size", "32"],
            status: 1)
        #expect(root["pictures"]?.integer == 2 && root["crops"]?.integer == 1)
        #expect(root["failed"]?.array?.first?.object?["image"]?.string == bad)
        #expect(root["settings"]?.object?["image_size"]?.integer == 32)
        let cache = try object(["cache", "--cache", "\(folder)/none"])
        #expect(cache["files"]?.integer == 0 && cache["folder"]?.string == "\(folder)/none")
        #expect(try object(["cache", "clear", "--cache", "\(folder)/none"])["removed_files"]?.integer == 0)
    }

    @Test("An error leaves standard output empty") func anErrorLeavesTheStandardOutputEmpty() throws {
        for arguments in [
            ["/none.pth", "\(folder)/x.onnx"], ["slim", "/none.pth", "\(folder)/x.pth"],
            ["inspect", "/none"],
            ["run", "/none", "/none.png"], ["score", "/none"],
        ] {
            let run = try CommandRun(arguments + ["--json"])
            #expect(run.status == 2 && run.output.isEmpty && run.errors.hasPrefix("convert: "), "\(run.output) \(run.errors)")
        }
    }
}
