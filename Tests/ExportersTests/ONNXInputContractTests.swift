@testable import Exporters
import ConvertIR
import ConvertTensors
import Testing

/// How images enter a network is read from the graph of another program's ONNX file, or said to be unknown.
@Suite struct ONNXInputContractTests {
    /// A graph that takes an image, does `operations` to it, and ends in a linear layer.
    private func contract(_ operations: [Operation], elements: ElementType = .float32, shape: [Dimension]? = nil) throws -> InputContract {
        let image = shape ?? [.batch, .fixed(3), .fixed(4), .fixed(4)]
        let count = image.compactMap(\.fixed).reduce(1, *)
        var nodes: [Node] = []
        var value = "x"
        for (index, operation) in operations.enumerated() {
            nodes.append(Node(name: "n\(index)", operation: operation, inputs: [value], output: "v\(index)"))
            value = "v\(index)"
        }
        nodes.append(Node(name: "flat", operation: .flatten, inputs: [value], output: "flat"))
        nodes.append(Node(name: "fc", operation: .linear(Linear(weight: "fc.weight")), inputs: ["flat"], output: "y"))
        let graph = Graph(inputs: [.init(name: "x", type: ValueType(image, elements: elements))], nodes: nodes, outputs: ["y"])
        let bytes = [UInt8](repeating: 0, count: 4 * count * 5)
        let weights = Weights(
            entries: [
                .init(
                    name: "fc.weight",
                    tensor: try Tensor(
                        dtype: .float32, shape: [5, count], storage: Storage(name: "w", bytes: .init(copying: bytes, name: "w"))))
            ], provenance: Provenance(source: "x.onnx", format: "onnx", stateDictPath: ""))
        return GraphContract.read(graph, weights: weights)
    }

    static let overBytes: [[Operation]] = [
        [.subtract(127.5), .multiply(0.0078125)], [.multiply(0.00392157)], [.multiply(0.00784314), .subtract(1)], [.subtract(127.5)],
        [.multiply(0.0078125), .subtract(0.99609375)], [.divide(255)],
    ]
    static let overFractions: [[Operation]] = [
        [.subtract(0.5), .multiply(2)], [.multiply(2), .subtract(1)], [.subtract(0.45), .multiply(4.4)],
        [.subtract(ChannelNumbers([0.485, 0.456, 0.406]) ?? 0), .divide(ChannelNumbers([0.229, 0.224, 0.225]) ?? 1)],
    ]

    @Test("Arithmetic on the range 0 to 255 means that raw pixels enter the network", arguments: overBytes)
    func arithmeticOverBytesMeansThatPixelsEnterAsTheyAre(_ operations: [Operation]) throws {
        let contract = try contract(operations)
        #expect(contract.mean == 0 && contract.standardDeviation == 1)
        #expect(contract.origins[.mean] == .stated && contract.origins[.standardDeviation] == .stated)
    }

    @Test("Arithmetic on the range 0 to 1 means that pixels are divided by 255", arguments: overFractions)
    func arithmeticOverFractionsMeansThatPixelsAreDividedBy255(_ operations: [Operation]) throws {
        let contract = try contract(operations)
        #expect(contract.mean == 0 && contract.standardDeviation == 255 && contract.origins[.mean] == .stated)
    }

    @Test("An integer input takes raw pixels") func wholeNumbersArePixels() throws {
        let contract = try contract([.convertToFloat], elements: .uint8)
        #expect(contract.mean == 0 && contract.standardDeviation == 1 && contract.origins[.mean] == .stated)
    }

    @Test("Without arithmetic on the input, scale and crop are unknown") func withoutArithmeticScaleAndCropAreUnknown() throws {
        let contract = try contract([])
        #expect(contract.mean == nil && contract.standardDeviation == nil && contract.crop == .unknown)
        #expect(contract.origins.facts(.unknown) == [.mean, .standardDeviation, .crop])
        #expect(contract.channelOrder == .rgb && contract.origins[.channelOrder] == .assumed)
        #expect(contract.height == 4 && contract.origins[.height] == .stated && contract.embeddingLength == 5)
    }

    @Test(
        "Channels may be moved after a cast and arithmetic",
        arguments: [
            [Operation.convertToFloat, .subtract(127.5), .divide(128), .permute([0, 3, 1, 2])], [.convertToFloat, .permute([0, 3, 1, 2])],
        ])
    func channelsMayMoveAfterACastAndArithmetic(_ operations: [Operation]) throws {
        let contract = try contract(operations, elements: .uint8, shape: [.batch, .fixed(6), .fixed(4), .fixed(3)])
        #expect(contract.height == 6 && contract.width == 4 && contract.mean == 0 && contract.standardDeviation == 1)
    }

    @Test("One channel means gray, and channels may come last") func oneChannelIsGrayAndChannelsMayComeLast() throws {
        let gray = try contract([], shape: [.batch, .fixed(1), .fixed(6), .fixed(4)])
        #expect(gray.channelOrder == .gray && gray.origins[.channelOrder] == .stated && gray.height == 6 && gray.width == 4)
        let last = try contract([.permute([0, 3, 1, 2])], shape: [.batch, .fixed(6), .fixed(4), .fixed(3)])
        #expect(last.height == 6 && last.width == 4)
    }
}
