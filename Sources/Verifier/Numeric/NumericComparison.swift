import ConvertIR
import ConvertInference
import ConvertTensors

/// The second part of a verification: runs both networks on the same images and compares their outputs.
public struct NumericComparison: Sendable {
    /// How far outputs may differ.
    public struct Tolerance: Sendable, Equatable {
        /// Absolute, on outputs normalized to unit length; nil if `absolute` or `relative` is given instead.
        package var normalized: Double?
        /// Absolute, on outputs as they are.
        package var absolute: Double?
        /// Relative to the source's magnitude, on outputs as they are.
        package var relative: Double?

        /// Creates a tolerance; nil members are not checked.
        package init(normalized: Double? = nil, absolute: Double? = nil, relative: Double? = nil) {
            self.normalized = normalized
            self.absolute = absolute
            self.relative = relative
        }

        /// Covers the order of float32's sums, with a reserve. Rounded weights need no more, because they are compared with weights rounded
        /// the same way.
        package static let usual = Tolerance(normalized: 3e-6)
    }

    /// Images as pixels from 0 to 255: images × channels × height × width.
    package struct Images: Sendable {
        /// The pixels.
        package let batch: Batch
        /// What the images are, in words.
        package let description: String

        /// Creates images from a batch.
        package init(_ batch: Batch, description: String) {
            self.batch = batch
            self.description = description
        }
    }

    /// Figures for each output that both sides have, in the source's order.
    package let outputs: [OutputFigures]
    /// Names of outputs that only one side has.
    package let unmatchedOutputs: [String]
    /// What the images were, in words.
    package let images: String
    /// The tolerance that was applied.
    package let tolerance: Tolerance
    /// Whether only one of the two normalizes its output to unit length, so that only directions can be compared.
    package let lengthsDiffer: Bool
    /// Whether outputs are embeddings, which are compared at unit length.
    package let isEmbedding: Bool
    /// Whether one run served both sides, because their tensors and graphs are the same.
    package let isOneRun: Bool
    /// Whether every output is within the tolerance.
    package let isWithin: Bool

    /// One side of a comparison.
    struct Side {
        let model: Model
        /// How pixels enter the network.
        let contract: InputContract

        func run(_ images: Images, _ options: FastExecutor.Options) throws -> [NamedBatch] {
            try FastExecutor(model, options: options).run(try contract.standardize(images.batch))
        }
    }

    /// The source itself cannot be run on the images: not a difference, but there is nothing to compare with.
    struct SourceFailure: Error {
        let reason: any Error
    }

    /// Compares outputs.
    /// - Parameters:
    /// - found: The export's outputs; nil if they are proven to equal the source's.
    /// - places: For each of the source's outputs, its index in the export's if the graphs show it; otherwise names, order and values
    /// decide.
    init(
        found: [NamedBatch]?, expected: [NamedBatch], places: [Int?]?, source: Model, lengthsDiffer: Bool, images: Images,
        tolerance: Tolerance
    ) throws {
        let isEmbedding = source.contract.embeddingLength != nil
        var figures: [OutputFigures] = []
        var taken: Set<Int> = []
        var missing: [String] = []
        for (index, other) in expected.enumerated() {
            func measured(_ one: NamedBatch) -> OutputFigures {
                OutputFigures(
                    name: other.name, found: one.batch.values, expected: other.batch.values, vectorLength: one.batch.imageSize,
                    isEmbedding: isEmbedding && one.batch.shape.count == 2, relativeTolerance: tolerance.relative ?? 0)
            }
            guard let found else {
                figures.append(measured(other))
                continue
            }
            let free = found.indices.filter { !taken.contains($0) && found[$0].batch.shape == other.batch.shape }
            var place = places.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? free.first { found[$0].name == other.name }
            // Among outputs with other names, take the one with the closest values, and the first of equally close ones.
            if place == nil {
                place = free.map { ($0, measured(found[$0]).maxNormalized) }.min { $0.1 < $1.1 }?.0
            }
            guard let place, free.contains(place) else {
                missing.append("\(other.name) \(other.batch.shape.dropFirst())")
                continue
            }
            taken.insert(place)
            figures.append(measured(found[place]))
        }
        if figures.isEmpty || !missing.isEmpty && !isEmbedding {
            throw VerificationError.differentOutputs(
                expected: expected.map { "\($0.name) \($0.batch.shape.dropFirst())" },
                found: (found ?? []).map { "\($0.name) \($0.batch.shape.dropFirst())" })
        }
        unmatchedOutputs =
            missing.map { "\($0) of the source" }
            + (found ?? []).indices.filter { !taken.contains($0) }.map { "\((found ?? [])[$0].name) of the export" }
        outputs = figures
        self.images = images.description
        self.tolerance = tolerance
        self.lengthsDiffer = lengthsDiffer
        self.isEmbedding = isEmbedding
        isOneRun = found == nil
        isWithin = figures.allSatisfy { output in
            if output.hasNonFinite { return false }
            if tolerance.absolute != nil || tolerance.relative != nil, !lengthsDiffer {
                return output.leastAbsoluteTolerance <= tolerance.absolute ?? 0
            }
            return output.maxNormalized <= tolerance.normalized ?? 3e-6
        }
    }

    /// Whether the figures are so close to the tolerance that the order of sums may decide.
    var isNearLimit: Bool {
        guard let allowed = tolerance.normalized else { return false }
        return outputs.allSatisfy { !$0.hasNonFinite && $0.maxNormalized <= 10 * allowed }
    }

    /// Seeded images of the size that the models take; the same on every machine. Sizes that one model leaves open are taken from the
    /// other.
    package static func seeded(for model: Model, and other: Model? = nil, count: Int) throws -> Images {
        let sizes = (other?.graph.inputs.first?.type.shape ?? []).map(\.fixed)
        let shape = (model.graph.inputs.first?.type.shape ?? []).enumerated().map { axis, dimension -> Int in
            if axis == 0 { return count }
            // Sizes that both leave open are tried with a number that no stride divides.
            return dimension.fixed ?? (sizes.indices.contains(axis) ? sizes[axis] : nil) ?? 45 + 8 * axis
        }
        return Images(
            try SeededImages.batch(shape: shape), description: "\(shape.first ?? 0) seeded images of noise, blurred noise and skin tones")
    }
}
