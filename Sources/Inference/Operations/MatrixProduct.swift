import ConvertIR
import Kernels

extension PlainNode {
    func matrixProduct() -> PlainTensor {
        let (left, right) = (inputs[0], inputs[1])
        let (rows, terms) = (left.shape[left.shape.count - 2], left.shape[left.shape.count - 1])
        let columns = right.shape[right.shape.count - 1]
        let rank = max(left.shape.count, right.shape.count)
        func leading(_ tensor: PlainTensor) -> [Int] {
            Array(repeating: 1, count: rank - tensor.shape.count) + tensor.shape.dropLast(2)
        }
        let (one, other) = (leading(left), leading(right))
        let outer = zip(one, other).map { $0 == 1 ? $1 : $0 }
        /// Which of its matrices a value gives for a matrix of the result.
        func place(_ index: Int, _ own: [Int]) -> Int {
            var (rest, step, place) = (index, 1, 0)
            for axis in outer.indices.reversed() {
                if own[axis] != 1 { place += rest % outer[axis] * step }
                rest /= outer[axis]
                step *= own[axis]
            }
            return place
        }
        var result = PlainTensor(zeros: outer + [rows, columns])
        for matrix in 0..<outer.reduce(1, *) {
            let (a, b) = (place(matrix, one) * rows * terms, place(matrix, other) * terms * columns)
            for row in 0..<rows {
                for column in 0..<columns {
                    var sum = 0.0
                    for term in 0..<terms { sum += left.values[a + row * terms + term] * right.values[b + term * columns + column] }
                    result.values[(matrix * rows + row) * columns + column] = sum
                }
            }
        }
        return result
    }
}

extension LayerFusion {
    mutating func matrixProduct(_ node: Node) { append(node, .matrixProduct) { $0.otherInputs = Array(node.inputs.dropFirst()) } }
}

extension PlannedLayer {
    func matrixProduct(isExact: Bool) throws(InferenceError) -> ExecutionStep {
        guard sources.count == 2 else { throw unsupported("it does not have two factors") }
        let (left, right) = (sources[0], sources[1])
        let columns = target.sizes.last ?? 1
        // A vector per image is a matrix of one row.
        let rows = left.sizes.count > 1 && target.sizes.count > 1 ? target.sizes[target.sizes.count - 2] : 1
        // The batch is before the rows and columns; only a vector per image may have it as its rows.
        for value in [left, right] {
            guard let axis = value.layout.batchAxis else { continue }
            guard axis + 1 < value.sizes.count || value.sizes.count == 1 && axis == 0 else { throw unsupported("images would be mixed") }
        }
        for value in [left, right, target] {
            guard value.layout.order == .rows || value.sizes.count <= 1 else { throw unsupported("the columns are not adjacent") }
        }
        guard right.sizes.count > 1, let terms = left.sizes.last, right.sizes[right.sizes.count - 2] == terms else {
            throw unsupported("images would be mixed")
        }
        let outer = Array(target.sizes.dropLast(left.sizes.count > 1 ? 2 : 1))
        let offsets = try [left, right, target].map { (value) throws(InferenceError) in
            MatrixJob.Matrices(
                base: value.view.base, imageStride: value.view.imageStride,
                rowStride: value.sizes.count > 1 ? value.strides[value.sizes.count - 2] : value.view.imageStride,
                offsets: try self.offsets(value, outer))
        }
        return .matrices(
            MatrixJob(
                left: offsets[0], right: offsets[1], output: offsets[2], rows: rows, terms: terms, columns: columns,
                partialTerms: PartialSum.terms(isExact: isExact)))
    }

    /// Where a value's matrix for each product begins; axes of size 1 are repeated.
    private func offsets(_ value: PlannedValue, _ outer: [Int]) throws(InferenceError) -> [Int] {
        let own = value.sizes.count > 1 ? Array(value.sizes.dropLast(2)) : []
        guard own.count <= outer.count else { throw unsupported("images would be mixed") }
        var all = [0]
        for (axis, size) in outer.enumerated() {
            let position = axis - (outer.count - own.count)
            var step = 0
            if position >= 0, own[position] != 1 {
                guard own[position] == size else { throw unsupported("images would be mixed") }
                step = value.strides[position]
            }
            all = all.flatMap { place in (0..<size).map { place + $0 * step } }
        }
        return all
    }
}
