import ConvertIR

/// Compares an input's sizes with what the graph takes.
enum InputCheck {
    static func check(_ shape: [Int], against type: ValueType) throws(InferenceError) {
        let fits =
            shape.count == type.shape.count && !shape.isEmpty
            && zip(shape, type.shape).allSatisfy { size, dimension in
                size > 0 && (dimension.fixed.map { $0 == size } ?? true)
            }
        guard fits else { throw .wrongShape(expected: "\(type)", found: shape) }
    }
}
