import Architectures
import ConvertIR

/// What a graph shows of how images enter it, for graphs that came without this project's own description: another program's ONNX file, or
/// a text.
///
/// Arithmetic at the beginning of the graph says what the pixels are; a graph of a known family has that family's usual contract, assumed;
/// what is left is unknown.
enum GraphContract {
    static func read(_ graph: Graph, weights: Weights) -> InputContract {
        let layout = graph.inputLayout
        let shape = graph.inputs.first?.type.shape ?? []
        let axes = layout.imageAxes(of: shape)
        let profile = GraphRecognition.find(graph, weights: weights)?.profile
        var contract = InputContract(
            height: axes.flatMap { shape[$0.height].fixed }, width: axes.flatMap { shape[$0.width].fixed }, mean: nil,
            standardDeviation: nil, crop: .unknown, embeddingLength: embeddingLength(graph, weights: weights),
            isNormalized: endsNormalized(graph), metric: .none)
        contract.origins.set(.epsilon, .height, .width, .embeddingLength, .isNormalized, .metric, to: .stated)
        contract.origins.set(.mean, .standardDeviation, .crop, to: .unknown)
        if layout.channels(of: shape) == 1 {
            contract.channelOrder = .gray
            contract.origins[.channelOrder] = .stated
        }
        if contract.embeddingLength == nil {
            contract.crop = .none
            contract.origins[.crop] = .assumed
        } else {
            contract.metric = .cosine
        }
        let arithmetic = Arithmetic(graph)
        if let pixels = arithmetic.pixels {
            contract.mean = 0
            contract.standardDeviation = pixels == .bytes ? 1 : 255
            contract.origins.set(.mean, .standardDeviation, to: .stated)
        }
        guard var filled = profile?.fill(contract) else { return contract }
        // The family's order is that of the layers; a graph that turns the channels round takes them the other way.
        if arithmetic.isReversed, filled.channelOrder != .gray { filled.channelOrder = filled.channelOrder == .rgb ? .bgr : .rgb }
        return filled
    }

    /// A contract that came with weights, for a graph that is given beside them: what the graph itself shows is taken from it.
    static func adapted(_ contract: InputContract, to graph: Graph, weights: Weights) -> InputContract {
        let shown = read(graph, weights: weights)
        var adapted = contract
        func take<Value: Equatable>(_ path: WritableKeyPath<InputContract, Value>, _ fact: NetworkFact) {
            guard adapted[keyPath: path] != shown[keyPath: path] else { return }
            adapted[keyPath: path] = shown[keyPath: path]
            adapted.origins[fact] = .given
        }
        take(\.height, .height)
        take(\.width, .width)
        take(\.embeddingLength, .embeddingLength)
        take(\.isNormalized, .isNormalized)
        adapted.origins[.epsilon] = .given
        return adapted
    }

    /// The length of the first output, if it is a vector per image and every other output is one number per image, as an embedding's norm is.
    private static func embeddingLength(_ graph: Graph, weights: Weights) -> Int? {
        guard let types = try? graph.valueTypes(weights: weights) else { return nil }
        let lengths = graph.outputs.map { name in types[name].flatMap { $0.shape.count == 2 ? $0.shape[1].fixed : nil } }
        guard let first = lengths.first, let length = first, lengths.dropFirst().allSatisfy({ $0 == 1 }) else { return nil }
        return length
    }

    private static func endsNormalized(_ graph: Graph) -> Bool {
        guard let output = graph.outputs.first else { return false }
        if case .l2Normalize? = graph.nodes.last(where: { $0.output == output })?.operation { return true }
        return false
    }

    /// The pixels that a graph begins with, read from the sums and products that only the image goes through.
    private struct Arithmetic {
        /// What a graph expects of a pixel.
        enum Pixels {
            /// Numbers from 0 to 255.
            case bytes
            /// Numbers from 0 to 1.
            case fractions
        }

        private var scale: ChannelNumbers = 1
        private var shift: ChannelNumbers = 0
        /// Whether the graph turns the order of the channels round.
        private(set) var isReversed = false
        private var isFound = false
        private var isByte = false

        init(_ graph: Graph) {
            guard let input = graph.inputs.first else { return }
            isByte = input.type.elements == .uint8
            var value = input.name
            for _ in 0..<graph.nodes.count {
                let readers = graph.nodes.filter { $0.inputs.contains(value) }
                guard readers.count == 1 else { return }
                switch readers[0].operation {
                case .convertToFloat, .permute: break
                case .selectChannels(let channels):
                    guard Set(channels).count == channels.count else { return }
                    if channels == [2, 1, 0] { isReversed.toggle() }
                    (scale, shift) = (scale.reordered(channels), shift.reordered(channels))
                case .subtract(let numbers):
                    shift = shift.with(numbers, -)
                    isFound = true
                case .multiply(let numbers):
                    (scale, shift) = (scale.with(numbers, *), shift.with(numbers, *))
                    isFound = true
                case .divide(let numbers):
                    (scale, shift) = (scale.with(numbers, /), shift.with(numbers, /))
                    isFound = true
                default: return
                }
                value = readers[0].output
            }
        }

        /// What the pixels must be for the network to see numbers around 0 of a usual size; nil if the graph does not show it.
        var pixels: Pixels? {
            if isByte { return .bytes }
            guard isFound, scale.values.allSatisfy({ $0 != 0 }) else { return nil }
            func range(_ largest: Double) -> (width: Double, holdsZero: Bool) {
                var (width, holdsZero) = (0.0, true)
                for channel in 0..<max(scale.values.count, shift.values.count) {
                    let (first, last) = (shift[channel], scale[channel] * largest + shift[channel])
                    let own = abs(last - first)
                    width = max(width, own)
                    holdsZero = holdsZero && min(first, last) <= own / 20 && max(first, last) >= -own / 20
                }
                return (width, holdsZero)
            }
            let (bytes, fractions) = (range(255), range(1))
            // Subtracting a mean alone leaves numbers as large as the pixels.
            if bytes.holdsZero, bytes.width <= 10 { return .bytes }
            if fractions.holdsZero, fractions.width <= 10 { return .fractions }
            return bytes.holdsZero ? .bytes : nil
        }
    }
}
