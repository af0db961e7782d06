extension InputContract {
    /// The size, height first, as `--image-size` takes it.
    package var sizeText: String { height.flatMap { height in width.map { "\(height)×\($0)" } } ?? "any size" }

    /// How a pixel enters.
    package var scalingText: String {
        guard let (mean, deviation) = scaling else { return "unknown scale" }
        if mean.single == 0, deviation.single == 1 { return "pixels from 0 to 255" }
        return mean.single == 0 ? "x / \(deviation)" : "(x − \(mean)) / \(deviation)"
    }

    /// How a photograph is cut.
    package var cropText: String {
        switch crop {
        case .mtcnn(let margin): "MTCNN crop with margin \(margin)"
        case .arcface: "five-point aligned face"
        case .whole: "whole image resized"
        case .none: "image as it is"
        case .unknown: "unknown crop"
        }
    }

    /// Whether the output has unit length.
    package var lengthText: String { isNormalized ? "of unit length" : "not normalized" }

    /// One line for people.
    package var summary: String {
        let output = embeddingLength.map { "\($0) numbers, \(lengthText)" } ?? "no embedding"
        return "\(sizeText) \(channelOrder.rawValue.uppercased()), \(scalingText), \(cropText); out: \(output)"
    }
}

extension Model {
    /// ε of the batch normalizations, ascending, each once.
    package var epsilons: [Double] {
        Set(
            graph.nodes.compactMap { node in
                if case .batchNormalization(let layer) = node.operation { layer.epsilon } else { nil }
            }
        ).sorted()
    }

    /// The facts of one origin, in words, as far as they say something about this network.
    package func facts(_ origin: FactOrigin) -> [String] {
        let origins = contract.origins
        var words: [String] = []
        for fact in NetworkFact.allCases where origins[fact] == origin {
            switch fact {
            case .epsilon: if !epsilons.isEmpty { words.append("ε " + epsilons.map { "\($0)" }.joined(separator: " and ")) }
            case .height: words.append(contract.sizeText)
            case .width: if origins[.height] != origin { words.append("width \(contract.width.map(String.init) ?? "any")") }
            case .channelOrder: words.append(contract.channelOrder.rawValue.uppercased())
            case .mean:
                words.append(
                    origins[.standardDeviation] == origin ? contract.scalingText : "mean \(contract.mean?.description ?? "unknown")")
            case .standardDeviation:
                if origins[.mean] != origin { words.append("divided by \(contract.standardDeviation?.description ?? "?")") }
            case .crop: if contract.crop != .none { words.append(contract.cropText) }
            case .isNormalized: if contract.embeddingLength != nil { words.append("output \(contract.lengthText)") }
            case .embeddingLength, .metric: continue
            }
        }
        if origin == .assumed { words += architecture.assumedWords }
        return words
    }

    /// `assumed: …` in one line; nil if nothing is assumed.
    package var assumedLine: String? {
        let words = facts(.assumed)
        return words.isEmpty ? nil : "assumed: " + words.joined(separator: ", ")
    }
}
