/// A function of the channels of each pixel: features of a token, or a row of a matrix.
public struct RowJob: @unchecked Sendable {
    /// The function.
    public enum Kind: Sendable {
        /// exp(x) over its sum.
        case softmax
        /// (x − mean) / √(variance + ε) · scale + bias.
        case layerNormalization
    }

    /// The function.
    public var kind: Kind
    /// The input.
    public var input: ImageView
    /// The output; may be the input.
    public var output: ImageView
    /// Layer normalization only: one factor per channel, padded.
    public var scale: UnsafePointer<Float>?
    /// Layer normalization only: one term per channel, padded.
    public var bias: UnsafePointer<Float>?
    /// Layer normalization only.
    public var epsilon: Float

    /// Creates a job without scale, bias and ε.
    public init(kind: Kind, input: ImageView, output: ImageView) {
        self.kind = kind
        self.input = input
        self.output = output
        scale = nil
        bias = nil
        epsilon = 0
    }
}

/// Products of matrices of computed numbers: output[m, i, j] = Σ left[m, i, k] · right[m, k, j].
public struct MatrixJob: @unchecked Sendable {
    /// Matrices of one value: rows whose numbers are adjacent and padded with zeros to a multiple of eight.
    public struct Matrices {
        /// The first number.
        public var base: UnsafeMutablePointer<Float>
        /// Distance between images, in floats.
        public var imageStride: Int
        /// Distance between rows, in floats.
        public var rowStride: Int
        /// Distance of each product's matrix from the image's first number, in floats.
        public var offsets: [Int]

        /// Creates a description of matrices in memory.
        public init(base: UnsafeMutablePointer<Float>, imageStride: Int, rowStride: Int, offsets: [Int]) {
            self.base = base
            self.imageStride = imageStride
            self.rowStride = rowStride
            self.offsets = offsets
        }
    }

    /// The left factors.
    public var left: Matrices
    /// The right factors.
    public var right: Matrices
    /// The products.
    public var output: Matrices
    /// Rows of a product.
    public var rows: Int
    /// Columns of the left and rows of the right factor.
    public var terms: Int
    /// Columns of a product.
    public var columns: Int
    /// How many products form a partial sum before it joins the total.
    public var partialTerms: Int

    /// Creates a job.
    public init(left: Matrices, right: Matrices, output: Matrices, rows: Int, terms: Int, columns: Int, partialTerms: Int) {
        self.left = left
        self.right = right
        self.output = output
        self.rows = rows
        self.terms = terms
        self.columns = columns
        self.partialTerms = partialTerms
    }

    /// Products per image.
    public var count: Int { output.offsets.count }
}
