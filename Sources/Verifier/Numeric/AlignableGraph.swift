import ConvertIR

/// The core of a network's graph: without the scaling of pixels at its front and the normalization at its end, which exporters add or omit.
struct AlignableGraph {
    /// The whole model.
    let model: Model
    /// Nodes of the core, in order.
    let nodes: [Node]
    /// The value that enters the core.
    let entry: String
    /// What the front turns a number x into: (x − mean) / deviation.
    let front: (mean: ChannelNumbers, deviation: ChannelNumbers)
    /// The order in which the core takes the channels; nil if the front does not reorder them.
    let order: [Int]?
    /// Whether there is a front.
    let hasFront: Bool
    /// Values that leave the core, in the order of the outputs.
    let exits: [String]
    /// For each output, whether it is normalized to unit length.
    let isNormalized: [Bool]

    /// Removes front and end; nil if the network has several inputs.
    init?(_ model: Model) {
        guard model.graph.inputs.count == 1, let input = model.graph.inputs.first else { return nil }
        self.model = model
        let graph = model.graphInPlainSpelling
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
                // A channel's scaling moves with the channel.
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
