import ConvertIR
import ConvertInference

/// How many channels of a network's activations are active on some images: a slope that is never used, or a channel that is always cut off,
/// may hold anything without affecting the outputs.
package struct ChannelActivity: Sendable, Equatable {
    /// Channels of all activations.
    package let channels: Int
    /// Channels that were active on some image: a PReLU's slope that was used, a ReLU that let something through.
    package let active: Int

    /// The share of active channels; 1 if there are no activations.
    package var share: Double { channels == 0 ? 1 : Double(active) / Double(channels) }

    init(channels: Int, active: Int) {
        self.channels = channels
        self.active = active
    }

    /// Runs a network and examines what enters its activations.
    init(of model: Model, input: Batch, options: FastExecutor.Options) throws {
        var graph = model.graph
        var slopes: [String: Bool] = [:]
        for node in graph.nodes {
            guard let value = node.inputs.first, value != graph.inputs.first?.name else { continue }
            switch node.operation {
            case .prelu: slopes[value] = true
            case .relu, .clip(0, _): slopes[value] = slopes[value] ?? false
            default: break
            }
        }
        graph.outputs = slopes.keys.sorted()
        var awake: [String: [Bool]] = [:]
        if !slopes.isEmpty {
            let open = try Model(weights: model.weights, graph: graph, contract: model.contract, architecture: model.architecture)
            var options = options
            options.allowsNotFinite = true
            let executor = try FastExecutor(open, options: options)
            // A few images at a time, because every value before an activation is kept.
            var first = 0
            while first < input.imageCount {
                let count = min(2, input.imageCount - first)
                for output in try executor.run(input.images(first..<first + count)) {
                    ChannelActivity.note(output.batch, isSlope: slopes[output.name] ?? false, in: &awake[output.name, default: []])
                }
                first += count
                if awake.count == slopes.count, awake.values.allSatisfy({ $0.allSatisfy(\.self) }) { break }
            }
        }
        channels = awake.values.reduce(0) { $0 + $1.count }
        active = awake.values.reduce(0) { sum, flags in sum + flags.reduce(0) { $0 + ($1 ? 1 : 0) } }
    }

    private static func note(_ batch: Batch, isSlope: Bool, in flags: inout [Bool]) {
        guard batch.shape.count >= 2, batch.shape[1] > 0 else { return }
        let channels = batch.shape[1]
        if flags.isEmpty { flags = Array(repeating: false, count: channels) }
        let plane = batch.imageSize / channels
        batch.values.withUnsafeBufferPointer { values in
            for image in 0..<batch.imageCount {
                for channel in 0..<channels where !flags[channel] {
                    let start = (image * channels + channel) * plane
                    for index in start..<start + plane where isSlope ? values[index] < 0 : values[index] > 0 {
                        flags[channel] = true
                        break
                    }
                }
            }
        }
    }
}
