import ConvertIR
import ConvertTensors

extension ONNXWriting {
    static func reshape(_ shape: [Int]) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let sizes = names.constant("\(node.name).shape", .integers(shape.map { Int64($0) }))
                return [sizes, names.node(node, "Reshape", sizes.outputs)]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let reshapeReadings: [String: ONNXReading] = [
        "Reshape": ONNXReading(inputs: 2...2, attributes: ["allowzero"]) { reader, node in try reader.reshape(node) },
        "Squeeze": ONNXReading(inputs: 1...2, attributes: ["axes"]) { reader, node in try reader.squeeze(node) },
        "Unsqueeze": ONNXReading(inputs: 1...2, attributes: ["axes"]) { reader, node in try reader.unsqueeze(node) },
    ]

    mutating func reshape(_ node: ONNXNode) throws {
        let isJoined = node.inputs.first.map { joinedRows.contains($0) } ?? false
        let input = try value(node, 0)
        guard node.inputs.count == 2 else { throw unsupported(node, "its shape is missing") }
        var items = shapes[resolve(node.inputs[1])]
        if items == nil { items = try integers(node.inputs[1])?.map { .size($0) } }
        guard let items, (1...8) ~= items.count else { throw unsupported(node, "its shape is computed from numbers") }
        if !isJoined, items.count == 2, try joinRows(node, input, items) || flattenTo(node, input, items) { return }
        let shape = try sizes(node, input, items, isJoined: isJoined)
        try append(node, .reshape(shape), [input], rank: shape.count)
    }

    /// Everything after the batch in one axis: false if it does not keep the batch.
    private mutating func flattenTo(_ node: ONNXNode, _ input: String, _ items: [ShapeItem]) throws -> Bool {
        let keepsBatch: Bool
        switch items[0] {
        case .axis(let axis): keepsBatch = axis == 0
        case .size(let size):
            keepsBatch = size == 0 && integer(node, "allowzero", default: 0) == 0 || size == -1 || isBatch(size, items)
        }
        guard keepsBatch, types[input]?.shape.first.map({ $0 == .batch }) ?? true else { return false }
        if case .axis = items[1], rank(input) != 2 { return false }
        if case .size(let size) = items[1], size > 0, let output = node.outputs.first { claimedFeatures[output] = size }
        try append(node, .flatten, [input], rank: 2)
        return true
    }

    /// Whether a size at the batch's position is that of a file for a fixed number of images. One image is meant only if no other size is
    /// computed, as that one would take in all images.
    private func isBatch(_ size: Int64, _ items: [ShapeItem]) -> Bool {
        size == fixedBatch || size == 1 && !items.contains(.size(-1))
    }

    /// Optimizers put the rows of all images into one matrix, so that a matrix product can take them: the value stays as it is, and only
    /// operators that work row by row may read it until it is put back.
    private mutating func joinRows(_ node: ONNXNode, _ input: String, _ items: [ShapeItem]) throws -> Bool {
        guard let shape = types[input]?.shape, shape.count > 2, shape[0] == .batch, case .size(let size) = items[1],
            let output = node.outputs.first
        else { return false }
        let rest = shape.dropFirst().compactMap(\.fixed)
        guard rest.count == shape.count - 1 else { return false }
        // The last axes that are the columns.
        var (columns, count) = (1, 0)
        while Int64(columns) < size, count < rest.count {
            let (product, overflow) = columns.multipliedReportingOverflow(by: rest[rest.count - 1 - count])
            guard !overflow else { return false }
            (columns, count) = (product, count + 1)
        }
        let rows = rest.dropLast(count)
        // Of one row for each image, it is a flatten.
        guard Int64(columns) == size, rows.contains(where: { $0 != 1 }) else { return false }
        if case .size(let all) = items[0], all != -1 {
            let perImage = rows.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
            guard all == Int64(perImage).multipliedReportingOverflow(by: fixedBatch ?? 1).partialValue else { return false }
        } else if case .axis = items[0] {
            return false
        }
        var value = input
        if count > 1 { value = try step(node, "columns", .reshape([0] + rows + [columns]), [input], rank: rows.count + 2) }
        synonyms[output] = value
        joinedRows.insert(output)
        return true
    }

    /// The sizes of a reshape as the graph has them: 0 for a size that stays at its position, −1 for one that is computed.
    private func sizes(_ node: ONNXNode, _ input: String, _ items: [ShapeItem], isJoined: Bool) throws -> [Int] {
        let given = types[input]?.shape ?? []
        let batch = given.firstIndex(of: .batch)
        var sizes: [Int] = []
        var computed: Int?
        for (position, item) in items.enumerated() {
            switch item {
            case .size(let size):
                guard let size = Int(exactly: size), (-1...1 << 40) ~= size, size != 0 || integer(node, "allowzero", default: 0) == 0,
                    !(isJoined && size == 0)
                else { throw unsupported(node, "the size \(size)") }
                // A file for a fixed number of images names it.
                sizes.append(position == batch && isBatch(Int64(size), items) ? 0 : size)
            case .axis(let axis):
                let isKept = axis == 0 ? position == batch ?? 0 : position == axis && position < given.count && given[position].fixed == nil
                if isKept {
                    sizes.append(0)
                } else {
                    guard computed == nil, axis == 0 else { throw unsupported(node, "a size that is known only when it runs") }
                    computed = position
                    sizes.append(-1)
                }
            }
        }
        // The batch and one more size are left to be computed: the latter follows from the others.
        if let open = sizes.indices.first(where: { sizes[$0] == -1 && $0 != computed }), computed != nil {
            let known = given.compactMap(\.fixed)
            let rest = sizes.enumerated().filter { $0.element > 0 }.map(\.element)
            func product(_ numbers: [Int]) -> Int? {
                numbers.reduce(1 as Int?) { total, number in
                    let next = total?.multipliedReportingOverflow(by: number)
                    return next?.overflow == false ? next?.partialValue : nil
                }
            }
            guard known.count == given.count - 1, let all = product(known), let taken = product(rest), taken > 0,
                all.isMultiple(of: taken)
            else { throw unsupported(node, "two sizes are known only when it runs") }
            sizes[open] = all / taken
        }
        return sizes
    }

    /// Axes of size 1 taken away.
    mutating func squeeze(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        let given = try reducedAxes(node)?.map { try axis($0, of: input, node) }
        if rank(input) == 4, let position = producers[input], case .globalAveragePool = nodes[position].operation,
            given.map({ Set($0) == [2, 3] }) == true
        {
            return try append(node, .flatten, [input], rank: 2)
        }
        guard let shape = types[input]?.shape else { throw unsupported(node, "the sizes of its input are not known") }
        let axes = given ?? shape.indices.filter { shape[$0] == .fixed(1) }
        guard axes.allSatisfy({ shape[$0] == .fixed(1) }) else { throw unsupported(node, "only axes of size 1 can be taken away") }
        try reshape(node, input, to: shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
    }

    /// Further axes of size 1. Without constant folding, torch gives a slope those of an image in the graph.
    mutating func unsqueeze(_ node: ONNXNode) throws {
        if try unsqueezeStored(node) { return }
        let input = try value(node, 0)
        guard var shape = types[input]?.shape, let axes = try reducedAxes(node) else {
            throw unsupported(node, "the sizes of its input are not known")
        }
        let rank = shape.count + axes.count
        let positions = axes.map { $0 < 0 ? Int($0) + rank : Int(clamping: $0) }.sorted()
        guard rank <= 8, positions.allSatisfy({ (0..<rank) ~= $0 }), Set(positions).count == positions.count else {
            throw unsupported(node, "axes \(axes)")
        }
        for position in positions { shape.insert(.fixed(1), at: position) }
        try reshape(node, input, to: shape)
    }

    /// A reshape to sizes of which at most one is not known.
    mutating func reshape(_ node: ONNXNode, _ input: String, to target: [Dimension]) throws {
        let given = types[input]?.shape ?? []
        let sizes = target.enumerated().map { position, size in
            size.fixed ?? (position < given.count && given[position] == size ? 0 : -1)
        }
        guard !sizes.isEmpty, sizes.filter({ $0 == -1 }).count <= 1 else { throw unsupported(node, "its sizes are not known") }
        try append(node, .reshape(sizes), [input], rank: sizes.count)
    }
}
