/// A 2-D convolution; the weight is [outputs, inputs / groups, height, width].
package struct Convolution: Sendable, Equatable {
    /// Key of the weight.
    package var weight: String
    /// Key of the bias, one number per output channel.
    package var bias: String?
    /// Steps along height and width.
    package var stride: Size2D
    /// Zeros around the input.
    package var padding: Padding2D
    /// Distance between taps along height and width.
    package var dilation: Size2D
    /// Parts that input and output channels are divided into.
    package var groups: Int

    /// A convolution.
    package init(
        weight: String, bias: String? = nil, stride: Size2D = Size2D(1), padding: Padding2D = Padding2D(0), dilation: Size2D = Size2D(1),
        groups: Int = 1
    ) {
        self.weight = weight
        self.bias = bias
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }
}

extension Convolution: OperationDefinition {
    static var blank: Convolution { Convolution(weight: "") }
    static let weightFields = [WeightField("weight", \Convolution.weight), WeightField("bias", \Convolution.bias)]
    static let attributeFields = [
        AttributeField("stride", \Convolution.stride), AttributeField("padding", \Convolution.padding, usual: Padding2D(0)),
        AttributeField("dilation", \Convolution.dilation, usual: Size2D(1)), AttributeField("groups", \Convolution.groups, usual: 1),
    ]
    var operation: Operation { .convolution(self) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        let image = try node.image(input)
        let channels = try node.channelCount(input)
        let shape = try node.weightShape("weight", weight)
        guard groups > 0, channels.isMultiple(of: groups) else { throw node.bad("\(channels) channels in \(groups) groups") }
        guard shape.count == 4, shape[1] == channels / groups, shape[0] > 0, shape[0].isMultiple(of: groups) else {
            throw .wrongWeightShape(
                node: node.node.name, role: "weight", key: weight, expected: "[outputs, \(channels / groups), height, width]", found: shape)
        }
        if let bias { try node.expect("bias", bias, [shape[0]]) }
        let window = SlidingWindow(
            kernel: Size2D(shape[2], shape[3]), stride: stride, padding: padding, dilation: dilation, ceilMode: false)
        return ValueType([image[0], .fixed(shape[0])] + (try node.slide(window, image)))
    }
}
