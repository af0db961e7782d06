import Exporters
import Files
import Foundation
import JSON
import TestSupport
import Testing
import Verifier

/// What people type: misspelt words, options that mean nothing for what is asked, and the shortest ways to say something.
@Suite struct UsageTests {
    let folder = Fixtures.temporaryFolder()
    let small = Fixtures.path("models/ir_small.pth")
    let bare = Fixtures.path("models/branches.pth")
    let picture = Fixtures.path("images/png_rgb8.png")
    let array = Fixtures.path("models/ir_small_input.npy")
    let scores = Fixtures.path("scores/pair_scores.csv")

    /// Runs and expects a usage error with these words, nothing on stdout, and no file.
    private func refused(_ arguments: [String], _ words: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let run = try CommandRun(arguments)
        #expect(
            run.status == 64 && run.output.isEmpty, "\(arguments): \(run.status) \(run.output) \(run.errors)",
            sourceLocation: sourceLocation)
        for word in words { #expect(run.errors.contains(word), "\(word): \(run.errors)", sourceLocation: sourceLocation) }
        #expect(!run.errors.contains("no such file"), "\(run.errors)", sourceLocation: sourceLocation)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(left.isEmpty, "\(left)", sourceLocation: sourceLocation)
    }

    // MARK: Names

    static let misspelt: [([String], [String])] = [
        (["inpsect", "x.pth"], ["unknown command", "did you mean inspect?"]), (["evalute", "x"], ["did you mean evaluate?"]),
        (["scan", "x.pth"], ["unknown command", "inspect --safety"]),
        (["info", "a.onnx", "b.pth"], ["unknown command", "did you mean inspect?"]),
        (["embed", "m.onnx", "a.jpg"], ["unknown command", "did you mean run?"]), (["diff", "a", "b"], ["unknown command", "verify"]),
        (["inpsect", "x.pth", "--safety"], ["did you mean inspect?"]), (["xyzzy"], ["unknown command", "the commands are inspect, slim"]),
        (["completions", "bash"], ["unknown command"]), (["version"], ["--version"]), (["help", "nosuch"], ["nosuch", "unknown command"]),
        (["-", "x.onnx"], ["standard input"]), (["export", "x.pth", "--ouput", "y.onnx"], ["did you mean --output?"]),
        (["x.pth", "y.onnx", "--normalise"], ["did you mean --normalize?"]),
        (["x.pth", "y.onnx", "--optset", "17"], ["did you mean --opset?"]),
        (["evaluate", "x", "--pairs", "y"], ["did you mean --pairs-file?"]),
        (["evaluate", "x", "--lfw", "y"], ["did you mean --lfw-root?"]),
        (["evaluate", "x", "--batchsize", "4"], ["did you mean --batch-size?"]), (["export", "x", "--state_dict", "y"], ["--state-dict?"]),
        (["inspect", "x", "--timing"], ["it is one of run"]), (["inspect", "x", "--graf"], ["did you mean --graph?"]),
        (["slim", "x.pth", "-o", "--force"], ["--output needs a value"]), (["run", "x", "-i", "-q"], ["--input needs a value"]),
        (["help", "run", "slim"], ["no further argument slim"]), (["x.pth", "y.onnx", "--verbose", "--quiet"], ["--verbose"]),

        (["align", "x", "-o", "y", "--image-size", "112x96"], ["112x96", "square"]),
        (["run", "x", "-z"], ["-z is not an option of run"]), (["cache", "clean"], ["clean", "clear"]),
        (["x.pth", "y.onnx", "--dtype", "float8"], ["--dtype is float8", "see convert export --help"]),
    ]

    @Test(arguments: misspelt) func aMisspeltNameIsAnsweredWithTheNearestOne(_ arguments: [String], _ words: [String]) throws {
        try refused(arguments, words)
    }

    @Test func helpAndVersionAreFoundUnderEveryUsualName() throws {
        let version = try CommandRun(["--version"])
        #expect(version.status == 0 && version.output.hasPrefix("convert 0."))
        #expect(try CommandRun(["-V"]).output == version.output)
        let json = try #require(try JSONParser.parse(Array(try CommandRun(["--version", "--json"]).output.utf8)).object)
        #expect(version.output == "convert \(json["version"]?.string ?? "")\n")
        #expect(try CommandRun(["help", "run"]).output == CommandRun(["run", "--help"]).output)
        #expect(try CommandRun(["help"]).output == CommandRun(["--help"]).output)
        #expect(try CommandRun(["--version", "--nonsense"]).status == 64)
    }

    /// The options that sources name, and those that help pages name.
    @Test func everyOptionStandsInAHelpPage() throws {
        let sources = "\(Fixtures.root)/Sources/convert"
        var named: Set<String> = []
        let pattern = try Regex("\"(--[a-z][a-z-]+)\"")
        for name in try FileManager.default.contentsOfDirectory(atPath: sources) where name.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(sources)/\(name)", encoding: .utf8)
            for match in text.matches(of: pattern) { if let option = match.output[1].substring { named.insert(String(option)) } }
        }
        #expect(named.count > 50)
        var pages = ""
        let commands = ["inspect", "slim", "export", "verify", "run", "align", "evaluate", "score", "cache"]
        for command in commands {
            pages += try CommandRun([command, "--help"]).output
        }
        pages += try CommandRun(["--help"]).output
        for line in pages.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        for option in named.sorted() where !pages.contains(option) {
            // Named in the sources, perhaps for another command to come; then no command takes it.
            for command in commands {
                #expect(try CommandRun([command, option]).errors.contains("is not an option"), "\(command) \(option)")
            }
        }
    }

    // MARK: Shorter ways

    @Test func twoOperandsAreEnoughForVerifyAndSlim() throws {
        let out = "\(folder)/x.pth"
        #expect(try CommandRun(["slim", small, out]).status == 0)
        #expect(try CommandRun(["slim", small, out, "-o", "\(folder)/y.pth"]).status == 64)
        let run = try CommandRun(["verify", out, small])
        #expect(run.status == 0 && run.output.contains("the same network"), "\(run.output) \(run.errors)")
        #expect(try CommandRun(["verify", out, small, out]).status == 64)
        #expect(try CommandRun(["verify", out, small, "--against", small]).status == 64)
        #expect(try CommandRun(["verify", out]).errors.contains("--against FILE"))
    }

    @Test func shortOptionsMayHoldTheirValueOrStandTogether() throws {
        #expect(try CommandRun(["slim", small, "-o\(folder)/x.pth", "-qf"]).output == "")
        #expect(FileIdentity(path: "\(folder)/x.pth") != nil)
        #expect(try CommandRun(["slim", small, "-qx", "-o\(folder)/y.pth"]).status == 64)
    }

    @Test func aFolderAsOutputTakesTheInputsNameOnlyWhereTheFormatIsGiven() throws {
        let target = Fixtures.temporaryFolder()
        try refused([small, target], ["is a folder", "ir_small.onnx"])
        try refused(["slim", small, "\(target)/"], ["is a folder", "ir_small_slim.pth"])
        try refused(["run", small, "-i", array, "-o", target], ["is a folder"])
        #expect(try CommandRun([small, "\(target)/", "--to", "flat"]).status == 0)
        #expect(FileIdentity(path: "\(target)/ir_small.flat") != nil)
    }

    @Test func dtypesMayBeSpeltAsPyTorchsUsersSpellThem() throws {
        for (alias, name) in [("fp16", "float16"), ("half", "float16"), ("bf16", "bfloat16")] {
            #expect(try CommandRun([small, "\(folder)/\(alias).safetensors", "--dtype", alias, "--verify", "none"]).status == 0)
            #expect(try CommandRun([small, "\(folder)/\(alias)2.safetensors", "--dtype", name, "--verify", "none"]).status == 0)
            #expect(try Fixtures.bytes("\(folder)/\(alias).safetensors") == Fixtures.bytes("\(folder)/\(alias)2.safetensors"))
        }
    }

    // MARK: Options without effect

    @Test func whatMeansNothingForAnArrayIsRefused() throws {
        for option in [
            ["--input-mean", "5"], ["--input-std", "7"], ["--preprocess", "resize"], ["--mtcnn-margin", "4"], ["--exif", "follow"],
            ["--selection", "largest"],
        ] {
            try refused(
                ["run", small, "-i", array, "-o", "\(folder)/y.npy"] + option, [option[0], "an array enters the network as it is"])
        }
        for option in [["--exact"], ["--baseline"], ["--timing"], ["--repeat", "2"], ["--threads", "2"], ["--batch-size", "2"]] {
            try refused(["run", small, "-i", array, "-o", "\(folder)/y.npy", "--float64"] + option, [option[0], "--float64"])
        }
    }

    @Test func whatMeansNothingForPicturesIsRefused() throws {
        for option in [["--repeat", "2"], ["--float64"]] { try refused(["run", small, picture] + option, [option[0], "for arrays"]) }
        for option in [["--mtcnn-margin", "4"]] {
            for way in [["run", small, picture], ["align", picture, "-o", "\(folder)/a"]] {
                try refused(way + ["--preprocess", "resize"] + option, [option[0], "--preprocess resize"])
            }
        }
        for option in [["--selection", "largest"], ["--thresholds", "0.5,0.5,0.5"], ["--min-face-size", "30"]] {
            try refused(["run", small, picture, "--preprocess", "resize"] + option, [option[0], "no face is looked for"])
            try refused(["align", picture, "-o", "\(folder)/a", "--preprocess", "resize"] + option, [option[0], "no face is looked for"])
        }
        if FileIdentity(path: "\(Fixtures.mtcnn)/pnet.pt") != nil {
            try refused(["run", "\(Fixtures.mtcnn)/pnet.pt", picture, "--mtcnn-margin", "4"], ["--mtcnn-margin", "takes whole pictures"])
        }
    }

    @Test func whatMeansNothingForBareWeightsIsRefused() throws {
        for option in [
            ["--images", "/nonexistent"], ["-i", "/nonexistent"], ["--atol", "1"], ["--exact"], ["--threads", "1"],
        ] {
            try refused(["verify", bare, "--against", bare] + option, ["holds bare weights"])
        }
        try refused(["verify", small, "--against", small, "--exif", "ignore"], ["--exif", "--images"])
    }

    @Test func whatMeansNothingForAFormatIsRefused() throws {
        try refused([small, "\(folder)/x.safetensors", "--opset", "17"], ["--opset"])
        try refused([small, "\(folder)/x.h5", "--proof", "\(folder)/p"], ["--proof"])
        try refused(["inspect", Fixtures.path("models/ir_small_torchscript.onnx"), "--state-dict", "x"], ["--state-dict", "onnx"])
        try refused([small, "\(folder)/x.onnx", "--exact"], ["--exact needs --evaluate"])
        let folded = Fixtures.temporaryFolder() + "/folded.onnx"
        #expect(try CommandRun([small, folded, "--fold-batchnorm", "--verify", "none"]).status == 0)
        // Normalizations before a convolution stay; those behind one are gone, so that nothing is left to fold.
        try refused([folded, "\(folder)/y.onnx", "--fold-batchnorm"], ["--fold-batchnorm has no effect"])
    }

    @Test func whatMeansNothingForAReportIsRefused() throws {
        for option in [["--keys", "a*"], ["--check"], ["--graph"], ["--dot"], ["--arch", "x"], ["--state-dict", "x"]] {
            try refused(["inspect", "--safety", small] + option, [option[0], "--safety only scans"])
        }
        for kind in ["--graph", "--dot"] {
            for option in [["--keys", "a*"], ["--check"], ["--json"]] {
                try refused(["inspect", kind, small] + option, [option[0], kind])
            }
        }
        for (option, words) in [
            (["--tolerance", "1"], "--expect-accuracy"), (["--auc-tolerance", "0.1"], "--expect-auc"), (["--force"], "--output-dir"),
            (["--lfw-root", "x"], "--output-dir"),
        ] { try refused(["score", scores, "--folds", "5"] + option, [option[0], words]) }
        try refused(["cache", "--quiet"], ["--quiet"])
    }
}
