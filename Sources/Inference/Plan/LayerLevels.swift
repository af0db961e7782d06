/// Layers by the longest chain of others that must come before them: layers of one level need nothing from one another, so that threads may do
/// them side by side, like the branches of a block. All branches are in memory together, then.
enum LayerLevels {
    /// The same layers, those of one level adjacent; each still comes after those that it reads.
    static func sorted(_ layers: [FusedLayer]) -> [FusedLayer] { sorted(layers) { $0 } }

    /// The same for what has a layer.
    static func sorted<Element>(_ layers: [Element], by layer: (Element) -> FusedLayer) -> [Element] {
        let levels = levels(of: layers.map(layer))
        return layers.indices.sorted { (levels[$0], $0) < (levels[$1], $1) }.map { layers[$0] }
    }

    /// The level of each layer, the first being 0. Layers come after those that they read.
    static func levels(of layers: [FusedLayer]) -> [Int] {
        var levels: [String: Int] = [:]
        return layers.map { layer in
            let level = (layer.inputs.compactMap { levels[$0] }.max() ?? -1) + 1
            levels[layer.output] = level
            return level
        }
    }
}
