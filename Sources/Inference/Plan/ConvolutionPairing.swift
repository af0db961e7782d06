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
        for index in layers.indices where layers[index].method == .depthwise {
            let middle = layers[index].layer.input
            guard readers[middle] == 1, !outputs.contains(middle), let place = places[middle], isFirst(layers[place]) else { continue }
            result[index].first = [layers[place]]
            result[index].layer.input = layers[place].layer.input
            joined.insert(place)
        }
        // What comes after a pair may be done a level earlier.
        let left = result.indices.filter { !joined.contains($0) }.map { result[$0] }
        let levels = LayerLevels.levels(of: left.map(\.layer))
        return left.indices.sorted { (levels[$0], $0) < (levels[$1], $1) }.map { left[$0] }
    }

    /// Whether a layer is a convolution whose result is computed for any rows as cheaply as for all: of one tap, or of so few channels that its
    /// windows are gathered.
    private static func isFirst(_ packed: PackedLayer) -> Bool {
        guard case .convolution(let convolution) = packed.layer.kind, packed.method == .direct, packed.layer.residual == nil,
            packed.curve == nil
        else { return false }
        let shape = packed.weightShape
        let (taps, channels) = (shape[2] * shape[3], shape[1] * convolution.groups)
        return taps == 1 || channels < laneCount && taps * channels <= mostGathered
    }

    /// Numbers of a window that is gathered, at most.
    private static let mostGathered = 256
}
