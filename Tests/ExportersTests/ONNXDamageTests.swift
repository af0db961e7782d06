import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import TestSupport
import Testing

@testable import Exporters

/// Damaged and misleading ONNX files: each is refused with a typed error or read, and none ends the process.
@Suite struct ONNXDamageTests {
    let folder = Fixtures.temporaryFolder()

    /// Opens the bytes as ONNX whatever they look like, makes a model and reads every tensor. Whether all of that went well.
    private func survives(_ bytes: [UInt8]) -> Bool {
        let path = "\(folder)/t.onnx"
        Fixtures.write(bytes, to: path)
        do {
            let file = try MappedFile(path: path)
            let opened = try ONNXFormat.open(file, options: OpenOptions())
            for entry in opened.weights?.entries ?? [] { _ = try TensorStatistics(of: entry.tensor) }
            let model = try OpenedModel(opened).content.model
            if let model { _ = model.graph.text(types: model.valueTypes) }
            return opened.documentError == nil && model != nil
        } catch {
            #expect(error is any DescribedError, "\(error)")
            return false
        }
    }

    private func small() throws -> [UInt8] {
        let path = "\(folder)/small.onnx"
        return try Fixtures.bytes(try ONNXTrip.check(try ONNXTrip.detector(), path: path).path)
    }

    @Test("A file truncated anywhere is read or refused with a typed error") func everyTruncationIsSurvived() throws {
        for bytes in [try small(), try Fixtures.bytes(Fixtures.path("models/branches_dynamo.onnx"))] {
            #expect(survives(bytes))
            var read = 0
            for count in stride(from: 0, to: bytes.count, by: bytes.count > 6000 ? 7 : 1) where survives(Array(bytes[..<count])) {
                read += 1
            }
            // Only a cut between the fields behind the graph leaves a model.
            #expect(read < 10, "\(read)")
        }
    }

    @Test("Flipped, inserted and removed bytes are read or refused with a typed error", arguments: [1, 2, 3])
    func flippedAndInsertedBytesAreSurvived(_ seed: UInt64) throws {
        let sources = [try small(), try Fixtures.bytes(Fixtures.path("models/branches_torchscript_unfolded.onnx"))]
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var (read, refused) = (0, 0)
        for round in 0..<1000 {
            var bytes = sources[round % 2]
            for _ in 0...random(3) {
                let place = random(bytes.count)
                switch random(4) {
                case 0: bytes.insert(UInt8(random(256)), at: place)
                case 1: bytes.remove(at: place)
                case 2: bytes[place] = [0, 0x7F, 0x80, 0xFF][random(4)]
                default: bytes[place] ^= UInt8(1 << random(8))
                }
            }
            if survives(bytes) { read += 1 } else { refused += 1 }
        }
        #expect(refused > 300 && read > 30, "\(read) read, \(refused) refused")
    }

    private func error(_ bytes: [UInt8]) throws -> ONNXError? {
        let path = "\(folder)/t.onnx"
        Fixtures.write(bytes, to: path)
        return #expect(throws: ONNXError.self) {
            let opened = try ONNXFormat.open(try MappedFile(path: path), options: OpenOptions())
            if let failure = opened.documentError { throw failure }
        }
    }

    @Test("A file cut inside its graph is still reported as malformed ONNX") func aFileCutInsideItsGraphIsStillToldAsONNX() throws {
        let path = "\(folder)/cut.onnx"
        Fixtures.write(Array(try Fixtures.bytes(Fixtures.path("models/ir_small_torchscript.onnx")).prefix(5000)), to: path)
        let error = #expect(throws: ONNXError.self) { try FormatRegistry.open(path) }
        guard case .malformed(path, _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("Deeply nested graphs and types are refused") func deepNestingIsRefused() throws {
        // Attributes that hold graphs whose nodes hold attributes that hold graphs.
        var graph = Message { $0.text(2, "inner") }
        for _ in 0..<2000 {
            let inner = graph.bytes
            graph = Message { outer in outer.message(1) { node in node.message(5) { attribute in attribute.raw(6, inner) } } }
        }
        guard
            case .tooDeep(_, 32, _)? = try error(
                Message {
                    $0.number(1, 8); $0.raw(7, graph.bytes)
                }.bytes)
        else {
            Issue.record("not told as too deep")
            return
        }
        var type = Message { $0.message(1) { $0.number(1, 1) } }
        for _ in 0..<2000 {
            let inner = type.bytes
            type = Message { outer in outer.message(4) { sequence in sequence.raw(1, inner) } }
        }
        let deep = Message.model { graph in
            graph.message(11) { value in
                value.text(1, "x"); value.raw(2, type.bytes)
            }
        }
        guard case .tooDeep? = try error(deep) else {
            Issue.record("not told as too deep")
            return
        }
    }

    @Test("Lengths and shapes that exceed the file are refused") func claimsOfGiantLengthsAreRefused() throws {
        for count: UInt64 in [1 << 20, 1 << 31, 1 << 40, 1 << 62, .max] {
            for field in [2, 7, 8, 14] {
                let error = try error(
                    Message {
                        $0.number(1, 8); $0.raw(field, [1, 2, 3], claiming: count)
                    }.bytes)
                guard case .malformed(_, let detail, 2)? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(detail.contains("\(count) bytes"))
            }
        }
        // A shape that takes far more than is there.
        for sizes: [Int64] in [[1 << 40], [1 << 32, 1 << 32], [.max, .max], [-1], [.min]] {
            #expect(!survives(Message.model { $0.tensor(5, "w", 1, sizes) { $0.raw(9, [0, 0, 0, 0]) } }), "\(sizes)")
        }
        #expect(!survives(Message.model { $0.tensor(5, "w", 1, [Int64](repeating: 1, count: 100)) { $0.raw(9, [0, 0, 0, 0]) } }))
    }

    @Test("A file that is not ONNX is not mistaken for it") func whatIsNoONNXIsNotTakenForIt() throws {
        let path = "\(folder)/t.onnx"
        for bytes in [[], [0x08], Array("hello".utf8), Message { $0.text(1, "a name") }.bytes, Message { $0.number(1, 3) }.bytes] {
            Fixtures.write(bytes, to: path)
            #expect(throws: (any Error).self) { try FormatRegistry.open(path) }
        }
        // A protobuf message that has the fields' numbers, but no graph in them.
        #expect(try error(Message { $0.number(1, 8) }.bytes) == .noGraph(file: path))
        #expect(
            !survives(
                Message {
                    $0.number(1, 8); $0.text(7, "this is no graph at all")
                }.bytes))
    }

    // MARK: Graphs

    /// A model with one input of [batch, 4], these nodes and what they need, and the output `out`.
    private func graph(opset: Int64 = 17, _ fill: (inout Message) -> Void) -> [UInt8] {
        Message.model(opset: opset) { graph in
            fill(&graph)
            graph.value(11, "in", [nil, 4])
            graph.value(12, "out", [nil, 4])
        }
    }

    @Test("An unsupported operator is named with its node, and the weights can still be read")
    func unsupportedOperatorsAreNamedWithTheirNode() throws {
        let path = "\(folder)/t.onnx"
        #expect(
            try error(graph { $0.node("Einsum", ["in"], ["out"], name: "odd one") })
                == .unsupportedOperator(file: path, node: "odd one", operatorName: "Einsum", domain: ""))
        #expect(
            try error(graph { $0.node("Relu", ["in"], ["out"], domain: "com.example") })
                == .unsupportedOperator(file: path, node: "out", operatorName: "Relu", domain: "com.example"))
        #expect(try error(graph(opset: 99) { $0.node("Relu", ["in"], ["out"]) }) == .unsupportedOpset(file: path, opset: 99))
        #expect(try error(graph(opset: .min) { $0.node("Relu", ["in"], ["out"]) })?.problem.contains("operator set") == true)
        let loop = graph { $0.node("If", ["in"], ["out"]) { $0.attribute("then_branch", type: 5) { $0.message(6) { $0.text(2, "g") } } } }
        #expect(try error(loop) == .unsupportedOperator(file: path, node: "out", operatorName: "If", domain: ""))
        let function = graph { $0.node("Relu", ["in"], ["out"]) } + Message { $0.message(25) { $0.text(1, "F") } }.bytes
        #expect(try error(function)?.problem.contains("functions") == true)
        // The weights of a graph that is not understood are still there.
        let opened = try FormatRegistry.open(
            {
                Fixtures.write(
                    graph {
                        $0.ones("w", [2]); $0.node("Einsum", ["in"], ["out"])
                    }, to: path)
                return path
            }())
        #expect(opened.weights?.entries.map(\.name) == ["w"] && opened.documentError != nil && opened.document == nil)
    }

    @Test("The kind of an attribute without a type comes from the field that is set")
    func anAttributeWithoutATypeIsToldByItsField() throws {
        let plain = graph { graph in
            graph.ones("w", [4, 4])
            graph.node("Gemm", ["in", "w"], ["mid"]) { node in
                node.attribute("transB") { $0.number(3, 1) }
                node.attribute("alpha") { $0.float(2, 1) }
            }
            graph.node("Transpose", ["mid"], ["turned"]) {
                $0.attribute("perm") {
                    $0.number(8, 1); $0.number(8, 0)
                }
            }
            graph.node("Transpose", ["turned"], ["out"]) { $0.attribute("perm") { $0.raw(8, [1, 0]) } }
        }
        #expect(survives(plain))
        let opened = try FormatRegistry.open("\(folder)/t.onnx")
        #expect(opened.document?.graph?.nodes.map(\.operation.name) == ["linear", "permute", "permute"])
        #expect(opened.document?.graph?.nodes.last?.operation == .permute([1, 0]))
        #expect(opened.weights?["w"]?.strides == [4, 1])
    }

    @Test("Inputs, outputs and attributes that the standard does not allow are refused")
    func whatTheStandardDoesNotAllowIsRefused() throws {
        func conv(_ inputs: [String], _ outputs: [String], _ attributes: @escaping (inout Message) -> Void = { _ in }) -> [UInt8] {
            graph { graph in
                graph.tensor(5, "w", 1, [4, 4, 1, 1]) { $0.raw(9, [UInt8](repeating: 0, count: 64)) }
                graph.node("Conv", inputs, outputs, name: "c", attributes)
            }
        }
        func integers(_ name: String, _ values: [Int64]) -> (inout Message) -> Void {
            { $0.attribute(name, type: 7) { attribute in for value in values { attribute.number(8, value) } } }
        }
        func text(_ name: String, _ value: String) -> (inout Message) -> Void { { $0.attribute(name, type: 3) { $0.text(4, value) } } }
        for (bytes, words) in [
            (conv(["in", "w", "w", "w"], ["out"]), "4 inputs are not allowed"), (conv(["in", "w"], ["out", "more"]), "2 outputs"),
            (conv(["in", "w"], ["out"], text("wombat", "1")), "it has no attribute wombat"),
            (
                conv(["in", "w"], ["out"]) {
                    integers("strides", [1, 1])(&$0); integers("strides", [2, 2])(&$0)
                },
                "the attribute strides is given twice"
            ),
            (
                conv(["in", "w"], ["out"]) {
                    integers("pads", [0, 0, 0, 0])(&$0); text("auto_pad", "VALID")(&$0)
                },
                "auto_pad VALID and pads contradict each other"
            ),
            // Ints that say they are one, and a number that is a text as well.
            (
                conv(["in", "w"], ["out"]) {
                    $0.attribute("strides", type: 2) {
                        $0.number(8, 1); $0.number(8, 1)
                    }
                },
                "the attribute strides holds a value of another kind"
            ),
            (
                conv(["in", "w"], ["out"]) {
                    $0.attribute("group") {
                        $0.number(3, 1); $0.text(4, "1")
                    }
                }, "of another kind than it says"
            ),
            (conv(["in", "w\0x"], ["out"]), "holds a NUL"),
        ] {
            let found = try error(bytes)
            #expect(found?.problem.contains(words) == true, "\(words): \(found?.problem ?? "read")")
        }
    }

    @Test("Missing, unknown and contradictory versions are refused") func versionsThatContradictThemselvesAreRefused() throws {
        let nodes = Message { graph in
            graph.node("Relu", ["in"], ["out"])
            graph.value(11, "in", [nil, 4])
            graph.value(12, "out", [nil, 4])
        }.bytes
        func model(_ version: Int64?, _ sets: [(String, Int64)]) -> [UInt8] {
            Message { model in
                if let version { model.number(1, version) }
                model.raw(7, nodes)
                for (domain, number) in sets {
                    model.message(8) { set in
                        if !domain.isEmpty { set.text(1, domain) }
                        set.number(2, number)
                    }
                }
            }.bytes
        }
        let path = "\(folder)/versions.onnx"
        for (version, sets, words) in [
            (nil, [("", 17)], "it gives no IR version"), (999, [("", 17)], "IR version 999 is not known"),
            (8, [("", 17), ("", 11)], "two operator sets of one domain"),
            (8, [("", 17), ("ai.onnx", 11)], "two operator sets of one domain"),
        ] as [(Int64?, [(String, Int64)], String)] {
            Fixtures.write(model(version, sets), to: path)
            let found = #expect(throws: ONNXError.self) { try ONNXFormat.open(try MappedFile(path: path), options: OpenOptions()) }
            #expect(found?.problem.contains(words) == true, "\(words)")
        }
        Fixtures.write(model(8, [("", 17), ("ai.onnx.ml", 3)]), to: path)
        #expect(try ONNXFormat.open(try MappedFile(path: path), options: OpenOptions()).documentError == nil)
    }

    @Test("Duplicate names and undefined values are refused") func namesGivenTwiceAndValuesFromNowhereAreRefused() throws {
        let path = "\(folder)/t.onnx"
        #expect(
            try error(
                graph {
                    $0.ones("w", [2]); $0.ones("w", [2]); $0.node("Relu", ["in"], ["out"])
                }) == .nameCollision(name: "w"))
        for wrong in [
            graph {
                $0.node("Relu", ["in"], ["out"]); $0.node("Relu", ["in"], ["out"])
            },
            graph { $0.node("Relu", ["in"], ["in"]) }, graph { $0.node("Relu", ["none"], ["out"]) },
            graph { $0.node("Identity", ["out"], ["out"]) },
            graph {
                $0.node("Identity", ["b"], ["a"]); $0.node("Identity", ["a"], ["b"]); $0.node("Relu", ["a"], ["out"])
            },
            graph {
                $0.ones("w", [4]); $0.node("Relu", ["w"], ["out"])
            }, graph { $0.node("Relu", [], ["out"]) },
            graph { $0.node("Relu", ["in"], []) }, graph { $0.node("Conv", ["in"], ["out"]) },
            graph { $0.node("Gemm", ["in", "in"], ["out"]) },
        ] {
            guard case .unsupportedUse(path, _, _, _)? = try error(wrong) else {
                Issue.record("not refused by name")
                continue
            }
        }
        #expect(!survives(graph { $0.node("Relu", ["in"], ["other"]) }))
    }

    /// torch writes "to the end" as the largest Int64; through a double that would be one more, which no Int64 holds.
    @Test("The largest and smallest integers work as slice ends", arguments: [Int64.max, .min, 1])
    func theLargestIntegersAreIndicesLikeOthers(_ end: Int64) throws {
        _ = survives(
            graph { graph in
                graph.integers("start", [0])
                graph.integers("end", [end])
                graph.integers("rest", [-1])
                graph.node("Shape", ["in"], ["shape"])
                graph.node("Slice", ["shape", "start", "end"], ["part"])
                graph.node("Gather", ["shape", "start"], ["batch"])
                graph.node("Concat", ["batch", "rest"], ["target"]) { $0.attribute("axis") { $0.number(3, 0) } }
                graph.node("Reshape", ["in", "target"], ["flat"])
                graph.node("Relu", ["flat"], ["out"])
            })
        #expect(try FormatRegistry.open("\(folder)/t.onnx").document?.graph?.nodes.map(\.operation) == [.flatten, .relu])
    }

    @Test("A reshape that moves numbers into the batch is not a flatten") func aReshapeThatMovesNumbersIntoTheBatchIsNoFlatten() throws {
        func reshaped(_ sizes: [Int64]) -> [UInt8] {
            Message.model { graph in
                graph.ones("w", [2])
                graph.integers("target", sizes)
                graph.node("Reshape", ["in", "target"], ["out"])
                graph.value(11, "in", [nil, 8, 2, 2])
                graph.value(12, "out", [nil, nil])
            }
        }
        for sizes: [Int64] in [[0, -1], [-1, 32], [1, 32], [0, 32], [0, 8, 4], [-1, 8, 4]] {
            #expect(survives(reshaped(sizes)), "\(sizes)")
        }
        for sizes: [Int64] in [[-1, 8], [-1, 16], [4, -1], [-1, 4], [0, 8, 5], [2, -1, 4], [-1, 2, 4], [0, 0, 0, 0, 0]] {
            #expect(!survives(reshaped(sizes)), "\(sizes)")
        }
    }

    @Test("A square weight used in two layouts is refused") func aSquareWeightUsedBothWaysIsRefused() throws {
        let both = graph { graph in
            graph.ones("w", [4, 4])
            graph.node("Gemm", ["in", "w"], ["mid"]) { $0.attribute("transB") { $0.number(3, 1) } }
            graph.node("Gemm", ["mid", "w"], ["out"])
        }
        #expect(try error(both)?.problem.contains("two layouts") == true)
    }

    @Test("A norm with an upper limit is refused") func aNormWithASecondLimitIsRefused() throws {
        func norm(_ inputs: [String]) -> [UInt8] {
            graph { graph in
                graph.tensor(5, "small", 1, []) { $0.raw(9, [0, 0, 0, 0x30]) }
                graph.tensor(5, "large", 1, []) { $0.raw(9, [0, 0, 0x80, 0x3F]) }
                graph.node("ReduceL2", ["in"], ["norm"]) { $0.attribute("axes") { $0.number(8, 1) } }
                graph.node(inputs.count > 2 ? "Max" : "Clip", inputs, ["clamp"])
                graph.node("Div", ["in", "clamp"], ["out"])
            }
        }
        #expect(survives(norm(["norm", "small"])))
        #expect(try error(norm(["norm", "small", "large"]))?.problem.contains("lower limit") == true)
    }

    @Test("NaN and infinity as constants are refused") func numbersThatAreNoneAreRefused() throws {
        for (bits, isFine): ([UInt8], Bool) in [([0, 0, 0xC0, 0x7F], false), ([0, 0, 0x80, 0x7F], false), ([0, 0, 0x80, 0x3F], true)] {
            let scaled = graph { graph in
                graph.ones("w", [2])
                graph.tensor(5, "k", 1, []) { $0.raw(9, bits) }
                graph.node("Mul", ["in", "k"], ["out"])
            }
            #expect(survives(scaled) == isFine)
        }
    }

    @Test("Damaged metadata of this project's own is refused") func ourOwnMetadataIsNotTrusted() throws {
        let base = graph {
            $0.ones("w", [2]); $0.node("Relu", ["in"], ["out"])
        }
        func with(_ key: String, _ value: String) -> [UInt8] {
            base
                + Message {
                    $0.message(14) { entry in
                        entry.text(1, key); entry.text(2, value)
                    }
                }.bytes
        }
        #expect(survives(base))
        for value in [
            "", "{}", "[]", #"{"order":["w","w"],"unused":{}}"#,
            #"{"order":[1],"unused":{}}"#, #"{"order":["w","u"],"unused":{"u":{"dtype":"float32","shape":[2],"bytes":"00"}}}"#,
            #"{"order":["w","u"],"unused":{"u":{"dtype":"float32","shape":[-1],"bytes":""}}}"#,
            #"{"order":["w","u"],"unused":{"u":{"dtype":"float32","shape":[9223372036854775807,9],"bytes":"00000000"}}}"#,
            #"{"order":["w","u"],"unused":{"u":{"dtype":"int8","shape":[1],"bytes":"0G"}}}"#,
            #"{"order":["w","w"],"unused":{"w":{"dtype":"int8","shape":[1],"bytes":"00"}}}"#,
        ] { #expect(!survives(with("convert.weights", value)), "\(value)") }
        #expect(survives(with("convert.weights", #"{"order":["u","w"],"unused":{"u":{"dtype":"int8","shape":[1],"bytes":"0a"}}}"#)))
        for value in ["", "{}", #"{"version":2}"#, #"{"version":1,"contract":{}}"#] {
            #expect(!survives(with("convert.model", value)), "\(value)")
        }
    }
}
