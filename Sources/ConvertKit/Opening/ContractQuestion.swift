import ConvertFiles
import ConvertIR

/// What has to be known of a network before pictures can go into it, and is not.
public enum ContractQuestion: DescribedError, Equatable {
    /// The file does not say, and no family is known whose usual way could be taken.
    case unknown(file: String, isScaleUnknown: Bool, isCropUnknown: Bool)
    /// A file whose usual values were to be assumed does not say it either.
    case noContract(file: String)

    /// Throws if how pictures enter the model is not known.
    /// - Parameter isAligned: Whether the pictures are crops already, so that nobody has to know how they are cut.
    static func check(_ model: Model, file: String, isAligned: Bool = false) throws(ContractQuestion) {
        let (scale, crop) = (model.contract.scaling == nil, !isAligned && model.contract.crop == .unknown)
        if scale || crop { throw .unknown(file: file, isScaleUnknown: scale, isCropUnknown: crop) }
    }

    /// What is wrong.
    public var problem: String {
        switch self {
        case .unknown(let file, let isScaleUnknown, let isCropUnknown):
            "\(file): the file does not say how pictures enter the network ("
                + [isScaleUnknown ? "mean and divisor" : nil, isCropUnknown ? "crop" : nil].compactMap(\.self).joined(separator: ", ") + ")"
        case .noContract(let file): "\(file): does not say how pictures enter, so nothing can be assumed from it"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .unknown: "give it as the network was trained, or name a family or a checkpoint to assume it from"
        case .noContract: "name a family, or a file that does"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] {
        switch self {
        case .unknown(_, let isScaleUnknown, let isCropUnknown):
            [isScaleUnknown ? .scale : nil, isCropUnknown ? .crop : nil, .likeness].compactMap(\.self)
        case .noContract: [.likeness]
        }
    }
}
