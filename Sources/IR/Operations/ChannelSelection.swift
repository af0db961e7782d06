/// Channels by index, along axis 1.
struct ChannelSelection {
    var channels: [Int]
}

extension ChannelSelection: OperationDefinition {
    static var blank: ChannelSelection { ChannelSelection(channels: []) }
    static let attributeFields = [AttributeField("channels", \ChannelSelection.channels)]
    var operation: Operation { .selectChannels(channels) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        let count = try node.channelCount(input)
        guard (1...1 << 16) ~= channels.count, channels.allSatisfy({ (0..<count) ~= $0 }) else {
            throw node.bad("channels \(channels) of \(count)")
        }
        var shape = input.shape
        shape[1] = .fixed(channels.count)
        return ValueType(shape, elements: input.elements)
    }
}
