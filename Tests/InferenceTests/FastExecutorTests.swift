import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertTensors
import TestSupport
import Testing

/// What the fast executor promises besides being right: the same bits however work is divided, and clear refusals.
@Suite struct FastExecutorTests {
    private func run(_ model: Model, _ input: Batch, _ change: (inout FastExecutor.Options) -> Void = { _ in }) throws -> [[UInt32]] {
        var options = FastExecutor.Options()
        change(&options)
        return try FastExecutor(model, options: options).run(input).map { $0.batch.values.map(\.bitPattern) }
    }

    @Test("Results do not depend on the threads or the batch", arguments: ["ir_small", "branches"], [false, true])
    func resultsDependNeitherOnThreadsNorOnTheBatch(_ name: String, _ isExact: Bool) throws {
        let model = try Networks.source(name)
        let three = try Networks.inputOfFixture(name)
        let two = three.images(0..<2)
        let seven = try Batch(
            shape: [7] + three.shape.dropFirst(), values: three.values + two.values + two.values.reversed())
        for loops in Loops.available {
            let reference = try run(model, seven) { ($0.isExact, $0.loops) = (isExact, loops) }
            #expect(Set(reference[0]).count > 20)
            for (threads, atOnce) in [(1, 1), (2, 3), (3, 8), (1, 8)] {
                let other = try run(model, seven) {
                    ($0.isExact, $0.loops, $0.threads, $0.imagesAtOnce) = (isExact, loops, threads, atOnce)
                }
                #expect(other == reference, "\(threads) threads, \(atOnce) at once, \(loops)")
            }
            let length = reference[0].count / 7
            for image in [0, 4, 6] {
                let alone = try run(model, seven.images(image..<image + 1)) { ($0.isExact, $0.loops) = (isExact, loops) }
                #expect(alone[0] == Array(reference[0][image * length..<(image + 1) * length]), "image \(image)")
            }
        }
    }

    @Test("A transformer's results do not depend on the threads or the batch", arguments: [false, true])
    func tokensDependNeitherOnThreadsNorOnTheBatch(_ isExact: Bool) throws {
        let model = try Networks.open(Fixtures.path("tokens/torchscript_17.onnx"))
        let array = try NumpyArray(try MappedFile(path: Fixtures.path("tokens/input.npy")))
        let three = try Batch(shape: array.shape, values: array.floats)
        for loops in Loops.available {
            let reference = try run(model, three) { ($0.isExact, $0.loops, $0.threads) = (isExact, loops, 1) }
            #expect(Set(reference[0]).count > 20)
            for (threads, atOnce) in [(1, 1), (3, 8), (2, 2)] {
                let other = try run(model, three) {
                    ($0.isExact, $0.loops, $0.threads, $0.imagesAtOnce) = (isExact, loops, threads, atOnce)
                }
                #expect(other == reference, "\(threads) threads, \(atOnce) at once, \(loops)")
            }
        }
    }

    @Test("What would mix the images of a batch is refused by name")
    func mixedImages() throws {
        let shape: [Dimension] = [.batch, .fixed(4), .fixed(4)]
        let turned = try Networks.model(
            input: shape, [("turned", .permute([1, 0, 2]), ["input"])], outputs: ["turned"])
        #expect(throws: InferenceError.self) { try FastExecutor(turned).run(try Networks.input([2, 4, 4])) }
        let moved = try Networks.model(
            input: shape,
            [
                ("turned", .permute([1, 0, 2]), ["input"]), ("weight", .parameter(weight: "w", isPerImage: false), []),
                ("product", .matrixProduct, ["turned", "weight"]), ("back", .permute([1, 0, 2]), ["product"]),
            ], outputs: ["back"], shapes: [("w", [4, 3])])
        #expect(throws: InferenceError.self) { try FastExecutor(moved).run(try Networks.input([2, 4, 4])) }
    }

    @Test("A small batch before a large one does not change the result") func aSmallBatchBeforeALargeOneChangesNothing() throws {
        let model = try Networks.source("branches")
        let executor = try FastExecutor(model)
        let input = try Networks.inputOfFixture("branches")
        let whole = try executor.run(input)[0].batch.values
        let fresh = try FastExecutor(model)
        _ = try fresh.run(input.images(0..<1))
        #expect(try fresh.run(input)[0].batch.values == whole)
        #expect(try fresh.run(input)[0].batch.values == whole)
    }

    @Test("Two executors run at once, each from several threads") func executorsRunSideBySideAndOneServesSeveralThreads() async throws {
        let (first, second) = (try Networks.source("branches"), try Networks.fixture("branches_onnxsim.onnx"))
        let input = try Networks.inputOfFixture("branches")
        let executors = [try FastExecutor(first), try FastExecutor(second)]
        let expected = try executors.map { try $0.run(input)[0].batch.values }
        let results = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<12 {
                group.addTask { try executors[index % 2].run(input)[0].batch.values == expected[index % 2] }
            }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results == [Bool](repeating: true, count: 12))
    }

    private func oneConvolution(_ input: [Dimension], weights: [(String, Tensor)] = []) throws -> Model {
        try Networks.model(
            input: input,
            [
                ("c", .convolution(Convolution(weight: "w", bias: "b", padding: Padding2D(1))), ["input"]), ("r", .relu, ["c"]),
                ("p", .globalAveragePool, ["r"]), ("f", .flatten, ["p"]), ("l", .linear(Linear(weight: "v")), ["f"]),
            ], outputs: ["l"], shapes: weights.isEmpty ? [("w", [4, 3, 3, 3]), ("b", [4]), ("v", [5, 4])] : [], weights: weights)
    }

    @Test(
        "Inputs of the wrong shape are refused",
        arguments: [[2, 3, 8, 9], [2, 4, 8, 8], [2, 3, 8], [3, 8, 8], [0, 3, 8, 8], [2, 3, 0, 8]])
    func inputsOfAnotherShapeAreRefused(_ shape: [Int]) throws {
        let model = try oneConvolution([.batch, .fixed(3), .fixed(8), .fixed(8)])
        let input = try Networks.input(shape)
        let expected = InferenceError.wrongShape(expected: "[batch, 3, 8, 8]", found: shape)
        #expect(throws: expected) { try FastExecutor(model).run(input) }
        #expect(throws: expected) { try PlainExecutor(model).run(PlainTensor(shape: shape, values: input.values.map(Double.init))) }
    }

    @Test("A count of values that does not match the shape is refused") func countsThatDoNotFitTheirShapeAreRefused() {
        #expect(throws: InferenceError.wrongCount(shape: [2, 3], count: 5)) { try Batch(shape: [2, 3], values: [1, 2, 3, 4, 5]) }
        #expect(throws: InferenceError.wrongCount(shape: [], count: 1)) { try Batch(shape: [], values: [1]) }
        #expect(throws: InferenceError.wrongCount(shape: [-1, -1], count: 1)) { try Batch(shape: [-1, -1], values: [1]) }
        #expect(throws: InferenceError.wrongCount(shape: [.max, .max], count: 1)) { try Batch(shape: [.max, .max], values: [1]) }
    }

    @Test(
        "Weights that are not finite are named in an error, unless they are allowed", arguments: ["w", "b", "v"], [Float.nan, .infinity])
    func weightsThatAreNotFiniteAreNamedUnlessAllowed(_ name: String, _ bad: Float) throws {
        let weights = try [("w", [4, 3, 3, 3]), ("b", [4]), ("v", [5, 4])].map { key, shape in
            var values = Networks.noise(shape.reduce(1, *), seed: 3)
            if key == name { values[values.count - 1] = bad }
            return (key, try Networks.tensor(shape, values))
        }
        let model = try oneConvolution([.batch, .fixed(3), .fixed(8), .fixed(8)], weights: weights)
        let expected = InferenceError.notFinite(tensor: name, nanCount: bad.isNaN ? 1 : 0, infinityCount: bad.isNaN ? 0 : 1)
        #expect(throws: expected) { try FastExecutor(model) }
        let found = try run(model, try Networks.input([1, 3, 8, 8])) { $0.allowsNotFinite = true }
        #expect(found[0].contains { !Float(bitPattern: $0).isFinite })
    }

    @Test("A batch is split to fit the memory limit, and an image that cannot fit is refused")
    func memoryIsForeseenABatchIsSplitAndAnImageThatCannotFitIsRefused() throws {
        let model = try Networks.source("branches")
        let input = try Networks.inputOfFixture("branches")
        let executor = try FastExecutor(model)
        let reference = try executor.run(input)[0].batch.values
        let one = try FastExecutor(model).workingBytes(for: [1, 3, 33, 33])
        #expect(one > 33 * 33 * 8 * 4)
        var options = FastExecutor.Options()
        options.memoryLimit = 2 * one
        let tight = try FastExecutor(model, options: options)
        #expect(try tight.workingBytes(for: input.shape) <= 2 * one)
        #expect(try tight.run(input)[0].batch.values == reference)
        options.memoryLimit = one / 2
        #expect(throws: InferenceError.self) { try FastExecutor(model, options: options).run(input) }
    }

    @Test("Sizes that do not fit in memory are refused before anything is allocated")
    func sizesThatNoMemoryHoldsAreRefusedBeforeAnythingIsTaken() throws {
        let model = try oneConvolution([.batch, .fixed(3), .symbol("height"), .symbol("width")])
        let executor = try FastExecutor(model)
        #expect(try executor.workingBytes(for: [1, 3, 64, 64]) < 1 << 20)
        #expect(throws: InferenceError.self) { try executor.workingBytes(for: [1, 3, 1 << 17, 1 << 17]) }
        #expect(throws: (any Error).self) { try executor.workingBytes(for: [1, 3, 1 << 24, 1 << 24]) }
        #expect(throws: (any Error).self) { try executor.workingBytes(for: [1, 3, 1 << 40, 1 << 40]) }
    }

    @Test("Sizes that overflow are refused, even in a network without windows")
    func sizesPastAllArithmeticAreRefusedWhereNoWindowBoundsThem() throws {
        let model = try Networks.model(
            input: [.batch, .fixed(3), .symbol("height"), .symbol("width")], [("r", .relu, ["input"])], outputs: ["r"])
        for size in [1 << 24, 1 << 31, 1 << 40, Int.max / 2] {
            #expect(throws: (any Error).self) { try FastExecutor(model).workingBytes(for: [1, 3, size, size]) }
        }
    }

    @Test("A network with two inputs is refused") func aNetworkWithTwoInputsIsRefused() throws {
        var graph = Graph(
            inputs: ["a", "b"].map { .init(name: $0, type: ValueType([.batch, .fixed(3)])) },
            nodes: [Node(name: "s", operation: .add, inputs: ["a", "b"], output: "s")], outputs: ["s"])
        graph.inputs.reverse()
        let model = try Model(
            weights: Weights(entries: [], provenance: Provenance(source: "", format: "", stateDictPath: "")), graph: graph,
            contract: Networks.contract, architecture: .custom)
        let input = try Networks.input([1, 3])
        #expect(throws: InferenceError.severalInputs(names: ["b", "a"])) { try FastExecutor(model).run(input) }
    }
}
