import Files
import Tensors

/// Element types that `--dtype` offers.
public enum WeightPrecision: String, Sendable, CaseIterable {
    case float32, float16, bfloat16

    /// The dtype of stored weights.
    public var dtype: DType {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        }
    }
}

/// Numbers of one tensor that have no place in the narrower type.
public struct RoundingOverflow: Sendable, Equatable {
    /// The tensor.
    public let name: String
    /// How many finite numbers would become infinite.
    public let count: Int
    /// The largest magnitude among them.
    public let largest: Double
}

extension Weights {
    /// The weights with every floating-point tensor rounded to nearest even; integers stay as they are. Rounded tensors are computed anew
    /// at each reading, so that memory does not grow.
    public func rounded(to precision: WeightPrecision) throws -> Weights {
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

    /// Tensors with finite numbers that would become infinite.
    public func overflows(at precision: WeightPrecision) throws -> [RoundingOverflow] {
        // Halfway past the largest finite number, rounding gives infinity.
        let limit: Double
        switch precision {
        case .float32: limit = 0x1.ffffffp127
        case .float16: limit = 65520
        case .bfloat16: limit = 0x1.ffp127
        }
        var found: [RoundingOverflow] = []
        for entry in entries where entry.tensor.dtype.isFloatingPoint && entry.tensor.dtype != precision.dtype {
            var count = 0
            var largest = 0.0
            try entry.tensor.forEachDoubleWindow { window in
                for value in window where value.isFinite && abs(value) >= limit {
                    count += 1
                    largest = max(largest, abs(value))
                }
            }
            if count > 0 { found.append(RoundingOverflow(name: entry.name, count: count, largest: largest)) }
        }
        return found
    }
}

extension Tensor {
    /// The same numbers in a narrower or wider floating-point type, rounded once to nearest even.
    public func rounded(to precision: WeightPrecision) throws(TensorError) -> Tensor {
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
