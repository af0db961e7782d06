import ConvertIR
import Testing

@testable import Architectures

/// Every line of docs/families.md that builds the graph, by the graph that it makes.
@Suite struct FamilyStatementTests {
    private let input = "input input: [batch, 3, 8, 6]"
    private let conv = "conv1 = convolution(input) weight=conv1.weight stride=1x1 padding=0,0,0,0"

    @Test(
        "Lines of the graph may leave out what torch assumes",
        arguments: [
            ("conv1 = convolution(it)", "conv1 = convolution(input) weight=conv1.weight stride=1x1"),
            ("conv1 = convolution(it) stride=2 padding=1", "conv1 = convolution(input) weight=conv1.weight stride=2x2 padding=1,1,1,1"),
            ("conv1 = convolution(it) padding=1,0", "conv1 = convolution(input) weight=conv1.weight stride=1x1 padding=1,0,1,0"),
            ("conv1 = convolution(it) padding=1,2,0,3", "conv1 = convolution(input) weight=conv1.weight stride=1x1 padding=1,2,0,3"),
            ("conv1 = convolution(it) padding=same", "conv1 = convolution(input) weight=conv1.weight stride=1x1 padding=1,1,1,1"),
            ("a = convolution(it) module=conv1", "a = convolution(input) weight=conv1.weight stride=1x1"),
            (
                "a = convolution(it) weight=conv1.weight bias=bn1.bias",
                "a = convolution(input) weight=conv1.weight bias=bn1.bias stride=1x1"
            ),
            ("conv1 = convolution(it) bias=optional", "conv1 = convolution(input) weight=conv1.weight stride=1x1"),
            ("conv1 = convolution(it) bias=none", "conv1 = convolution(input) weight=conv1.weight stride=1x1"),
            ("two = convolution(it) bias=optional", "two = convolution(input) weight=two.weight bias=two.bias stride=1x1"),
            ("two = convolution(it) bias", "two = convolution(input) weight=two.weight bias=two.bias stride=1x1"),
            ("two = convolution(it)", "two = convolution(input) weight=two.weight stride=1x1"),
            ("deep = convolution(it) groups=auto", "deep = convolution(input) weight=deep.weight stride=1x1 groups=3"),
            ("p = max_pool(it) kernel=2", "p = max_pool(input) kernel=2x2 stride=2x2"),
            ("p = max_pool(it) kernel=3 stride=1", "p = max_pool(input) kernel=3x3 stride=1x1"),
        ]) func lines(_ line: String, _ expected: String) throws
    {
        let more = [("two.weight", [4, 3, 1, 1]), ("two.bias", [4]), ("deep.weight", [3, 1, 3, 3])]
        let found = try Family.graph(line, more)
        let renamed = expected.split(separator: " ").dropFirst().joined(separator: " ")
        #expect(found.count == 3 && found[0] == input && found[2] == "output embedding", "\(found)")
        // The output's name replaces that of the line, which stays the node's.
        let name = line.prefix { $0 != " " }
        #expect(found[1] == "embedding \(renamed) name=\(name)", "\(found[1])")
    }

    @Test("Batch normalization has scale and bias unless it is written otherwise, and the contract's epsilon")
    func batchNormalization() throws {
        let start = "conv1 = convolution(it)\n"
        let plain = try Family.graph(start + "bn1 = batch_normalization(it)")
        #expect(
            plain[2].hasPrefix(
                "embedding = batch_normalization(conv1) scale=bn1.weight bias=bn1.bias mean=bn1.running_mean variance=bn1.running_var epsilon=1e-05"
            ))
        let bare = try Family.graph(start + "bn1 = batch_normalization(it) scale=none bias=none epsilon=0.5")
        #expect(
            bare[2].hasPrefix(
                "embedding = batch_normalization(conv1) mean=bn1.running_mean variance=bn1.running_var epsilon=0.5"))
        let own = Family.whole.replacing("contract tiny", with: "contract tiny epsilon=2e-3")
        #expect(try Family.rebuild(own).model.graph.text().contains("epsilon=0.002"))
    }

    @Test("A path comes before names and keys inside it, and a name inside goes before one outside")
    func paths() throws {
        let more = [("a.b.conv.weight", [3, 3, 1, 1]), ("a.c.weight", [3, 3, 1, 1])]
        let found = try Family.graph(
            "conv = relu(it)\nwithin a.b\nconv = convolution(it)\nagain = relu(conv)\nend\nwithin a\nc = convolution(conv)\nend", more)
        #expect(found[1] == "conv = relu(input)")
        #expect(found[2].hasPrefix("a.b.conv = convolution(conv) weight=a.b.conv.weight"))
        #expect(found[3] == "a.b.again = relu(a.b.conv)")
        #expect(found[4].hasPrefix("embedding = convolution(conv) weight=a.c.weight"))
    }

    @Test("Words of a use may have commas, and a value that a variable holds is read inside of paths too")
    func uses() throws {
        let found = try Family.graph("define c pad\nconv1 = convolution(it) padding={pad}\nend\nuse c 1,0")
        #expect(found[1].contains("padding=1,0,1,0"))
        let sum = try Family.graph("let start = it\nwithin a\nr = relu(it)\ns = add({start}, it)\nend")
        #expect(sum[2] == "embedding = add(input, a.r) name=a.s")
    }

    @Test(
        "The size of the image is given, follows from the last map, or is left open",
        arguments: [
            ("image channels=3 size=8x6", "8, 6"), ("image channels=3 size=8", "8, 8"), ("image channels=3 usual=10x12", "10, 12"),
            ("image channels=3 window=7x6 halvings=2", "28, 24"), ("image channels=3 features=42 maps=1 halvings=1", "14, 12"),
            ("image channels=3 features=98 maps=2 halvings=4 usual=112x112", "112, 112"),
            ("image channels=3 features=84 maps=2 halvings=4 usual=112x112", "112, 96"), ("image channels=3 any", "height, width"),
            ("input input: [n, 3, 5, 5]", "5, 5"),
        ]) func sizes(_ image: String, _ sides: String) throws
    {
        let found = try Family.graph("r = relu(it)", image: image)
        #expect(found[0].hasSuffix("3, \(sides)]"), "\(found[0])")
    }

    @Test("A tensor that the network computes joins the weights; an export has it, and other numbers under its key are refused")
    func computedTensors() throws {
        let text =
            "family t\nimage channels=3 size=8x6\ntensor p = position_waves(2, 3, 2)\nw = parameter() weight=p\nleave_out *\noutput e = w"
        let model = try Family.rebuild(text).model
        let tensor = try #require(model.weights["p"])
        let numbers = try tensor.doubles()
        // sin of 2π/2 · row for the first row.
        #expect(tensor.shape == [1, 4, 2, 3] && abs(numbers[0] - 0) < 1e-5 && abs(numbers[6] + 1) < 1e-5, "\(numbers)")
        #expect(try Family.rebuild(text, try Family.weights().with("p", tensor)).model.weights["p"]?.view == tensor.view)
        for (shape, what) in [([1, 4, 2, 3], "zeros"), ([1, 4, 3, 2], "another shape")] {
            let error = #expect(throws: ArchitectureError.self) {
                try Family.rebuild(text, try Family.weights(Family.shapes + [("p", shape)]))
            }
            #expect(
                error?.problem.contains("line 3: p is in the file, and is not position_waves(2, 3, 2)") == true,
                "\(what): \(error?.problem ?? "")")
        }
        let kernel = text.replacing("tensor p", with: "tensor conv1.weight")
        #expect(throws: ArchitectureError.self) { try Family.rebuild(kernel) }
    }

    @Test("Facts and names come with the network")
    func facts() throws {
        let text = Family.whole.replacing(
            "recognize conv1", with: "name tiny_wide, wide if width == 8\nname tiny_{width}, narrow\nrecognize conv1"
        ).replacing("output", with: "let width = size(conv1.weight, 0)\nfact width = width\noutput")
        let model = try Family.rebuild(text).model
        #expect(model.architecture.name == "tiny_4" && model.architecture.hyperparameters["width"]?.integer == 4)
        let wide = try Family.rebuild(text.replacing("width == 8", with: "width == 4")).model
        #expect(wide.architecture.name == "tiny_wide")
    }

    @Test("What is required must hold, and its reason is given with the line")
    func requirements() throws {
        _ = try Family.rebuild(Family.whole + "\nrequire size(conv1.weight, 0) == 4 \"it has 4 channels\"")
        let error = #expect(throws: ArchitectureError.self) {
            try Family.rebuild(Family.whole + "\nrequire size(conv1.weight, 0) == 5 \"it does not have 5 channels\"")
        }
        #expect(error?.problem.contains("mine.family, line 11: it does not have 5 channels") == true, "\(String(describing: error))")
    }

    @Test("Several outputs keep their order, and the first one is the embedding")
    func outputs() throws {
        let found = try Family.rebuild(Family.whole + "\noutput maps = bn1\noutput pool").model
        #expect(found.graph.outputs == ["embedding", "maps", "pool"] && found.contract.embeddingLength == 2)
        #expect(found.graph.text().contains("pool = global_average_pool(maps)"))
    }

    @Test("A layer that may have a bias has it everywhere or nowhere on its line")
    func optionalWeights() throws {
        let keys = [("a.0.weight", [3, 3, 1, 1]), ("a.0.bias", [3]), ("a.1.weight", [3, 3, 1, 1])]
        let error = #expect(throws: ArchitectureError.self) {
            try Family.graph("repeat i times 2\na.{i} = convolution(it) bias=optional\nend", keys)
        }
        #expect(error?.problem.contains("line 4: a.1.bias is missing") == true, "\(String(describing: error))")
    }
}
