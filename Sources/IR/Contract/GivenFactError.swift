import ConvertFiles

/// Why a fact that the user gives does not fit a network.
package enum GivenFactError: DescribedError, Equatable {
    /// ε was given for a network without batch normalization.
    case noBatchNormalization
    /// The order has more or fewer channels than the network takes.
    case otherChannels(order: String, channels: Int)
    /// A layer does not fit the given size.
    case sizeDoesNotFit(height: Int, width: Int, reason: String)
    /// A scale for each channel was given for a different number of channels.
    case otherScale(values: Int, channels: Int)

    /// What is wrong, for people.
    package var problem: String {
        switch self {
        case .noBatchNormalization: "the network has no batch normalization, so a given ε means nothing"
        case .otherChannels(let order, let channels): "the channel order \(order) does not fit a network that takes \(channels) channels"
        case .sizeDoesNotFit(let height, let width, let reason): "the network does not take images of \(height)×\(width): \(reason)"
        case .otherScale(let values, let channels): "\(values) numbers are given for the \(channels) channels of the input"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .noBatchNormalization: "leave the option out"
        case .otherChannels: "give the order that the network was trained with"
        case .sizeDoesNotFit: "give the size that the network was trained with"
        case .otherScale: "give one number, or one for each channel"
        }
    }
}
