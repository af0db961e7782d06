import ConvertFiles

extension Decision {
    /// What is kept although only training needs it.
    package static let keep = Decision("keep", "keeping training values")
    /// What is removed from the beginning of every key.
    package static let stripPrefix = Decision("stripPrefix", "removing a prefix")
    /// Whether quantized tensors are read as float32.
    package static let dequantize = Decision("dequantize", "dequantizing")
    /// The type that weights are rounded to; a name if one fits.
    package static func precision(_ value: String?) -> Decision { Decision("precision", "rounding weights", value: value) }
    /// Whether batch normalization is folded into the layer before it.
    package static let foldBatchNorm = Decision("foldBatchNorm", "folding batch normalization")
    /// Whether the output is brought to unit length.
    package static let normalize = Decision("normalize", "normalizing the output")
    /// Whether mean and scale become part of the network.
    package static let embedPreprocess = Decision("embedPreprocess", "embedding the preprocessing")
    /// ONNX: the operator set.
    package static func operatorSet(_ value: Int?) -> Decision {
        Decision("operatorSet", "an ONNX operator set", value: value.map(String.init))
    }
    /// HDF5: the gzip level.
    package static let compression = Decision("compression", "compression")
    /// The format of the output.
    package static let format = Decision("format", "naming a format")
    /// The network's graph, in place of the file's own.
    package static let graph = Decision("graph", "a graph")
    /// That a file's contents are listed.
    package static let inspection = Decision("inspection", "listing the contents")
}
