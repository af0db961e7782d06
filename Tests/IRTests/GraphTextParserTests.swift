import ConvertIR
import Testing

/// The text form of a graph is read back, by hand or not, and what is wrong in it is named with its line.
@Suite struct GraphTextParserTests {
    private func read(_ text: String) throws(GraphTextError) -> Graph { try Graph(text: text, file: "g.txt") }

    // MARK: Round trips

    @Test("A graph with every operation comes back the same, with and without types after its values")
    func everyOperation() throws {
        let model = try Sample.model(Sample.everything, try Sample.everythingWeights())
        #expect(Set(model.graph.nodes.map(\.operation.kind)) == Set(OperationKind.allCases))
        #expect(try read(model.graph.text(types: model.valueTypes)) == model.graph)
        #expect(try read(model.graph.text()) == model.graph)
    }

    static let names = [
        "conv.weight", "onnx::Conv_123", "input:0", "/layer1/Conv_output_0", "größe", "a b", "a\"b", "back\\slash", "\\u{41}", "a,b",
        "f(x)", "w=1",
        "layers[0].weight", "# no comment", "ends:", ":starts", ":", "::", "", "input", "output", "name", "0", "-1", "?", "line\nbreak",
        "tab\there",
        "\u{202E}desrever",
        "\u{0}zero", "e\u{301}", "\u{301}", "\u{FEFF}mark", "non\u{A0}breaking", "\u{2028}", "\u{1F600}",
    ]

    @Test("Names with any characters come back, whatever they name", arguments: names)
    func anyName(_ name: String) throws {
        let graph = Graph(
            inputs: [Graph.Input(name: name, type: ValueType([.symbol(name), .fixed(0), .derived], elements: .uint8))],
            nodes: [
                Node(name: name, operation: .prelu(slope: name), inputs: [name, "x"], output: "y"),
                Node(name: "y", operation: .linear(Linear(weight: name, bias: name)), inputs: [], output: name),
            ], outputs: [name, "y", name])
        let text = graph.text(types: ["y": ValueType([.symbol(name)]), name: ValueType([.symbol(name)])])
        #expect(text.split(separator: "\n").count == 6, "\(text)")
        let found = try read(text)
        #expect(found == graph, "\(text)")
        // Strings are equal if they look the same; keys must be the same bytes.
        #expect(found.outputs.map { Array($0.utf8) } == graph.outputs.map { Array($0.utf8) })
    }

    @Test("Numbers come back to the last bit")
    func numbers() throws {
        var bits: UInt64 = 1
        for _ in 0..<2000 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(bitPattern: bits)
            guard number.isFinite else { continue }
            let graph = Sample.chain(
                [.batch, .fixed(2)],
                ["m": .multiply(ChannelNumbers(number)), "n": .l2Normalize(axis: Int(bits % 5) - 2, epsilon: number), "s": .subtract(-0.0)])
            let found = try read(graph.text())
            #expect(found == graph)
            if case .l2Normalize(_, let epsilon) = found.nodes[1].operation { #expect(epsilon.bitPattern == number.bitPattern) }
        }
    }

    @Test("Attributes at both ends of their range come back")
    func extremes() throws {
        let size = Size2D(Int.max, Int.min)
        let padding = Padding2D(top: -1, left: Int.min, bottom: Int.max, right: 0)
        let graph = Sample.chain(
            [.batch],
            [
                "c": .convolution(Convolution(weight: "w", stride: size, padding: padding, dilation: size, groups: -7)),
                "p": .averagePool(Pooling(kernel: size, stride: size, padding: padding)), "e": .permute([]), "s": .selectChannels([]),
                "f": .selectChannels([5, -5, 5]), "d": .divide(ChannelNumbers([1, 2.5, -3e-300]) ?? 1),
            ])
        #expect(try read(graph.text()) == graph)
    }

    // MARK: By hand

    @Test("Blank lines, comments, tabs and spaces are allowed anywhere between words")
    func byHand() throws {
        let text = """
            \u{FEFF}# a small network

              input   image :uint8[ batch,3 , height, ? ]   # what enters
            \tfloat=convert_to_float( image )\r
            y : whatever [1, 2 = convolution(float)  bias = "b,1"   weight=w padding=1 , 1,1, 1 stride=2x2   # comment = none
            p = max_pool (y) ceil kernel=2x2 stride=1x1 name = "the pool"

            output p: [never, looked, at]
            """
        let graph = try read(text)
        #expect(
            graph
                == Graph(
                    inputs: [
                        Graph.Input(name: "image", type: ValueType([.batch, .fixed(3), .symbol("height"), .derived], elements: .uint8))
                    ],
                    nodes: [
                        Node(name: "float", operation: .convertToFloat, inputs: ["image"], output: "float"),
                        Node(
                            name: "y",
                            operation: .convolution(
                                Convolution(weight: "w", bias: "b,1", stride: Size2D(2), padding: Padding2D(1))), inputs: ["float"],
                            output: "y"),
                        Node(
                            name: "the pool",
                            operation: .maxPool(Pooling(kernel: Size2D(2), stride: Size2D(1), ceilMode: true)), inputs: ["y"], output: "p"),
                    ], outputs: ["p"]))
    }

    @Test("Values may be called input, output and name")
    func keywordsAsNames() throws {
        let graph = try read(
            "input input: [batch]\noutput: [batch] = relu(input)\nname = relu(output)\ninput = add(name, output)\noutput output")
        #expect(graph.inputs.map(\.name) == ["input"] && graph.nodes.map(\.output) == ["output", "name", "input"])
        #expect(graph.outputs == ["output"])
    }

    // MARK: Mistakes

    static let mistakes: [(line: String, words: String)] = [
        ("y", "expected \"=\", found the end of the line"),
        ("= relu(x)", "expected a name, \"input\" or \"output\", found \"=\""),
        ("y = rellu(x)", "there is no operation \"rellu\""),
        ("y = (x)", "expected an operation, found \"(\""),
        ("y = relu x", "expected \"(\", found \"x\""),
        ("y = relu(x", "expected \")\", found the end of the line"),
        ("y = relu(x,)", "expected the name of a value, found \")\""),
        ("y = relu(x) stride=1x1", "relu has no \"stride\"; it has neither weights nor attributes"),
        ("y = softmax(x) axes=1", "softmax has no \"axes\"; it has axis"),
        ("y = softmax(x)", "softmax needs axis="),
        ("y = softmax(x) axis", "axis must be a whole number, not nothing"),
        ("y = softmax(x) axis=", "expected a value after \"axis\"=, found the end of the line"),
        ("y = softmax(x) axis=one", "axis must be a whole number, not \"one\""),
        ("y = softmax(x) axis=1,2", "axis must be a whole number, not \"1,2\""),
        ("y = softmax(x) axis=99999999999999999999", "axis must be a whole number"),
        ("y = softmax(x) axis=1 axis=1", "axis is given twice"),
        ("y = softmax(x) axis=1 2", "softmax has no \"2\""),
        ("y = prelu(x)", "prelu needs slope="),
        ("y = prelu(x) slope=a,b", "slope must be one name"),
        ("y = linear(x) weight=w bias", "bias must be one name"),
        ("y = convolution(x) weight=w", "convolution needs stride="),
        ("y = convolution(x) weight=w stride=2", "stride must be height and width such as 2x2, not \"2\""),
        ("y = convolution(x) weight=w stride=1x1 padding=1,1", "padding must be rows and columns"),
        ("y = max_pool(x) kernel=2x2 stride=2x2 ceil=1", "ceil must be the name alone"),
        ("y = l2_normalize(x) axis=1 epsilon=nan", "epsilon must be a number"),
        ("y = l2_normalize(x) axis=1 epsilon=inf", "epsilon must be a number"),
        ("y = multiply(x) constant=1,,2", "expected a value after \"constant\"=, found \",\""),
        ("y = multiply(x) constant=1e999", "constant must be a number"),
        ("y = relu(x) name=a,b", "name must be one name"),
        ("y = relu(\"x)", "expected a quotation mark, found the end of the line"),
        ("y = relu(\"a\\n\")", "expected \\\", \\\\ or \\u{…}"),
        ("y = relu(\"\\u{110000}\")", "expected \\\", \\\\ or \\u{…}"),
        ("y = relu(\"\\u{d800}\")", "expected \\\", \\\\ or \\u{…}"),
        ("y = relu(\"\\", "expected \\\", \\\\ or \\u{…}"),
        ("y = relu(a\\b)", "found a backslash"),
        ("input z", "expected \":\", found the end of the line"),
        ("input z: int8 [1]", "expected float32, uint8 or \"[\", found \"int8\""),
        ("input z: [1", "expected \"]\", found the end of the line"),
        ("input z: [-1]", "expected a size from 0 to 16777216"),
        ("input z: [16777217]", "expected a size from 0 to 16777216"),
        ("input z: [1] = relu(x)", "expected the end of the line, found \"=\""),
        ("input z: [\(String(repeating: "1,", count: 64))1]", "more than 64 axes"),
        ("output y z", "expected the end of the line, found \"z\""),
        ("output y = relu(x)", "expected the end of the line, found \"=\""),
    ]

    @Test("A mistake is named with its line", arguments: mistakes.indices)
    func mistake(_ index: Int) throws {
        let (line, words) = GraphTextParserTests.mistakes[index]
        let error = #expect(throws: GraphTextError.self, "\(line)") { try read("# graph\ninput x: [batch]\n\(line)\noutput y\n") }
        let problem = error?.problem ?? ""
        #expect(problem.hasPrefix("g.txt, line 3: ") && problem.contains(words), "\(problem)")
        #expect(error?.remedy.isEmpty == false && error?.remedy.contains("--") == false)
    }

    @Test("A text without any statement is not a graph")
    func nothing() {
        for text in ["", "\n\n", "# only a comment"] {
            #expect(throws: GraphTextError.empty(file: "g.txt")) { try read(text) }
        }
    }

    // MARK: Limits

    @Test("More than any network has is refused before it is taken in")
    func limits() {
        #expect(throws: GraphTextError.tooLarge(file: "g.txt", line: nil, what: "bytes", limit: 16 << 20)) {
            try read(String(repeating: " ", count: (16 << 20) + 1))
        }
        #expect(throws: GraphTextError.tooLarge(file: "g.txt", line: 100_001, what: "inputs, nodes and outputs", limit: 100_000)) {
            try read(String(repeating: "y=relu()\n", count: 100_001))
        }
        #expect(throws: GraphTextError.tooLarge(file: "g.txt", line: 1, what: "values in one node", limit: 1 << 16)) {
            try read("y=add(\(String(repeating: "x,", count: 1 << 16))x)")
        }
        #expect(throws: GraphTextError.tooLarge(file: "g.txt", line: 1, what: "numbers in a list", limit: 1 << 16)) {
            try read("y=permute(x) axes=\(String(repeating: "0,", count: 1 << 16))0")
        }
    }

    @Test("Long lines and many lines are read in linear time", .timeLimit(.minutes(1)))
    func linearTime() throws {
        #expect(try read(String(repeating: "y = relu(x)\n", count: 99_999)).nodes.count == 99_999)
        let list = (0..<1 << 16).map(String.init).joined(separator: ",")
        #expect(try read("y = select_channels(x) channels=\(list)").nodes.count == 1)
        let name = String(repeating: "\"", count: 4 << 20)
        #expect(throws: GraphTextError.self) { try read(name) }
        let long = String(repeating: "x", count: 8 << 20)
        #expect(try read("output \(long)").outputs == [long])
        #expect(throws: GraphTextError.self) { try read("y = relu(x) \(String(repeating: "stride=1x1 ", count: 1 << 20))") }
    }

    // MARK: Fuzz

    @Test("Whatever becomes of a text, it is read or refused with a typed error")
    func mutatedTexts() throws {
        let model = try Sample.model(Sample.everything, try Sample.everythingWeights())
        let hard = Graph(
            inputs: [], nodes: GraphTextParserTests.names.map { Node(name: $0, operation: .relu, inputs: [$0], output: $0 + "\"") },
            outputs: [])
        let sources = [model.graph.text(types: model.valueTypes), model.graph.text(), hard.text()].map { Array($0.utf8) }
        let pieces = [
            "\"", "\\", "\\u{", "}", "=", ",", "(", ")", "[", "]", ":", "#", "\n", "\r", " ", "x", "9", "-", "e", "?", "\u{301}", "\u{0}",
        ]
        .map { Array($0.utf8) }
        var state: UInt64 = 2026
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(max(limit, 1)))
        }
        var (read, refused) = (0, 0)
        for _ in 0..<20_000 {
            var bytes = sources[random(sources.count)]
            for _ in 0...random(4) {
                let index = random(bytes.count)
                switch random(5) {
                case 0: bytes.insert(contentsOf: pieces[random(pieces.count)], at: index)
                case 1: bytes.remove(at: index)
                case 2: bytes[index] = UInt8(random(256))
                case 3: bytes.removeSubrange(index..<min(index + random(40), bytes.count))
                default:
                    let piece = Array(bytes[index..<min(index + random(40), bytes.count)])
                    bytes.insert(contentsOf: piece, at: random(bytes.count))
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            do throws(GraphTextError) {
                let graph = try self.read(String(decoding: bytes, as: UTF8.self))
                read += 1
                // What was read is a graph like any other: it can be checked, and written and read again.
                _ = try? graph.valueTypes(weights: model.weights)
                if read.isMultiple(of: 16) { #expect(try self.read(graph.text()) == graph) }
            } catch {
                refused += 1
            }
        }
        #expect(read > 1000 && refused > 1000, "\(read) read, \(refused) refused")
    }
}
