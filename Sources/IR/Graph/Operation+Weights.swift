extension Operation {
    /// The same operation reading its weights under other keys.
    public func renamingWeights(_ rename: (String) -> String) -> Operation {
        switch self {
        case .convolution(var layer):
            layer.weight = rename(layer.weight)
            layer.bias = layer.bias.map(rename)
            return .convolution(layer)
        case .batchNormalization(var layer):
            layer.scale = rename(layer.scale)
            layer.bias = rename(layer.bias)
            layer.mean = rename(layer.mean)
            layer.variance = rename(layer.variance)
            return .batchNormalization(layer)
        case .prelu(let slope): return .prelu(slope: rename(slope))
        case .linear(var layer):
            layer.weight = rename(layer.weight)
            layer.bias = layer.bias.map(rename)
            return .linear(layer)
        default: return self
        }
    }
}
