import ConvertFiles
import ConvertTensors

/// Element types that `--dtype` offers.
public enum WeightPrecision: String, Sendable, CaseIterable {
    case float32, float16, bfloat16

    /// The dtype of stored weights.
    package var dtype: DType {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        }
    }
}

/// Numbers of one tensor that have no place in the narrower type.
package struct RoundingOverflow: Sendable, Equatable {
    /// The tensor.
    package let name: String
    /// How many finite numbers would become infinite.
    package let count: Int
    /// The largest magnitude among them.
    package let largest: Double
}

extension Weights {
    /// The weights with every floating-point tensor rounded to nearest even; integers stay as they are. Rounded tensors are computed anew
    /// at each reading, so that memory does not grow.
    package func rounded(to precision: WeightPrecision) throws -> Weights {
        var made: [Tensor.View: Tensor] = [:]
        let twins = Set(aliases.map(\.of)).union(aliases.map(\.name))
        var result: [Entry] = []
        for entry in entries {
            guard entry.tensor.dtype.isFloatingPoint, entry.tensor.dtype != precision.dtype else {
                result.append(entry)
                continue
            }
            // Names of one tensor stay names of one tensor.
            if twins.contains(entry.name), let known = made[entry.tensor.view] {
                result.append(Entry(name: entry.name, tensor: known))
                continue
            }
            let rounded = try entry.tensor.rounded(to: precision)
            if twins.contains(entry.name) { made[entry.tensor.view] = rounded }
            result.append(Entry(name: entry.name, tensor: rounded))
        }
        return Weights(entries: result, metadata: metadata, provenance: provenance)
    }

    /// What rounding loses: tensors with finite numbers that would become infinite, and how many numbers would become 0.
    package func roundingLosses(at precision: WeightPrecision) throws -> (overflows: [RoundingOverflow], zeros: Int) {
        // Halfway past the largest finite number, rounding gives infinity; up to half of the smallest number it gives 0.
        let (limit, smallest): (Double, Double)
        switch precision {
        case .float32: (limit, smallest) = (0x1.ffffffp127, 0x1p-150)
        case .float16: (limit, smallest) = (65520, 0x1p-25)
        case .bfloat16: (limit, smallest) = (0x1.ffp127, 0x1p-134)
        }
        var found: [RoundingOverflow] = []
        var zeros = 0
        for entry in entries where entry.tensor.dtype.isFloatingPoint && entry.tensor.dtype != precision.dtype {
            var count = 0
            var largest = 0.0
            try entry.tensor.forEachDoubleWindow { window in
                for value in window {
                    let size = abs(value)
                    if size <= smallest, size > 0 { zeros += 1 }
                    if size >= limit, value.isFinite {
                        count += 1
                        largest = max(largest, size)
                    }
                }
            }
            if count > 0 { found.append(RoundingOverflow(name: entry.name, count: count, largest: largest)) }
        }
        return (found, zeros)
    }
}

extension Tensor {
    /// The same numbers in a narrower or wider floating-point type, rounded once to nearest even.
    package func rounded(to precision: WeightPrecision) throws(TensorError) -> Tensor {
        let source = self
        let width = precision.dtype.byteCount
        let name = "\(storage.name) (as \(precision.rawValue))"
        let storage = Storage(name: name, byteCount: elementCount * width) {
            try ByteView.filled(count: source.elementCount * width, name: name) { target in
                var at = 0
                try source.forEachDoubleWindow { window in
                    switch precision {
                    case .float32:
                        for (index, value) in window.enumerated() {
                            target.storeBytes(of: Float(value).bitPattern.littleEndian, toByteOffset: at + 4 * index, as: UInt32.self)
                        }
                    case .float16:
                        for (index, value) in window.enumerated() {
                            let bits = NarrowFloat.float16(rounding: value).littleEndian
                            target.storeBytes(of: bits, toByteOffset: at + 2 * index, as: UInt16.self)
                        }
                    case .bfloat16:
                        for (index, value) in window.enumerated() {
                            let bits = NarrowFloat.bfloat16(rounding: value).littleEndian
                            target.storeBytes(of: bits, toByteOffset: at + 2 * index, as: UInt16.self)
                        }
                    }
                    at += window.count * width
                }
            }
        }
        return try Tensor(dtype: precision.dtype, shape: shape, storage: storage)
    }
}
