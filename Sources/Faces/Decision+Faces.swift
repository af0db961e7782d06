import ConvertFiles

extension Decision {
    /// The smallest face that is looked for, in pixels.
    package static func leastFace(_ value: Int?) -> Decision { Decision("leastFace", "a smallest face", value: value.map(String.init)) }
    /// The least probabilities of a detector's networks.
    package static let thresholds = Decision("thresholds", "choosing thresholds")
    /// The step between levels of a detector's pyramid.
    package static let pyramid = Decision("pyramid", "a factor of the pyramid")
    /// Which of several faces is taken.
    package static let selection = Decision("selection", "a choice among faces")
    /// Where a detector's weights lie.
    package static let detectorWeights = Decision("detectorWeights", "choosing a detector")
}
