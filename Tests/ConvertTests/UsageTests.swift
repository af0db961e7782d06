import Arguments
import ConvertFiles
import ConvertJSON
import Exporters
import Foundation
import TestSupport
import Testing
import Verifier

@testable import convert

/// What people type: misspelled words, options without effect, and abbreviations.
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
        (["embed", "m.onnx", "a.jpg"], ["unknown command", "did you mean run?"]),
        (["delta", "a", "b"], ["unknown command", "did you mean diff?"]),
        (["inpsect", "x.pth", "--safety"], ["did you mean inspect?"]),
        (["xyzzy"], ["unknown command", "the commands are inspect, diff, slim"]),
        (["completions", "tcsh"], ["takes bash, zsh or fish, not tcsh"]), (["version"], ["--version"]),
        (["help", "nosuch"], ["nosuch", "unknown command"]),
        (["-", "x.onnx"], ["standard input"]), (["export", "x.pth", "--ouput", "y.onnx"], ["did you mean --output?"]),
        (["x.pth", "y.onnx", "--normolize"], ["did you mean --normalize?"]),
        (["x.pth", "y.onnx", "--dtype", "float61"], ["did you mean float16?"]),
        (["-q", "inspect", "x.pth"], ["inspect comes after options"]), (["--help", "--json"], ["no further argument --json"]),
        (["help", "help", "foo"], ["no further argument foo"]), (["run", "m", "a.png", "-q", "--verbose"], ["exclude each other"]),
        (["evaluate", "m", "--crops", "c", "--lfw-root", "r", "--pairs-file", "p"], ["--lfw-root has no effect here"]),
        (["evaluate", "m", "--graph-text", "g", "--backbone", "b"], ["--graph-text and --backbone exclude each other"]),
        (["x.pth", "y.onnx", "--optset", "17"], ["did you mean --opset?"]),
        (["evaluate", "x", "--pairs", "y"], ["did you mean --pairs-file?"]),
        (["evaluate", "x", "--lfw", "y"], ["did you mean --lfw-root?"]),
        (["evaluate", "x", "--batchsize", "4"], ["did you mean --batch-size?"]), (["export", "x", "--state_dict", "y"], ["--state-dict?"]),
        (["inspect", "x", "--timing"], ["it is one of run"]), (["inspect", "x", "--graf"], ["did you mean --graph?"]),
        (["slim", "x.pth", "-o", "--force"], ["--output needs a value"]), (["run", "x", "-i", "-q"], ["--input needs a value"]),
        (["help", "run", "slim"], ["no further argument slim"]), (["x.pth", "y.onnx", "--verbose", "--quiet"], ["--verbose"]),

        (["align", "x", "-o", "y", "--image-size", "112x4"], ["112x4", "from 8 to 4096"]),
        (["run", "x", "-z"], ["-z is not an option of run"]), (["cache", "clean"], ["cache takes clear or nothing, not clean"]),
        (["x.pth", "y.onnx", "--dtype", "float8"], ["--dtype is float8", "see convert export --help"]),
    ]

    @Test("A misspelled name is answered with the closest one", arguments: misspelt) func aMisspeltNameIsAnsweredWithTheNearestOne(
        _ arguments: [String], _ words: [String]
    ) throws {
        try refused(arguments, words)
    }

    @Test("Help and version are found under every common name") func helpAndVersionAreFoundUnderEveryUsualName() throws {
        let version = try CommandRun(["--version"])
        #expect(version.status == 0 && version.output.hasPrefix("convert 0."))
        #expect(try CommandRun(["-V"]).output == version.output)
        let json = try #require(try JSONParser.parse(Array(try CommandRun(["--version", "--json"]).output.utf8)).object)
        #expect(version.output == "convert \(json["version"]?.string ?? "")\n")
        #expect(json["format_version"]?.integer == 1 && json["name"]?.string == "pthconvert")
        #expect(try CommandRun(["help", "run"]).output == CommandRun(["run", "--help"]).output)
        #expect(try CommandRun(["help"]).output == CommandRun(["--help"]).output)
        #expect(try CommandRun(["--version", "--nonsense"]).status == 64)
    }

    @Test("Every option of every command appears in its help page, in all completion scripts and in the manual page")
    func everyOptionIsShownEverywhere() throws {
        let program = Convert.program(named: "convert")
        let scripts = Completions.Shell.allCases.map { Completions(program).script($0) }
        let manual = ManualPage(program).text.replacing("\\-", with: "-")
        var count = 0
        for command in program.commands {
            let page = HelpPage(program).text(command)
            for option in command.options.map(\.declaration) {
                count += 1
                #expect(page.contains(option.synopsis), "\(command.name) \(option.name)")
                #expect(manual.contains(option.synopsis), "\(command.name) \(option.name)")
                for script in scripts { #expect(script.contains(option.name.dropFirst(2)), "\(command.name) \(option.name)") }
                let shown = option.description(in: command)
                for match in shown.matches(of: /; (?:needs|not with) (-[^;\[]*)/) {
                    for other in match.output.1.matches(of: /--[a-z-]+/) {
                        #expect(command.options.contains { $0.declaration.name == other.output }, "\(command.name) \(shown)")
                    }
                }
                for other in option.conflicts + option.needs {
                    let isKnown = program.commands.contains { $0.options.contains { $0.declaration.name == other } }
                    #expect(isKnown, "\(option.name) names \(other)")
                }
            }
            for line in page.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
            #expect(try CommandRun([command.name, "--help"]).output == page + "\n", "\(command.name)")
        }
        #expect(count > 150)
    }

    @Test("bash accepts the completion script and completes options and choices") func bashCompletes() throws {
        let script = "\(Fixtures.temporaryFolder())/convert.bash"
        let name = "convert"
        Fixtures.write(Array(Completions(Convert.program(named: name)).script(.bash).utf8), to: script)
        func completed(_ words: [String]) throws -> [String] {
            let list = words.map { "'\($0)'" }.joined(separator: " ")
            let call =
                "source \(script); COMP_WORDS=(\(name) \(list)); COMP_CWORD=\(words.count); "
                + "$(complete -p \(name) | sed 's/.*-F \\([^ ]*\\).*/\\1/'); printf '%s\\n' \"${COMPREPLY[@]}\""
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", call]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return output.split(separator: "\n").map(String.init)
        }
        #expect(try completed(["insp"]).contains("inspect"))
        #expect(try completed(["inspect", "--saf"]) == ["--safety"])
        #expect(try completed(["export", "x.pth", "--dtype", "bf"]) == ["bfloat16"])
        #expect(try completed(["x.pth", "y.onnx", "--ops"]) == ["--opset"])
        #expect(try completed(["cache", "cl"]).contains("clear"))
    }

    @Test("A remedy names only options that the command has, and the one that was typed")
    func remediesNameOptionsOfTheCommand() throws {
        let slim = try CommandRun(["slim", small, "\(folder)/x.xyz"])
        #expect(slim.status == 2 && slim.errors.contains("or name the format") && !slim.errors.contains("--to"), "\(slim.errors)")
        let export = try CommandRun([small, "\(folder)/x.xyz"])
        #expect(export.errors.contains("(--to FORMAT)"), "\(export.errors)")
        let given = try CommandRun([bare, "\(folder)/x.flat", "--input-std", "3"])
        #expect(given.status == 64 && given.errors.contains("(--input-std)"), "\(given.errors)")
        let graph = try CommandRun(["slim", small, "\(folder)/x.onnx"])
        #expect(graph.status == 2 && graph.errors.contains("a slim file has no graph"), "\(graph.errors)")
    }

    @Test("Every decision that a library names has an option here, and no option is for a decision that nothing names")
    func everyDecisionHasAnOption() throws {
        var named: Set<String> = []
        let sources = "\(Fixtures.root)/Sources"
        let pattern = try Regex("Decision\\(\"([a-zA-Z]+)\"")
        for case let path as String in FileManager.default.enumerator(atPath: sources) ?? .init()
        where path.hasSuffix(".swift") && path.contains("Decision") {
            let text = try String(contentsOfFile: "\(sources)/\(path)", encoding: .utf8)
            for match in text.matches(of: pattern) { if let name = match.output[1].substring { named.insert(String(name)) } }
        }
        #expect(named.count > 30)
        #expect(named == Set(ErrorText.options.keys))
    }

    // MARK: Shorter ways

    @Test("Two operands are enough for verify and slim") func twoOperandsAreEnoughForVerifyAndSlim() throws {
        let out = "\(folder)/x.pth"
        #expect(try CommandRun(["slim", small, out]).status == 0)
        #expect(try CommandRun(["slim", small, out, "-o", "\(folder)/y.pth"]).status == 64)
        let run = try CommandRun(["verify", out, small])
        #expect(run.status == 0 && run.output.contains("the same network"), "\(run.output) \(run.errors)")
        #expect(try CommandRun(["verify", out, small, out]).status == 64)
        #expect(try CommandRun(["verify", out, small, "--against", small]).status == 64)
        #expect(try CommandRun(["verify", out]).errors.contains("--against FILE"))
    }

    @Test("Short options may include their value or be combined") func shortOptionsMayHoldTheirValueOrStandTogether() throws {
        #expect(try CommandRun(["slim", small, "-o\(folder)/x.pth", "-qf"]).output == "")
        #expect(FileIdentity(path: "\(folder)/x.pth") != nil)
        #expect(try CommandRun(["slim", small, "-qx", "-o\(folder)/y.pth"]).status == 64)
    }

    @Test("A folder as output takes the input's name only if the format is given")
    func aFolderAsOutputTakesTheInputsNameOnlyWhereTheFormatIsGiven() throws {
        let target = Fixtures.temporaryFolder()
        try refused([small, target], ["is a folder", "ir_small.onnx"])
        try refused(["slim", small, "\(target)/"], ["is a folder", "ir_small_slim.pth"])
        try refused(["run", small, "-i", array, "-o", target], ["is a folder"])
        #expect(try CommandRun([small, "\(target)/", "--to", "flat"]).status == 0)
        #expect(FileIdentity(path: "\(target)/ir_small.flat") != nil)
    }

    @Test("Dtypes may be spelled as PyTorch users spell them") func dtypesMayBeSpeltAsPyTorchsUsersSpellThem() throws {
        for (alias, name) in [("fp16", "float16"), ("half", "float16"), ("bf16", "bfloat16")] {
            #expect(try CommandRun([small, "\(folder)/\(alias).safetensors", "--dtype", alias, "--verify", "none"]).status == 0)
            #expect(try CommandRun([small, "\(folder)/\(alias)2.safetensors", "--dtype", name, "--verify", "none"]).status == 0)
            #expect(try Fixtures.bytes("\(folder)/\(alias).safetensors") == Fixtures.bytes("\(folder)/\(alias)2.safetensors"))
        }
    }

    // MARK: Options without effect

    @Test("Options without effect on arrays are refused") func whatMeansNothingForAnArrayIsRefused() throws {
        for option in [
            ["--input-mean", "5"], ["--input-std", "7"], ["--preprocess", "resize"], ["--mtcnn-margin", "4"], ["--exif", "follow"],
            ["--selection", "largest"],
        ] {
            try refused(
                ["run", small, "-i", array, "-o", "\(folder)/y.npy"] + option, [option[0], "an array enters the network as it is"])
        }
        for option in [
            ["--exact"], ["--loops", "baseline"], ["--timing"], ["--repeat", "2"], ["--threads", "2"], ["--batch-size", "2"],
        ] {
            try refused(["run", small, "-i", array, "-o", "\(folder)/y.npy", "--float64"] + option, [option[0], "--float64"])
        }
    }

    @Test("Options without effect on pictures are refused") func whatMeansNothingForPicturesIsRefused() throws {
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

    @Test("Options without effect on bare weights are refused") func whatMeansNothingForBareWeightsIsRefused() throws {
        for option in [
            ["--images", "/nonexistent"], ["-i", "/nonexistent"], ["--atol", "1"], ["--exact"], ["--threads", "1"],
        ] {
            try refused(["verify", bare, "--against", bare] + option, ["holds bare weights"])
        }
        try refused(["verify", small, "--against", small, "--exif", "ignore"], ["--exif", "--images"])
    }

    @Test("Options without effect on a format are refused") func whatMeansNothingForAFormatIsRefused() throws {
        try refused([small, "\(folder)/x.safetensors", "--opset", "17"], ["--opset"])
        try refused([small, "\(folder)/x.h5", "--proof", "\(folder)/p"], ["--proof"])
        try refused(["inspect", Fixtures.path("models/ir_small_torchscript.onnx"), "--state-dict", "x"], ["--state-dict", "onnx"])
        try refused([small, "\(folder)/x.onnx", "--exact"], ["--exact needs --evaluate"])
        let folded = Fixtures.temporaryFolder() + "/folded.onnx"
        #expect(try CommandRun([small, folded, "--fold-batchnorm", "--verify", "none"]).status == 0)
        // Normalizations before a convolution stay; those after one are gone, so nothing is left to fold.
        try refused([folded, "\(folder)/y.onnx", "--fold-batchnorm"], ["folding batch normalization has no effect"])
    }

    @Test("Options without effect on a report are refused") func whatMeansNothingForAReportIsRefused() throws {
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
