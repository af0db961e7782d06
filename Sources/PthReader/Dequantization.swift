import ConvertFiles
import ConvertTensors

extension QuantizedTensor {
    /// The real numbers that the integers represent, as float32: bit for bit what `Tensor.dequantize()` returns (fbgemm `Dequantize` and
    /// ATen `dequantize_val`: scale · (q − zero point), with the scale rounded to float32 first).
    ///
    /// Computed anew on each read, so that memory does not grow. Throws if scales or zero points do not match the axis.
    public func dequantized() throws -> Tensor {
        let source = integers.tensor
        guard source.dtype.isQuantized else { throw TensorError.notReal(storage: source.storage.name, dtype: source.dtype) }
        let pattern = try pattern()
        let name = "\(source.storage.name) (dequantized)"
        let (byteCount, overflow) = source.elementCount.multipliedReportingOverflow(by: 4)
        guard !overflow else { throw TensorError.overflow(storage: name, shape: source.shape, strides: source.strides) }
        let storage = Storage(name: name, byteCount: byteCount) {
            try ByteView.filled(count: byteCount, name: name) { target in
                var index = 0
                try source.forEachCOrderWindow { raw in
                    for at in stride(from: 0, to: raw.count, by: source.dtype.byteCount) {
                        let integer =
                            switch source.dtype {
                            case .qint8: Int32(Int8(bitPattern: raw[at]))
                            case .quint8: Int32(raw[at])
                            default: Int32(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: Int32.self))
                            }
                        let value = pattern.value(integer, at: index)
                        target.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
                        index += 1
                    }
                }
            }
        }
        return try Tensor(dtype: .float32, shape: source.shape, storage: storage)
    }

    /// One pair of scale and zero point, or one pair per index along an axis.
    private struct Pattern {
        enum ZeroPoint {
            case whole(Int32)
            case real(Float)
        }
        let scales: [Float]
        let zeroPoints: [ZeroPoint]
        /// Number of consecutive elements in C order that share a pair.
        let run: Int

        func value(_ integer: Int32, at index: Int) -> Float {
            let channel = index / run % scales.count
            switch zeroPoints[channel] {
            case .whole(let zero): return scales[channel] * Float(integer &- zero)
            case .real(let zero): return (Float(integer) - zero) * scales[channel]
            }
        }
    }

    private func pattern() throws -> Pattern {
        let source = integers.tensor
        switch scheme {
        case .perTensor(let scale, let zeroPoint):
            return Pattern(
                scales: [Float(scale)], zeroPoints: [.whole(Int32(truncatingIfNeeded: zeroPoint))], run: max(source.elementCount, 1))
        case .perChannel(let scales, let zeroPoints, let axis):
            guard source.shape.indices.contains(axis), scales.tensor.elementCount == source.shape[axis],
                zeroPoints.tensor.elementCount == source.shape[axis]
            else { throw TensorError.rankMismatch(storage: source.storage.name, shape: source.shape, strides: scales.tensor.shape) }
            if source.elementCount == 0 { return Pattern(scales: [0], zeroPoints: [.whole(0)], run: 1) }
            let zeros = try zeroPoints.tensor.doubles()
            let areReal = zeroPoints.tensor.dtype.isFloatingPoint
            return Pattern(
                scales: try scales.tensor.doubles().map { Float($0) },
                zeroPoints: zeros.map { areReal ? .real(Float($0)) : .whole(Int32(exactly: $0) ?? 0) },
                run: source.shape[(axis + 1)...].reduce(1, *))
        }
    }
}

extension StateDictSelection {
    /// The same selection with every quantized tensor as float32. For the packed parameters of a quantized layer
    /// (`X._packed_params._packed_params`), weight and bias get the names that the layer has before quantization, and the layer's scale and
    /// zero point, which are those of what it gives, are left out. Throws `PthError.packedTwice` if those names are taken.
    public func dequantized() throws -> StateDictSelection {
        var names: [String] = []
        var entries: [CheckpointDictionary.Entry] = []
        var surplus: Set<String> = []
        let given = Set(dictionary.names)
        for entry in dictionary.entries {
            if case .quantizedTensor(let tensor) = entry.value {
                entries.append(.init(key: entry.key, value: try tensor.dequantizedEntry()))
                names.append(entry.key.pathComponent)
                continue
            }
            guard let packed = PackedParameters(entry) else {
                entries.append(entry)
                continue
            }
            for (role, value) in [("weight", packed.weight), ("bias", packed.bias)] {
                guard var value else { continue }
                let name = "\(packed.layer)\(role)"
                guard !given.contains(name) else { throw PthError.packedTwice(name: name, entry: entry.key.pathComponent) }
                if case .quantizedTensor(let tensor) = value { value = try tensor.dequantizedEntry() }
                entries.append(.init(key: .string(name), value: value))
            }
            names.append("\(packed.layer)weight")
            surplus.formUnion(["scale", "zero_point", "_packed_params.dtype"].map { packed.layer + $0 })
        }
        var left: [String] = []
        entries.removeAll { entry in
            guard case .string(let name) = entry.key, surplus.contains(name) else { return false }
            left.append(name)
            return true
        }
        var whole = CheckpointDictionary(kind: dictionary.kind, entries: entries, attributes: dictionary.attributes)
        whole.epsilons = dictionary.epsilons
        return replacing(whole, dequantizedNames: names, surplusNames: left)
    }
}

/// What a quantized linear layer of torch stores of itself: its weight and its bias as one tuple.
struct PackedParameters {
    private static let suffix = "_packed_params._packed_params"

    /// The path of the layer, with the dot that follows it.
    let layer: String
    /// A quantized tensor; a plain one in layers that compute in float16.
    let weight: CheckpointValue
    /// Nil for a layer without one.
    let bias: CheckpointValue?

    /// Nil for entries of other kinds.
    init?(_ entry: CheckpointDictionary.Entry) {
        guard case .string(let name) = entry.key, name.hasSuffix(PackedParameters.suffix), case .tuple(let parts) = entry.value,
            parts.count == 2
        else { return nil }
        let path = name.dropLast(PackedParameters.suffix.count)
        guard path.isEmpty || path.hasSuffix("."), PackedParameters.hasNumbers(parts[0]) else { return nil }
        switch parts[1] {
        case .none: bias = nil
        case .tensor: bias = parts[1]
        default: return nil
        }
        layer = String(path)
        weight = parts[0]
    }

    private static func hasNumbers(_ value: CheckpointValue) -> Bool {
        switch value {
        case .tensor, .quantizedTensor: true
        default: false
        }
    }
}

extension CheckpointDictionary.Entry {
    /// Whether its numbers are quantized, as a tensor or as the packed parameters of a layer.
    public var isQuantized: Bool {
        if case .quantizedTensor = value { return true }
        return PackedParameters(self) != nil
    }
}

extension QuantizedTensor {
    fileprivate func dequantizedEntry() throws -> CheckpointValue {
        .tensor(TorchTensor(try dequantized(), location: integers.location))
    }
}
