import ConvertIR
import Kernels

/// Joins a depthwise convolution with the convolution before it, if nothing else reads what is between them: it is as large as the largest
/// values of a network, and need not be stored.
enum ConvolutionPairing {
    /// - Parameter outputs: values that are needed at the end.
    static func pairs(_ layers: [PackedLayer], outputs: Set<String>) -> [PackedLayer] {
        var readers: [String: Int] = [:]
        for name in layers.flatMap(\.layer.inputs) { readers[name, default: 0] += 1 }
        var places: [String: Int] = [:]
        for index in layers.indices { places[layers[index].layer.output] = index }
        var (result, joined) = (layers, Set<Int>())
        for index in layers.indices where isSecond(layers[index]) {
            let middle = layers[index].layer.input
            guard readers[middle] == 1, !outputs.contains(middle), let place = places[middle], isFirst(layers[place]) else { continue }
            result[index].precedingConvolution = [layers[place]]
            result[index].layer.input = layers[place].layer.input
            joined.insert(place)
        }
        // What comes after a pair may be done a level earlier.
        let left = result.indices.filter { !joined.contains($0) }.map { result[$0] }
        return LayerLevels.sorted(left, by: \.layer)
    }

    /// Whether a layer is a convolution whose rows cost no more if only some are computed: one of a single tap, or of a thin input.
    private static func isFirst(_ packed: PackedLayer) -> Bool {
        guard case .convolution(let convolution) = packed.layer.kind, packed.method == .direct, packed.layer.residual == nil,
            packed.curve == nil
        else { return false }
        let shape = packed.weightShape
        let taps = shape[2] * shape[3]
        return taps == 1 || ConvolutionJob.hasThinInput(taps: taps, channels: shape[1] * convolution.groups)
    }

    /// Whether windows have so few rows that one band shares few with the next.
    private static func isSecond(_ packed: PackedLayer) -> Bool {
        guard case .convolution(let convolution) = packed.layer.kind, packed.method == .depthwise else { return false }
        let (height, dilation) = (packed.weightShape[2], convolution.dilation.height)
        return dilation <= highestWindow && (height - 1) * dilation < highestWindow
    }

    /// Rows of a window, at most.
    private static let highestWindow = 8
}
