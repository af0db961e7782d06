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
    /// (`X._packed_params._packed_params`), weight and bias get the names that the layer has before quantization.
    public func dequantized() throws -> StateDictSelection {
        var names: [String] = []
        var entries: [CheckpointDictionary.Entry] = []
        let packed = "_packed_params._packed_params"
        for entry in dictionary.entries {
            switch entry.value {
            case .quantizedTensor(let tensor):
                entries.append(.init(key: entry.key, value: try tensor.dequantizedEntry()))
                names.append(entry.key.pathComponent)
            case .tuple(let parts) where entry.key.text?.hasSuffix(packed) == true:
                guard case .quantizedTensor(let weight)? = parts.first, let name = entry.key.text,
                    dictionary["\(name.dropLast(packed.count))weight"] == nil
                else {
                    entries.append(entry)
                    continue
                }
                let layer = name.dropLast(packed.count)
                entries.append(.init(key: .string("\(layer)weight"), value: try weight.dequantizedEntry()))
                if parts.count > 1, parts[1].isTensor { entries.append(.init(key: .string("\(layer)bias"), value: parts[1])) }
                names.append("\(layer)weight")
            default: entries.append(entry)
            }
        }
        return replacing(
            CheckpointDictionary(kind: dictionary.kind, entries: entries, attributes: dictionary.attributes), dequantizedNames: names)
    }
}

extension QuantizedTensor {
    fileprivate func dequantizedEntry() throws -> CheckpointValue {
        .tensor(TorchTensor(try dequantized(), location: integers.location))
    }
}
