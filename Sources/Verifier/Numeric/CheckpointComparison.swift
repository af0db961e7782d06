import ConvertFiles
import ConvertTensors
import PthReader

/// Compares a `.pth` read back from disk with the values that it was written from: keys and their order, types, numbers, strides, sharing
/// and every bit.
package struct CheckpointComparison {
    private let file: String
    /// The storage of the source that each storage of the output corresponds to.
    private var counterpart: [ObjectIdentifier: ObjectIdentifier] = [:]
    private var reverse: [ObjectIdentifier: ObjectIdentifier] = [:]

    /// Throws `BitwiseDifference` at the first departure.
    package static func check(_ written: CheckpointValue, against source: CheckpointValue, file: String) throws {
        var comparison = CheckpointComparison(file: file)
        try comparison.check(written, source, [])
    }

    private init(file: String) {
        self.file = file
    }

    private mutating func check(_ written: CheckpointValue, _ source: CheckpointValue, _ path: [String]) throws {
        let name = path.isEmpty ? "(the root)" : path.joined(separator: ".")
        func differs(_ expected: String, _ found: String) -> BitwiseDifference {
            .kind(file: file, name: name, expected: expected, found: found)
        }
        switch (written, source) {
        case (.none, .none): return
        case (.boolean(let left), .boolean(let right)): if left != right { throw differs("\(right)", "\(left)") }
        case (.integer(let left), .integer(let right)): if left != right { throw differs("\(right)", "\(left)") }
        case (.bigInteger(let left, _), .bigInteger(let right, _)): if left != right { throw differs(right, left) }
        case (.float(let left), .float(let right)): if left.bitPattern != right.bitPattern { throw differs("\(right)", "\(left)") }
        case (.complex(let real, let imaginary), .complex(let otherReal, let otherImaginary)):
            if real.bitPattern != otherReal.bitPattern || imaginary.bitPattern != otherImaginary.bitPattern {
                throw differs("\(otherReal)+\(otherImaginary)j", "\(real)+\(imaginary)j")
            }
        case (.string(let left), .string(let right)), (.torchDType(let left), .torchDType(let right)),
            (.device(let left), .device(let right)):
            if left != right { throw differs(right, left) }
        case (.bytes(let left), .bytes(let right)), (.byteArray(let left), .byteArray(let right)):
            if !left.hasSameBytes(as: right) { throw BitwiseDifference.bytes(file: file, name: name, offset: 0) }
        case (.size(let left), .size(let right)): if left != right { throw differs("\(right)", "\(left)") }
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)), (.set(let left), .set(let right)):
            guard left.count == right.count else { throw differs("\(right.count) items", "\(left.count) items") }
            for (index, pair) in zip(left, right).enumerated() { try check(pair.0, pair.1, path + ["\(index)"]) }
        case (.dictionary(let left), .dictionary(let right)): try check(left, right, path)
        case (.tensor(let left), .tensor(let right)): try check(left, right, name)
        case (.quantizedTensor(let left), .quantizedTensor(let right)):
            guard left.schemeName == right.schemeName else { throw differs(right.schemeName, left.schemeName) }
            try check(left.integers, right.integers, name)
            switch (left.scheme, right.scheme) {
            case (.perTensor(let scale, let zero), .perTensor(let otherScale, let otherZero)):
                if scale.bitPattern != otherScale.bitPattern || zero != otherZero { throw differs("\(right.scheme)", "\(left.scheme)") }
            case (.perChannel(let scales, let zeros, let axis), .perChannel(let otherScales, let otherZeros, let otherAxis)):
                if axis != otherAxis { throw differs("axis \(otherAxis)", "axis \(axis)") }
                try check(scales, otherScales, name + " (scales)")
                try check(zeros, otherZeros, name + " (zero points)")
            default: throw differs("\(right.schemeName)", "a different scheme")
            }
        case (.sparseTensor(let left), .sparseTensor(let right)):
            guard left.layout == right.layout, left.shape == right.shape, left.parts.count == right.parts.count else {
                throw differs("\(right.layout) \(right.shape)", "\(left.layout) \(left.shape)")
            }
            for (first, second) in zip(left.parts, right.parts) { try check(first.tensor, second.tensor, "\(name) (\(second.name))") }
        case (.storage(let left), .storage(let right)):
            guard try left.storage.bytes().hasSameBytes(as: right.storage.bytes()) else {
                throw BitwiseDifference.bytes(file: file, name: name, offset: 0)
            }
        default: throw differs(source.kindName, written.kindName)
        }
    }

    private mutating func check(_ written: CheckpointDictionary, _ source: CheckpointDictionary, _ path: [String]) throws {
        for (index, entry) in source.entries.enumerated() {
            let name = (path + [entry.key.pathComponent]).joined(separator: ".")
            guard index < written.entries.count else { throw BitwiseDifference.missing(file: file, name: name) }
            let found = written.entries[index]
            guard found.key.pathComponent == entry.key.pathComponent else {
                throw BitwiseDifference.order(file: file, name: found.key.pathComponent, expected: name)
            }
            try check(found.value, entry.value, path + [entry.key.pathComponent])
        }
        if written.entries.count > source.entries.count {
            let extra = written.entries[source.entries.count].key.pathComponent
            throw BitwiseDifference.unexpected(file: file, name: (path + [extra]).joined(separator: "."))
        }
        if let left = written.attributes, let right = source.attributes { try check(left, right, path + ["(attributes)"]) }
    }

    private mutating func check(_ written: TorchTensor, _ source: TorchTensor, _ name: String) throws {
        guard written.tensor.strides == source.tensor.strides, written.isParameter == source.isParameter,
            written.isConjugated == source.isConjugated, written.isNegated == source.isNegated
        else {
            throw BitwiseDifference.kind(
                file: file, name: name, expected: "a tensor of strides \(source.tensor.strides)",
                found: "one of strides \(written.tensor.strides)")
        }
        let (left, right) = (ObjectIdentifier(written.tensor.storage), ObjectIdentifier(source.tensor.storage))
        guard counterpart[left].map({ $0 == right }) ?? true, reverse[right].map({ $0 == left }) ?? true else {
            throw BitwiseDifference.sharing(file: file, name: name, other: source.tensor.storage.name)
        }
        counterpart[left] = right
        reverse[right] = left
        try BitwiseComparison.check(written.tensor, against: source.tensor, name: name, file: file)
    }
}
