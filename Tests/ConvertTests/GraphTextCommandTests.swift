import ConvertFiles
import TestSupport
import Testing

/// `--graph-text`: what `inspect --graph` prints is given to a command again.
@Suite struct GraphTextCommandTests {
    let folder = Fixtures.temporaryFolder()
    let small = Fixtures.path("models/ir_small.pth")

    private func printed(_ edit: (String) -> String = { $0 }) throws -> String {
        let run = try CommandRun(["inspect", "--graph", small])
        #expect(run.status == 0, "\(run.errors)")
        let path = "\(folder)/graph.txt"
        Fixtures.write(Array(edit(run.output).utf8), to: path)
        return path
    }

    @Test("A printed graph gives the same network again") func theSameNetwork() throws {
        let graph = try printed()
        let target = "\(folder)/out.onnx"
        let run = try CommandRun([small, target, "--graph-text", graph])
        #expect(run.status == 0 && run.output.contains("verified: the same network"), "\(run.output) \(run.errors)")
        #expect(try CommandRun(["verify", target, small]).status == 0)
        #expect(
            try CommandRun(["inspect", "--graph", small, "--graph-text", graph]).output
                == (try CommandRun(["inspect", "--graph", small])).output)
    }

    @Test("An edited node is what the export computes, and verify finds it") func anEditCounts() throws {
        let graph = try printed { $0.replacing("= prelu(input_layer.1) slope=input_layer.2.weight", with: "= relu(input_layer.1)") }
        let target = "\(folder)/out.onnx"
        let export = try CommandRun([small, target, "--graph-text", graph])
        #expect(export.status == 0 && export.output.contains("155 of 187 tensors in use"), "\(export.output) \(export.errors)")
        let run = try CommandRun(["verify", target, small])
        #expect(run.status == 1 && run.output.contains("NOT the same network"), "\(run.output) \(run.errors)")
    }

    @Test("A mistake in the text names the file and the line, and nothing is written") func aMistakeNamesItsLine() throws {
        let graph = try printed { $0 + "\nnonsense here\n" }
        let run = try CommandRun([small, "\(folder)/out.onnx", "--graph-text", graph])
        #expect(run.status == 2 && run.errors.contains("graph.txt") && run.errors.contains("line"), "\(run.errors)")
        #expect(FileIdentity(path: "\(folder)/out.onnx") == nil)
    }

    @Test("A graph text beside a family is refused") func aFamilyBesideAGraph() throws {
        let run = try CommandRun([small, "\(folder)/out.onnx", "--graph-text", try printed(), "--arch", "ir_resnet18"])
        #expect(run.status == 64 && run.errors.contains("exclude each other"), "\(run.errors)")
    }
}
