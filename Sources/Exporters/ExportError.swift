import ConvertFiles

/// What prevents an opened file from being exported, or a requested change from being made.
package enum ExportError: DescribedError, Equatable {
    case nothingToExport(file: String)
    /// A tensor whose numbers an export would lose.
    case notPlain(file: String, name: String, kind: String, isQuantized: Bool)
    case nothingToDequantize(file: String)
    /// Finite weights that the precision cannot represent.
    case overflow(precision: String, tensors: [String])
    case cannotFold(format: String)
    case nothingToFold
    /// A change that only a network allows, asked for where there are only weights.
    case notForBareWeights(Decision, reason: String)
    case notForFormat(Decision, format: String)
    case needsNetwork(reason: String)
    /// The graph that the caller gave does not fit the weights.
    case graphDoesNotFit(reason: String)
    case unwritableExtension(path: String)
    /// The format holds no weights without a graph, which a slim file does not have.
    case noSlimFormat(format: String)
    /// The written file does not hold what was exported.
    case differs(file: String, what: String)

    /// A network is needed, and the file holds bare weights.
    package static let bareWeights = needsNetwork(reason: "these are bare weights")

    /// Whether something was asked for that means nothing for this content or format.
    package var isAboutOptions: Bool {
        switch self {
        case .cannotFold, .nothingToFold, .notForBareWeights, .notForFormat, .nothingToDequantize: true
        case .nothingToExport, .notPlain, .overflow, .needsNetwork, .graphDoesNotFit, .unwritableExtension, .noSlimFormat, .differs: false
        }
    }

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .nothingToExport(let file): "\(file): there are no tensors to export"
        case .notPlain(let file, let name, let kind, _): "\(file): \(name) is not a plain tensor but a \(kind)"
        case .nothingToDequantize(let file): "\(file): the state dict holds no quantized tensor to dequantize"
        case .overflow(let precision, let tensors): "as \(precision), numbers become infinite in \(tensors.joined(separator: "; "))"
        case .cannotFold(let format): "\(format) promises the source's own tensors, so batch normalization cannot be folded into them"
        case .nothingToFold:
            "folding batch normalization has no effect here: no batch normalization follows a layer that can absorb it"
        case .notForBareWeights(let decision, let reason): "\(decision.words) needs a network, and \(reason)"
        case .notForFormat(let decision, let format): "\(decision.words) has no effect for \(format)"
        case .needsNetwork(let reason): "this needs a network: \(reason)"
        case .graphDoesNotFit(let reason): "the given graph does not fit the weights: \(reason)"
        case .unwritableExtension(let path): "\(path): no format that can be written has this ending"
        case .noSlimFormat(let format): "a slim file has no graph, and \(format) holds no weights without one"
        case .differs(let file, let what): "\(file): read back from disk, \(what)"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .nothingToExport: "list the file's contents to see what it holds"
        case .notPlain(_, _, _, true): "convert it to float32, or leave it out of a slim file first"
        case .notPlain: "leave it out of a slim file first"
        case .nothingToDequantize, .nothingToFold, .notForBareWeights, .notForFormat: "leave the option out"
        case .overflow: "use a wider type, or keep the source's"
        case .cannotFold: "fold into .onnx, .h5 or .flat"
        case .needsNetwork: "give a network of a known family, or write the weights alone (.safetensors, .h5, .flat, .pth)"
        case .graphDoesNotFit: "correct the text of the graph"
        case .unwritableExtension: "end the name in .onnx, .safetensors, .h5, .flat or .pth, or name the format"
        case .noSlimFormat: "write .pth, .safetensors, .h5 or .flat, or export the network instead"
        case .differs: "no output was left on disk; run again, and check the disk if it happens twice"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] {
        switch self {
        case .nothingToExport: [.inspection]
        case .notPlain(_, _, _, true): [.dequantize, .drop]
        case .notPlain: [.drop]
        case .nothingToDequantize: [.dequantize]
        case .overflow: [.precision("bfloat16")]
        case .cannotFold, .nothingToFold: [.foldBatchNorm]
        case .notForBareWeights(let decision, _), .notForFormat(let decision, _): [decision]
        case .needsNetwork: [.family(nil), .format]
        case .graphDoesNotFit: [.graph]
        case .unwritableExtension: [.format]
        case .noSlimFormat, .differs: []
        }
    }
}
