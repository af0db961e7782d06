import ConvertJSON
import TestSupport
import Testing

/// What `inspect` shows of one file at a glance, and of several in a table.
@Suite struct InspectPageTests {
    let training = Fixtures.path("training/small_epoch_003.pth")

    private func lines(_ arguments: [String]) throws -> [String] {
        let run = try CommandRun(["inspect"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        return run.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("A page says what it is, its size and cost, and what slim saves, without a list of 187 tensors")
    func aPageSaysWhatItIs() throws {
        let page = try lines([training])
        #expect(page.count < 70)
        // By torch: sum(v.numel()) over floating-point tensors that are not running statistics.
        #expect(page.contains("  187 entries (156 float32, 31 int64), 36,628 parameters, 148.7 kB"))
        #expect(
            page.contains(
                "  layers: 31 batch normalizations, 21 convolutions, 9 PReLUs, 8 additions, 1 linear layer, 1 flattening"))
        #expect(page.contains("  cost: 3.22 million multiply-adds per image"))
        // The optimizer's and the head's tensors.
        #expect(page.contains("  slim would leave out 56.4 kB of it (19.4 %)"))
        #expect(page.contains { $0.hasPrefix("  verdict: clean") })
        #expect(!page.contains { $0.contains("num_batches_tracked") })
    }

    @Test("Tensors are listed on request, if names or a check are asked for, and up to sixty of them") func tensorsAreListed() throws {
        func listed(_ arguments: [String]) throws -> Int {
            try lines(arguments).filter { $0.hasPrefix("  ") && ($0.contains(" float32 ") || $0.contains(" int64 ")) && $0.contains("[") }
                .count
        }
        #expect(try listed([training]) == 0)
        // What people look for comes first, what the container is made of later, and what may be hundreds of lines last.
        let headings = ["  verdict", "network", "state dict", "bytes", "entries", "container", "tensors"]
        let page = try lines([training, "--tensors"])
        let places = headings.compactMap { heading in page.firstIndex { $0.hasPrefix(heading) } }
        #expect(places.count == headings.count && places == places.sorted())
        #expect(try listed([training, "--tensors"]) == 187)
        #expect(try listed([training, "--check"]) == 187)
        #expect(try listed([training, "--keys", "input_layer.*"]) == 7)
        #expect(try listed([Fixtures.path("views/shared.pth")]) > 1)
    }

    @Test("A tree's branches add up to the whole", arguments: [1, 2, 3, 64]) func aTreeAddsUp(_ depth: Int) throws {
        let page = try lines([training, "--tree", "--depth", "\(depth)"])
        let start = try #require(page.firstIndex { $0 == "tensors" })
        let tree = page[(start + 1)...].prefix { !$0.isEmpty }
        let roots = tree.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
        #expect(roots.map { $0.split(separator: " ")[0] } == ["input_layer", "body", "output_layer"])
        let numbers = roots.map { line in
            let fields = line.split(separator: " ")
            return (Int(fields[1]) ?? 0, Int(fields[3].filter { $0 != "," }) ?? 0)
        }
        #expect(numbers.reduce(0) { $0 + $1.0 } == 187 && numbers.reduce(0) { $0 + $1.1 } == 37_151)
        // Two components in input_layer and output_layer; block, place, branch, layer below body.
        #expect(tree.count == [1: 3, 2: 3 + 3 + 4 + 3, 3: 3 + 3 + 4 + 8 + 3][depth] ?? tree.count)
        if depth == 64 { #expect(tree.contains { $0.hasPrefix("          5 ") || $0.hasPrefix("        5 ") }) }
    }

    @Test("JSON has parameters, multiply-adds and what slim saves, and options about the page are refused")
    func jsonHasTheFigures() throws {
        let root = try #require(try JSONParser.parse(CommandRun(["inspect", training, "--json"]).output.utf8).object)
        #expect(root["state_dict"]?.object?["parameters"]?.integer == 36_628)
        let layers = try #require(root["network"]?.object?["layers"]?.object)
        #expect(layers["convolution"]?.integer == 21 && layers["prelu"]?.integer == 9 && layers["linear"]?.integer == 1)
        #expect(
            layers.members.reduce(0) { $0 + ($1.value.integer ?? 0) } == root["network"]?.object?["graph"]?.object?["nodes"]?.array?.count)
        // By torch, with a hook on every convolution and linear layer.
        #expect(root["network"]?.object?["multiply_adds"]?.integer == 3_217_536)
        #expect(root["bytes_that_slim_saves"]?.integer == 5_120 + 51_280)
        #expect(try CommandRun(["inspect", training, "--json", "--tensors"]).status == 64)
        #expect(try CommandRun(["inspect", training, "--graph", "--tree"]).status == 64)
        #expect(try CommandRun(["inspect", training, "--depth", "2"]).status == 64)
    }

    @Test("Several files get a line each; one that cannot be read does not stop the others") func severalFilesGetALineEach() throws {
        let run = try CommandRun(["inspect", training, Fixtures.path("models"), "--include", "ir_small.pth", Fixtures.path("README.md")])
        #expect(run.status == 2)
        let rows = run.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows[0] == ["file", "format", "size", "network", "parameters", "epoch", "pickles"])
        #expect(rows[1] == [training, "pth", "290.4", "kB", "ir_resnet18", "36,628", "3", "clean"])
        #expect(rows[2].first == Fixtures.path("models/ir_small.pth") && rows[2].contains("69,824"))
        #expect(rows[3].dropFirst().starts(with: ["not", "read"]) && run.output.contains("not read: \(Fixtures.path("README.md"))"))
        let json = try CommandRun(["inspect", Fixtures.path("models"), "--include", "*.pth", "--json"])
        let objects = try json.output.split(separator: "\n").map { try #require(try JSONParser.parse($0.utf8).object) }
        #expect(objects.map { $0["parameters"]?.integer } == [1_432, 69_824] && json.status == 0)
        #expect(try CommandRun(["inspect", training, training, "--tensors"]).status == 64)
    }
}
