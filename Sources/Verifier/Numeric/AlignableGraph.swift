import IR

/// A network's graph between the pixels' scaling at its front and the normalization at its end, which exporters add and leave out.
struct AlignableGraph {
    /// The whole model.
    let model: Model
    /// Nodes of the core, in order.
    let nodes: [Node]
    /// The value that enters the core.
    let entry: String
    /// What the front makes of a number x: (x − mean) / deviation.
    let front: (mean: ChannelNumbers, deviation: ChannelNumbers)
    /// Channels in the order in which the core takes them, if the front moves them.
    let order: [Int]?
    /// Whether anything stands in front.
    let hasFront: Bool
    /// Values that leave the core, in the order of the outputs.
    let exits: [String]
    /// Whether the output of that place is brought to unit length.
    let isNormalized: [Bool]

    /// Cuts front and end off; nil for several inputs.
    init?(_ model: Model) {
        guard model.graph.inputs.count == 1, let input = model.graph.inputs.first else { return nil }
        self.model = model
        let graph = model.graph
        var readers: [String: [Int]] = [:]
        var producers: [String: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            for name in node.inputs { readers[name, default: []].append(index) }
            producers[node.output] = index
        }
        var gone: Set<Int> = []
        var value = input.name
        var (scale, shift): (ChannelNumbers, ChannelNumbers) = (1, 0)
        var order: [Int]?
        front: while let index = readers[value]?.first, readers[value]?.count == 1, !graph.outputs.contains(value) {
            let node = graph.nodes[index]
            switch node.operation {
            case .convertToFloat: break
            case .multiply(let factor): (scale, shift) = (scale.with(factor, *), shift.with(factor, *))
            case .divide(let factor): (scale, shift) = (scale.with(factor, /), shift.with(factor, /))
            case .subtract(let term): shift = shift.with(term, -)
            case .permute([0, 3, 1, 2]) where value == input.name: break
            case .selectChannels(let channels) where order == nil && Set(channels).count == channels.count:
                // What was done to a channel before it moved moves with it.
                (scale, shift) = (scale.reordered(channels), shift.reordered(channels))
                order = channels
            default: break front
            }
            gone.insert(index)
            value = node.output
        }
        entry = value
        hasFront = !gone.isEmpty
        front = (shift.with(scale) { $1 == 0 ? 0 : -$0 / $1 }, scale.map { $0 == 0 ? 1 : 1 / $0 })
        self.order = order
        var exits: [String] = []
        var isNormalized: [Bool] = []
        for output in graph.outputs {
            guard let index = producers[output], case .l2Normalize = graph.nodes[index].operation,
                let inner = graph.nodes[index].inputs.first,
                readers[output] == nil
            else {
                exits.append(output)
                isNormalized.append(false)
                continue
            }
            gone.insert(index)
            exits.append(inner)
            isNormalized.append(true)
        }
        self.exits = exits
        self.isNormalized = isNormalized
        nodes = graph.nodes.indices.filter { !gone.contains($0) }.map { graph.nodes[$0] }
    }
}
