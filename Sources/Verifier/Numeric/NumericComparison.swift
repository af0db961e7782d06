import IR
import Inference
import Tensors

/// The second part of a verification: both networks run on the same images, and their outputs compared.
public struct NumericComparison: Sendable {
    /// What may differ, and by how much.
    public struct Tolerance: Sendable, Equatable {
        /// On outputs brought to unit length; nil where `absolute` or `relative` is given instead.
        public var normalized: Double?
        /// On outputs as they are.
        public var absolute: Double?
        /// Of the source's magnitude, on outputs as they are.
        public var relative: Double?

        /// A tolerance.
        public init(normalized: Double? = nil, absolute: Double? = nil, relative: Double? = nil) {
            self.normalized = normalized
            self.absolute = absolute
            self.relative = relative
        }

        /// The default for the narrower of two models' weights: what rounding them alone explains, with room.
        public static func usual(_ one: Model, _ other: Model) -> Tolerance {
            func narrowest(_ model: Model) -> Double {
                let dtypes = Set(model.graph.weightKeys.compactMap { model.weights[$0]?.dtype })
                return dtypes.contains(.bfloat16) ? 1.5e-2 : dtypes.contains(.float16) ? 2e-3 : 3e-6
            }
            let (a, b) = (narrowest(one), narrowest(other))
            // Both rounded alike are the same network.
            return Tolerance(normalized: a == b && isSameDTypes(one, other) ? 3e-6 : max(a, b))
        }

        private static func isSameDTypes(_ one: Model, _ other: Model) -> Bool {
            one.graph.weightKeys.allSatisfy { key in other.weights[key].map { $0.dtype == one.weights[key]?.dtype } ?? false }
        }
    }

    /// Images as pixels from 0 to 255: images × channels × height × width. Each model's own mean and scale are applied to them.
    public struct Images: Sendable {
        /// The pixels.
        public let batch: Batch
        /// What they are, for people.
        public let description: String

        /// Images.
        public init(_ batch: Batch, description: String) {
            self.batch = batch
            self.description = description
        }
    }

    /// Figures of each output.
    public let outputs: [OutputFigures]
    /// What the images were.
    public let images: String
    /// What was allowed.
    public let tolerance: Tolerance
    /// Whether every output is within it.
    public let isWithin: Bool

    /// Runs both. Throws where a network cannot be run, or their inputs or outputs have nothing in common.
    public init(
        export: Model, source: Model, images: Images, tolerance: Tolerance, options: FastExecutor.Options,
        overrule: (InputContract) -> InputContract = { $0 }
    ) throws {
        let expected: [NamedBatch]
        do {
            expected = try NumericComparison.run(source, images, options, overrule)
        } catch {
            throw SourceFailure(reason: error)
        }
        let found = try NumericComparison.run(export, images, options, overrule)
        guard expected.count == found.count else {
            throw VerificationError.differentOutputs(expected: expected.map(\.name), found: found.map(\.name))
        }
        var figures: [OutputFigures] = []
        for (one, other) in zip(found, expected) {
            guard one.batch.shape == other.batch.shape else {
                throw VerificationError.differentShapes(output: other.name, expected: other.batch.shape, found: one.batch.shape)
            }
            let isEmbedding = source.contract.embeddingLength != nil && one.batch.shape.count == 2
            figures.append(
                OutputFigures(
                    name: other.name, found: one.batch.values, expected: other.batch.values, vectorLength: one.batch.imageSize,
                    isEmbedding: isEmbedding, relativeTolerance: tolerance.relative ?? 0))
        }
        // A normalisation that only one of them has at its end changes lengths, not directions.
        let lengthsDiffer = export.contract.isNormalized != source.contract.isNormalized
        outputs = figures
        self.images = images.description
        self.tolerance = tolerance
        isWithin = figures.allSatisfy { output in
            if output.hasNonFinite { return false }
            if tolerance.absolute != nil || tolerance.relative != nil, !lengthsDiffer {
                return output.leastAbsoluteTolerance <= tolerance.absolute ?? 0
            }
            return output.maxNormalized <= tolerance.normalized ?? 3e-6
        }
    }

    /// The source itself cannot be run on the images: no difference, but nothing to compare with.
    struct SourceFailure: Error {
        let reason: any Error
    }

    private static func run(
        _ model: Model, _ images: Images, _ options: FastExecutor.Options, _ overrule: (InputContract) -> InputContract
    ) throws -> [NamedBatch] {
        let input = try overrule(model.contract).standardise(images.batch)
        return try FastExecutor(model, options: options).run(input)
    }

    /// Numbers that are made at most.
    private static let seededLimit = 1 << 28

    /// Seeded noise of the size that a model takes; the same on every machine.
    public static func seeded(for model: Model, count: Int, seed: UInt64 = 24) throws -> Images {
        let shape = (model.graph.inputs.first?.type.shape ?? []).enumerated().map { axis, dimension -> Int in
            // An image of any size is tried in one that no stride divides.
            dimension.fixed ?? (axis == 0 ? count : 45 + 8 * axis)
        }
        var state = seed
        var values: [Float] = []
        var total = 1
        for size in shape {
            // Sizes are what a file says; they may be anything.
            let (product, overflow) = total.multipliedReportingOverflow(by: size)
            guard !overflow, (1...seededLimit) ~= product else {
                throw InferenceError.tooMuchMemory(
                    needed: overflow ? .max : product.multipliedReportingOverflow(by: 4).partialValue, limit: seededLimit * 4)
            }
            total = product
        }
        values.reserveCapacity(total)
        for _ in 0..<total {
            // splitmix64 (Steele, Lea and Flood 2014).
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            values.append(Float((mixed ^ mixed >> 31) & 0xFF))
        }
        return Images(try Batch(shape: shape, values: values), description: "\(shape.first ?? 0) seeded images of noise")
    }
}
