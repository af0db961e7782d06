import ConvertIR
import ConvertTensors

/// Rebuilds a graph from ONNX nodes: those that this project writes, and those that torch's exporters and onnxsim write for networks of
/// the same kinds. What it does not know it refuses, naming operator and node.
struct ONNXGraphReader {
    /// The graph, and the tensors that its nodes read, in the layout that the graph expects.
    struct Result {
        var graph: Graph
        /// Tensors by key; linear weights that ONNX keeps as [inputs, outputs] are transposed views, slopes are vectors.
        var weights: [String: Tensor]
        /// Initializers that became numbers or shapes inside nodes.
        var constants: Set<String>
        /// What of the file is not followed to the letter, one sentence each.
        var remarks: [String]
    }

    let file: String
    let opset: Int
    var initializers: [String: Tensor] = [:]
    /// Number of nodes that read each value; outputs of the graph count too.
    var readers: [String: Int] = [:]
    /// Constants of nodes by value name.
    var constants: [String: Tensor] = [:]
    /// Values that are shapes, as far as they are known.
    var shapes: [String: [ShapeItem]] = [:]
    /// Values that are shapes as tables of two rows or columns.
    var tables: [String: [[ShapeItem]]] = [:]
    /// Values that are an earlier value under a new name.
    var synonyms: [String: String] = [:]
    /// Number of axes of each value.
    var ranks: [String: Int] = [:]
    /// Elements and sizes of each value, as far as they follow from the nodes so far.
    var types: [String: ValueType] = [:]
    /// Steps of a layer normalization that is spelled out, with the value and the axes that they are of.
    var normalizationParts: [String: (of: String, axes: [Int], part: NormalizationPart)] = [:]
    /// Permutations that were made for such steps, by value and axes.
    var permutedValues: [String: String] = [:]
    /// Normalizations that were spelled out, whose factor and term may follow.
    var spelledOut: Set<String> = []
    /// Names under which rows of all images were put into one matrix.
    var joinedRows: Set<String> = []
    /// The key of the weight that a value is, through casts.
    var weightKeys: [String: String] = [:]
    /// Such values that show their weight in a different layout: axes exchanged, or further axes of size 1.
    var views: [String: Tensor] = [:]
    /// Features that a reshape says a flattened value has.
    var claimedFeatures: [String: Int64] = [:]
    /// Sizes of the graph's inputs.
    var imageShapes: [String: [Dimension]] = [:]
    var nodes: [Node] = []
    /// The ONNX node that each node comes from, by number: a node that is made late is put where it was read.
    var nodeOrders: [Int] = []
    /// Values whose node may be made late, with the number of the ONNX node that gives them.
    var lateOrders: [String: Int] = [:]
    /// The number of the ONNX node that is read.
    var order = 0
    /// Index in `nodes` of the node that gives a value.
    var producers: [String: Int] = [:]
    /// Parts of an L2 normalization that were met: norm, then clamped norm, with the value that they are of.
    var norms: [String: (of: String, axis: Int, epsilon: Double?)] = [:]
    /// Parts of a GELU that were met.
    var gaussians: [String: GaussianPart] = [:]
    var used: [String: Tensor] = [:]
    var constantKeys: Set<String> = []
    /// Names given so far: each value is given once, or following a name could go round in circles.
    var defined: Set<String> = []
    /// Inputs whose elements are whole numbers.
    var integerInputs: Set<String> = []
    /// The batch, if the file fixes it to more than one image.
    var fixedBatch: Int64?
    /// Stored values that are read as float32 through a cast.
    var widened: Set<String> = []
    /// Bytes of weights that were computed from others.
    var foldedBytes = 0
    var remarks: [String] = []

    /// One item of a shape value.
    enum ShapeItem: Equatable {
        case size(Int64)
        /// The size of an axis of some value.
        case axis(Int)
    }

    /// Reads a model whose initializers are `tensors` and whose Constant nodes give `constants`. Throws `ONNXError`.
    static func read(
        _ model: ONNXModel, tensors: [String: Tensor], constants: [String: Tensor], file: String
    ) throws -> Result {
        guard ONNXError.readableOpsets ~= model.opset else { throw ONNXError.unsupportedOpset(file: file, opset: model.opset) }
        var reader = ONNXGraphReader(file: file, opset: model.opset)
        reader.initializers = tensors
        reader.constants = constants
        for key in tensors.keys { reader.weightKeys[key] = key }
        reader.defined = Set(tensors.keys).union(model.inputs.map(\.name))
        for name in model.nodes.flatMap(\.inputs) + model.outputs.map(\.name) { reader.readers[name, default: 0] += 1 }
        var inputs: [Graph.Input] = []
        for value in model.inputs where tensors[value.name] == nil { inputs.append(try reader.input(value)) }
        if let function = model.functions.first {
            // A call of it would be refused as well; said here, the reason is the same for every file.
            throw ONNXError.unsupportedUse(
                file: file, node: function, operatorName: "functions",
                detail: "functions of the model's own, such as \(function), are not supported")
        }
        for node in try ONNXNodeOrder.sorted(model.nodes, file: file) { try reader.take(node) }
        let outputs = try reader.outputs(model.outputs.map(\.name))
        let places = reader.nodes.indices.sorted { (reader.nodeOrders[$0], $0) < (reader.nodeOrders[$1], $1) }
        let graph = Graph(inputs: inputs, nodes: places.map { reader.nodes[$0] }, outputs: outputs).withoutDeadNodes()
            .withSoftmaxUnwrapped()
        try reader.checkClaimedFeatures(graph)
        return Result(graph: graph, weights: reader.used, constants: reader.constantKeys, remarks: reader.remarks)
    }

    /// The graph's outputs; some networks give a vector's length besides the vector.
    private mutating func outputs(_ names: [String]) throws -> [String] {
        try names.map { name in
            guard !joinedRows.contains(name) else {
                throw ONNXError.unsupportedUse(
                    file: file, node: name, operatorName: "output", detail: "the rows of all images are one matrix here")
            }
            let value = resolve(name)
            try becomeNode(value)
            return value
        }
    }

    /// Says once that numbers are computed in float32 if the file asks for a different type.
    mutating func noteArithmetic(_ name: String) {
        let remark = "the file asks for \(name) arithmetic; it is run in float32 here"
        if !remarks.contains(remark) { remarks.append(remark) }
    }

    /// A reshape to two axes is a flatten only if it leaves the batch alone: [batch, 8, 2, 2] to [-1, 8] is not one.
    private func checkClaimedFeatures(_ graph: Graph) throws {
        let weights = Weights(
            entries: used.map { Weights.Entry(name: $0.key, tensor: $0.value) },
            provenance: Provenance(source: "", format: "", stateDictPath: ""))
        // A graph that does not fit together is reported when a model is made of it.
        guard !claimedFeatures.isEmpty, let types = try? graph.valueTypes(weights: weights) else { return }
        for node in graph.nodes {
            guard let claimed = claimedFeatures[node.output], let found = types[node.output]?.shape.last?.fixed, claimed != found else {
                continue
            }
            throw ONNXError.unsupportedUse(
                file: file, node: node.name, operatorName: "Reshape",
                detail: "\(claimed) features are expected, flattening everything after the batch gives \(found)")
        }
    }

    private mutating func input(_ value: ONNXValue) throws -> Graph.Input {
        func bad(_ detail: String) -> ONNXError {
            .unsupportedUse(file: file, node: value.name, operatorName: "input", detail: detail)
        }
        let elements: ElementType
        switch value.elementType {
        case ONNXElementType.float32: elements = .float32
        case ONNXElementType.uint8:
            elements = .uint8
            integerInputs.insert(value.name)
        case ONNXElementType.float16:
            elements = .float32
            noteArithmetic("float16")
        default: throw bad("element type \(value.elementType) is not supported")
        }
        guard let shape = value.shape else { throw bad("it has no shape") }
        var dimensions: [Dimension] = []
        for (axis, dimension) in shape.enumerated() {
            switch dimension {
            case .fixed(let size):
                guard let size = Int(exactly: size), (1...1 << 24) ~= size else { throw bad("axis \(axis) has size \(size)") }
                // An export with a fixed batch of one is run image by image all the same.
                dimensions.append(axis == 0 ? .batch : .fixed(size))
                guard axis == 0 else { continue }
                fixedBatch = Int64(size)
                if size > 1 {
                    remarks.append("the file takes batches of exactly \(size) images; here it is run with any number")
                }
            case .symbol(let name): dimensions.append(axis == 0 ? .batch : .symbol(name))
            case .unknown: dimensions.append(axis == 0 ? .batch : .symbol("axis\(axis)"))
            }
        }
        ranks[value.name] = dimensions.count
        imageShapes[value.name] = dimensions
        types[value.name] = ValueType(dimensions, elements: elements)
        return Graph.Input(name: value.name, type: ValueType(dimensions, elements: elements))
    }

    // MARK: Values

    /// The value itself, if it is an earlier one under a new name.
    func resolve(_ name: String) -> String {
        var name = name
        while let other = synonyms[name] { name = other }
        return name
    }

    /// A constant of the graph: an initializer or a Constant node, unless it has become a value.
    func constant(_ name: String) -> Tensor? {
        ranks[name] == nil ? constants[name] ?? weightKeys[name].flatMap { initializers[$0] } : nil
    }

    /// One number, if the value is a constant with one element.
    mutating func number(_ name: String) throws -> Double? {
        guard let tensor = constant(name), tensor.elementCount == 1, tensor.dtype.isFloatingPoint else { return nil }
        if let key = weightKeys[name] { constantKeys.insert(key) }
        return try tensor.doubles().first.map { Float($0).shortestDecimal }
    }

    /// Whole numbers, if the value is a constant.
    mutating func integers(_ name: String) throws -> [Int64]? {
        if let items = shapes[resolve(name)] {
            let sizes = items.map { item -> Int64? in if case .size(let size) = item { size } else { nil } }
            return sizes.allSatisfy { $0 != nil } ? sizes.compactMap(\.self) : nil
        }
        guard let tensor = constant(name), tensor.elementCount <= 64, tensor.dtype == .int64 || tensor.dtype == .int32 else { return nil }
        if let key = weightKeys[name] { constantKeys.insert(key) }
        let bytes = try tensor.cOrderBytes()
        // Not by way of doubles: torch writes "to the end" as the largest Int64, which no double is.
        return try (0..<tensor.elementCount).map { index in
            if tensor.dtype == .int32 { return Int64(try bytes.integer(at: index * 4, as: Int32.self)) }
            return try bytes.integer(at: index * 8, as: Int64.self)
        }
    }

    /// Claims an initializer as a weight, under its key.
    mutating func weight(_ name: String, _ node: ONNXNode, _ role: String, as turn: (Tensor) throws -> Tensor = { $0 }) throws -> String {
        guard let key = weightKeys[name], let tensor = initializers[key] else {
            // Some exporters keep small weights in Constant nodes: those become weights under the value's name.
            if let tensor = constants[name] {
                used[name] = try turn(tensor)
                return name
            }
            throw unsupported(node, "its \(role) \(name) is computed, not stored")
        }
        let turned = try turn(views[name] ?? tensor)
        // A square weight has the same shape both ways.
        if let known = used[key], known.shape != turned.shape || known.strides != turned.strides {
            throw unsupported(node, "its \(role) \(key) is used in two layouts")
        }
        used[key] = turned
        return key
    }

    func unsupported(_ node: ONNXNode, _ detail: String) -> ONNXError {
        .unsupportedUse(file: file, node: label(node), operatorName: node.operatorName, detail: detail)
    }

    func label(_ node: ONNXNode) -> String { node.name.isEmpty ? node.outputs.first ?? "(unnamed)" : node.name }

    /// The value at an input, which must be there and be computed.
    func value(_ node: ONNXNode, _ index: Int) throws -> String {
        guard index < node.inputs.count, !node.inputs[index].isEmpty else { throw unsupported(node, "input \(index) is missing") }
        let name = resolve(node.inputs[index])
        guard ranks[name] != nil else {
            if gaussians[name] != nil { throw unsupported(node, "an erf is only read as a part of GELU, which this is not") }
            throw unsupported(node, constant(name) == nil ? "the value \(name) is not known" : "input \(index) is a constant")
        }
        return name
    }

    func rank(_ name: String) -> Int { ranks[name] ?? 0 }

    func axis(_ axis: Int64, of name: String, _ node: ONNXNode) throws -> Int {
        let rank = rank(name)
        let place = axis < 0 ? Int(axis) + rank : Int(exactly: axis) ?? rank
        guard (0..<rank) ~= place else { throw unsupported(node, "axis \(axis) of \(rank)") }
        return place
    }

    /// Adds a node that gives the ONNX node's first output.
    mutating func append(_ node: ONNXNode, _ operation: Operation, _ inputs: [String], rank: Int, named name: String? = nil) throws {
        guard let output = node.outputs.first, !output.isEmpty else { throw unsupported(node, "it has no output") }
        guard ranks[output] == nil else { throw unsupported(node, "the value \(output) is given twice") }
        let made = Node(name: name ?? label(node), operation: operation, inputs: inputs, output: output)
        producers[output] = nodes.count
        nodeOrders.append(lateOrders[output] ?? order)
        types[output] = type(made)
        ranks[output] = types[output]?.shape.count ?? rank
        nodes.append(made)
    }

    /// A node gives its value under a later name, since what came after it is a part of it.
    mutating func moveOutput(_ position: Int, to output: String) {
        let old = nodes[position].output
        nodes[position].output = output
        producers[output] = position
        (types[output], ranks[output]) = (types[old], ranks[old])
    }

    /// The type of a node's output; nil if it does not follow. A node that is wrong is reported when a model is made of the graph.
    private func type(_ node: Node) -> ValueType? {
        var inputs = [Graph.Input(name: "", type: ValueType([.batch]))]
        for (index, name) in node.inputs.enumerated() {
            guard let type = types[name] else { return nil }
            inputs.append(Graph.Input(name: "\(index)", type: type))
        }
        let names = node.inputs.indices.map { "\($0)" }
        let alone = Node(name: node.name, operation: node.operation, inputs: names, output: "output")
        let weights = Weights(
            entries: node.operation.weights.compactMap { weight in used[weight.key].map { Weights.Entry(name: weight.key, tensor: $0) } },
            provenance: Provenance(source: "", format: "", stateDictPath: ""))
        return try? Graph(inputs: inputs, nodes: [alone], outputs: ["output"]).valueTypes(weights: weights)["output"]
    }

    // MARK: Attributes

    func integer(_ node: ONNXNode, _ name: String, default value: Int64) -> Int64 {
        if case .integer(let number)? = node[name] { number } else { value }
    }

    func float(_ node: ONNXNode, _ name: String, default value: Double) -> Double {
        if case .float(let number)? = node[name] { number.shortestDecimal } else { value }
    }

    /// Two sizes along height and width.
    func size(_ node: ONNXNode, _ name: String, default value: Int) throws -> Size2D {
        guard case .integers(let numbers)? = node[name] else { return Size2D(value) }
        let sizes = numbers.compactMap { Int(exactly: $0) }
        guard sizes.count == 2, numbers.count == 2, sizes.allSatisfy({ (0...1 << 24) ~= $0 }) else {
            throw unsupported(node, "\(name) is \(numbers), two sizes are supported")
        }
        return Size2D(sizes[0], sizes[1])
    }

    func padding(_ node: ONNXNode) throws -> Padding2D {
        if case .string(let mode)? = node["auto_pad"], mode != "NOTSET", mode != "VALID", !mode.isEmpty {
            throw unsupported(node, "auto_pad \(mode) is not supported")
        }
        guard case .integers(let numbers)? = node["pads"] else { return Padding2D(0) }
        let sizes = numbers.compactMap { Int(exactly: $0) }
        guard sizes.count == 4, numbers.count == 4, sizes.allSatisfy({ (0...1 << 24) ~= $0 }) else {
            throw unsupported(node, "pads are \(numbers), four are supported")
        }
        return Padding2D(top: sizes[0], left: sizes[1], bottom: sizes[2], right: sizes[3])
    }
}
