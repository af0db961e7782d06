/// Something that the caller of a library decides, named where the decision would have prevented an error.
///
/// A remedy says in words what to decide; a program adds how it is said there, such as the option of a command line.
public enum Decision: Hashable, Sendable {
    /// Which family the network belongs to; a name if one is known to fit.
    case family(String?)
    /// Which dictionary of a checkpoint holds the weights.
    case stateDict
    /// How keys are renamed before anything looks at them.
    case keyMap
    /// What is kept although only training needs it.
    case keep
    /// What is left out of the output in any case.
    case drop
    /// What is removed from the beginning of every key.
    case stripPrefix
    /// Whether quantized tensors are read as float32.
    case dequantize
    /// The type that weights are rounded to; a name if one fits.
    case precision(String?)
    /// Whether batch normalization is folded into the layer before it.
    case foldBatchNorm
    /// Whether the output is brought to unit length.
    case normalize
    /// Whether mean and scale become part of the network.
    case embedPreprocess
    /// ONNX: the operator set.
    case operatorSet(Int?)
    /// HDF5: the gzip level.
    case compression
    /// The format of the output.
    case format
    /// Whether an existing output may be replaced.
    case replace
    /// Whether numbers that are not finite may enter a network or come out of it.
    case allowNotFinite
    /// Where crops and embeddings of evaluations are cached, and that they are.
    case cache
    /// Whether anything is cached.
    case noCache
    /// That the cache is emptied.
    case clearCache
    /// Into how many folds pairs are divided.
    case folds
    /// The smallest face that is looked for, in pixels.
    case leastFace(Int?)
    /// The least probabilities of a detector's networks.
    case thresholds
    /// Pixels of a crop around the face's box.
    case margin
    /// The step between levels of a detector's pyramid.
    case pyramid
    /// Which of several faces is taken.
    case selection
    /// Where a detector's weights lie.
    case detectorWeights
    /// Whether pairs whose pictures cannot be used are left out.
    case allowMissing
    /// Mean and divisor of pixels.
    case scale
    /// ε of batch normalization.
    case epsilon
    /// The order of channels.
    case channelOrder
    /// How a photograph is cut.
    case crop
    /// Whose usual values are assumed.
    case likeness
    /// Height and width of the input.
    case imageSize
    /// The folder of the pictures of an evaluation.
    case pictures
    /// The folder of finished crops.
    case crops
    /// Scores of another run to compare with.
    case baseline
    /// An array in place of pictures.
    case array
    /// That a network's graph is listed.
    case graphListing
    /// The network's graph in place of the file's own.
    case graph
    /// Whether every detail of an error is listed.
    case details
    /// That a file's contents are listed.
    case inspection
    /// That the tensors' numbers are checked.
    case numberCheck
}
