import ConvertFiles
import ConvertIR
import ConvertTensors
import Glibc

/// Arithmetic of stored tensors alone, which optimizers leave in a graph: it is done here, and its results become weights.
extension ONNXGraphReader {
    /// Bytes of all results; weights are scaled, not multiplied, so that no honest file comes near.
    private static let largest = 2 << 30

    /// Computes a node whose inputs are all stored; false for any other node.
    mutating func foldConstants(_ node: ONNXNode) throws -> Bool {
        guard let output = node.outputs.first, let first = node.inputs.first else { return false }
        switch node.operatorName {
        case "Expand", "Reshape":
            guard let tensor = stored(first), tensor.dtype.isFloatingPoint, node.inputs.count == 2,
                let sizes = try integers(node.inputs[1])
            else { return false }
            let isExpanded = node.operatorName == "Expand"
            if isExpanded, weightKeys[first] != nil, isOwnShape(sizes.map { .size($0) }, tensor) { return false }
            let result = try isExpanded ? expanded(node, tensor, sizes) : reshaped(node, tensor, sizes)
            if !isExpanded, let key = weightKeys[first] {
                weightKeys[output] = key
                views[output] = result
            } else {
                constants[output] = result
            }
            if widened.contains(first) { widened.insert(output) }
            return true
        case "CastLike":
            // All computed values are float32 here, or are run as if they were.
            guard stored(first)?.dtype == .float32 else { return false }
            return takeStored(first, as: output)
        default: break
        }
        let tensors = node.inputs.compactMap { stored($0) }
        guard tensors.count == node.inputs.count, tensors.allSatisfy({ $0.dtype.isFloatingPoint }) else { return false }
        let types = zip(node.inputs, tensors).map { widened.contains($0) ? DType.float32 : $1.dtype }
        guard types.allSatisfy({ $0 == types[0] }) else { return false }
        let result: Tensor
        switch (node.operatorName, tensors.count) {
        case ("Add", 2): result = try combined(node, tensors, types[0]) { $0 + $1 }
        case ("Sub", 2): result = try combined(node, tensors, types[0]) { $0 - $1 }
        case ("Mul", 2): result = try combined(node, tensors, types[0]) { $0 * $1 }
        case ("Div", 2): result = try combined(node, tensors, types[0]) { $0 / $1 }
        case ("Pow", 2): result = try combined(node, tensors, types[0]) { pow($0, $1) }
        case ("Sqrt", 1): result = try mapped(tensors[0], types[0]) { $0.squareRoot() }
        case ("Reciprocal", 1): result = try mapped(tensors[0], types[0]) { 1 / $0 }
        case ("Neg", 1): result = try mapped(tensors[0], types[0]) { -$0 }
        default: return false
        }
        for name in node.inputs { if let key = weightKeys[name] { constantKeys.insert(key) } }
        constants[output] = result
        return true
    }

    /// A stored tensor as a different type of numbers; nil if its numbers stay as they are.
    mutating func castConstant(_ name: String, to code: Int64) throws -> Tensor? {
        guard let tensor = stored(name), tensor.dtype.isFloatingPoint, let target = Int32(exactly: code).flatMap(ONNXDType.dtype),
            target.isFloatingPoint, target != tensor.dtype
        else { return nil }
        // Read as float32, a weight keeps the type that it is stored in.
        if target == .float32, weightKeys[name] != nil || tensor.dtype.byteCount < 4 { return nil }
        if let key = weightKeys[name] { constantKeys.insert(key) }
        if let precision = WeightPrecision.allCases.first(where: { $0.dtype == target }) { return try tensor.rounded(to: precision) }
        guard target == .float64 else { return nil }
        return try made(try tensor.doubles(), tensor.shape, .float64)
    }

    /// The tensor that a value shows, if it is stored.
    func stored(_ name: String) -> Tensor? { ranks[name] == nil ? views[name] ?? constant(name) : nil }

    /// A tensor repeated along its axes of size 1.
    private mutating func expanded(_ node: ONNXNode, _ tensor: Tensor, _ sizes: [Int64]) throws -> Tensor {
        let wanted = sizes.compactMap { Int(exactly: $0) }
        guard wanted.count == sizes.count, wanted.allSatisfy({ 0...1 << 24 ~= $0 }), wanted.count <= 8 else {
            throw unsupported(node, "to \(sizes)")
        }
        var count = 1
        for size in wanted {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow, product <= ONNXGraphReader.largest / 8 else { throw unsupported(node, "its result is too large") }
            count = product
        }
        let ones = try made(Array(repeating: 1, count: count), wanted, tensor.dtype)
        return try combined(node, [tensor, ones], tensor.dtype) { $0 * $1 }
    }

    /// A tensor under other sizes; 0 keeps a size, -1 takes what is left.
    private func reshaped(_ node: ONNXNode, _ tensor: Tensor, _ sizes: [Int64]) throws -> Tensor {
        var shape: [Int] = []
        var product = 1
        for (axis, size) in sizes.enumerated() {
            let keeps = size == 0 && integer(node, "allowzero", default: 0) == 0 && tensor.shape.indices.contains(axis)
            guard let number = keeps ? tensor.shape[axis] : Int(exactly: size), number >= -1 else { throw unsupported(node, "to \(sizes)") }
            shape.append(number)
            if number != -1 {
                let (next, overflow) = product.multipliedReportingOverflow(by: number)
                guard !overflow else { throw unsupported(node, "to \(sizes)") }
                product = next
            }
        }
        if let open = shape.firstIndex(of: -1), product > 0 { shape[open] = tensor.elementCount / product }
        guard !shape.contains(-1), shape.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) == tensor.elementCount else {
            throw unsupported(node, "\(tensor.shape) to \(sizes)")
        }
        if tensor.isContiguous {
            return try Tensor(
                dtype: tensor.dtype, shape: shape, strides: Tensor.contiguousStrides(shape), offset: tensor.offset, storage: tensor.storage)
        }
        return try Tensor(
            dtype: tensor.dtype, shape: shape, storage: Storage(name: tensor.storage.name, bytes: tensor.cOrderBytes()))
    }

    private mutating func mapped(_ tensor: Tensor, _ type: DType, _ function: (Double) -> Double) throws -> Tensor {
        try made(try tensor.doubles().map(function), tensor.shape, type)
    }

    /// Element by element, axes of size 1 repeated as ONNX does (onnx docs/Broadcasting.md).
    private mutating func combined(
        _ node: ONNXNode, _ tensors: [Tensor], _ type: DType, _ function: (Double, Double) -> Double
    ) throws -> Tensor {
        let (one, other) = (tensors[0], tensors[1])
        let rank = max(one.shape.count, other.shape.count)
        func padded(_ shape: [Int]) -> [Int] { Array(repeating: 1, count: rank - shape.count) + shape }
        let (left, right) = (padded(one.shape), padded(other.shape))
        var shape: [Int] = []
        var count = 1
        for (a, b) in zip(left, right) {
            guard a == b || a == 1 || b == 1 else { throw unsupported(node, "shapes \(one.shape) and \(other.shape)") }
            shape.append(a == 1 ? b : a)
            let (product, overflow) = count.multipliedReportingOverflow(by: shape[shape.count - 1])
            guard !overflow, product <= ONNXGraphReader.largest / 8 else { throw unsupported(node, "its result is too large") }
            count = product
        }
        let (a, b) = (try one.doubles(), try other.doubles())
        func steps(_ sizes: [Int]) -> [Int] {
            zip(Tensor.contiguousStrides(sizes), sizes).map { $1 == 1 ? 0 : $0 }
        }
        let (leftSteps, rightSteps) = (steps(left), steps(right))
        var values: [Double] = []
        values.reserveCapacity(count)
        var place = Array(repeating: 0, count: rank)
        var (i, j) = (0, 0)
        for _ in 0..<count {
            values.append(function(a[i], b[j]))
            var axis = rank - 1
            while axis >= 0 {
                place[axis] += 1
                i += leftSteps[axis]
                j += rightSteps[axis]
                if place[axis] < shape[axis] { break }
                i -= leftSteps[axis] * shape[axis]
                j -= rightSteps[axis] * shape[axis]
                place[axis] = 0
                axis -= 1
            }
        }
        return try made(values, shape, type)
    }

    /// Numbers as a tensor, each rounded once.
    private mutating func made(_ values: [Double], _ shape: [Int], _ dtype: DType) throws -> Tensor {
        foldedBytes += values.count * 8
        guard foldedBytes <= ONNXGraphReader.largest else {
            throw ONNXError.tooLarge(file: file, detail: "the arithmetic of its weights takes over \(ONNXGraphReader.largest) bytes")
        }
        let bytes = values.withUnsafeBytes { Array($0) }
        let double = try Tensor(
            dtype: .float64, shape: shape, storage: Storage(name: "\(file) (computed)", bytes: ByteView(copying: bytes, name: file)))
        guard let precision = WeightPrecision.allCases.first(where: { $0.dtype == dtype }) else { return double }
        let rounded = try double.rounded(to: precision)
        return try Tensor(
            dtype: rounded.dtype, shape: shape, storage: Storage(name: "\(file) (computed)", bytes: rounded.cOrderBytes()))
    }
}
