import Files
import Tensors

/// NumPy's dtypes, scalars and arrays as their pickles carry them (numpy/core/multiarray, both spellings of the module).
enum NumpyValues {
    static func build(_ call: Call) -> CheckpointValue? {
        switch call.name {
        case "numpy.dtype": return dtype(call).map { .numpyDType($0) }
        case "numpy.core.multiarray.scalar": return scalar(call)
        case "numpy.core.multiarray._reconstruct": return array(call)
        case "numpy.core.numeric._frombuffer": return fromBuffer(call)
        default: return nil
        }
    }

    private static func dtype(_ call: Call) -> String? {
        guard let code = call.arguments.first?.text, call.items.isEmpty, call.entries.isEmpty else { return nil }
        var order = "|"
        if let state = call.states.first?.sequence, state.count > 1, let text = state[1].text { order = text }
        if call.states.isEmpty, let kind = code.first, "<>|=".contains(kind) { return code }
        return order + code
    }

    private static func scalar(_ call: Call) -> CheckpointValue? {
        guard call.isUntouched, call.arguments.count == 2, case .numpyDType(let dtype) = call.arguments[0] else { return nil }
        guard case .bytes(let bytes) = call.arguments[1], bytes.count <= 1 << 20 else { return nil }
        return item(dtype, bytes.array).map { .numpyScalar(NumpyScalar(dtype: dtype, value: $0)) }
    }

    /// What `.item()` gives for one element.
    private static func item(_ dtype: String, _ raw: [UInt8]) -> CheckpointValue? {
        let isBig = dtype.hasPrefix(">")
        let code = String(dtype.dropFirst())
        if code.hasPrefix("S") { return .bytes(ByteView(copying: raw, name: "numpy scalar")) }
        if code.hasPrefix("U") {
            var text = String.UnicodeScalarView()
            for at in stride(from: 0, to: raw.count - raw.count % 4, by: 4) {
                let unit = isBig ? Array(raw[at..<at + 4].reversed()) : Array(raw[at..<at + 4])
                let value = unit.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                guard let scalar = Unicode.Scalar(value) else { return nil }
                text.append(scalar)
            }
            while text.last == "\0" { text.removeLast() }
            return .string(String(text))
        }
        guard let type = torchDType(code), type.byteCount == raw.count else { return nil }
        func bits(_ bytes: ArraySlice<UInt8>) -> UInt64 {
            (isBig ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
        }
        let all = raw.count <= 8 ? bits(raw[...]) : 0
        switch type {
        case .float64: return .float(Double(bitPattern: all))
        case .float32: return .float(Double(Float(bitPattern: UInt32(all))))
        case .float16: return .float(Double(NarrowFloat.float16(UInt16(all))))
        case .int64: return .integer(Int64(bitPattern: all))
        case .int32: return .integer(Int64(Int32(bitPattern: UInt32(all))))
        case .int16: return .integer(Int64(Int16(bitPattern: UInt16(all))))
        case .int8: return .integer(Int64(Int8(bitPattern: UInt8(all))))
        case .uint64: return Int64(exactly: all).map { .integer($0) } ?? .bigInteger("\(all)", twosComplement: raw + [0])
        case .uint32, .uint16, .uint8: return .integer(Int64(all))
        case .bool: return .boolean(all != 0)
        case .complex64:
            return .complex(
                Double(Float(bitPattern: UInt32(bits(raw[..<4])))), Double(Float(bitPattern: UInt32(bits(raw[4...])))))
        case .complex128: return .complex(Double(bitPattern: bits(raw[..<8])), Double(bitPattern: bits(raw[8...])))
        default: return nil
        }
    }

    private static func array(_ call: Call) -> CheckpointValue? {
        guard call.states.count == 1, let state = call.states[0].sequence, state.count == 5, let shape = state[1].ints,
            case .numpyDType(let dtype) = state[2], let isFortran = state[3].flag ?? state[3].int.map({ $0 != 0 })
        else { return nil }
        guard case .bytes(let bytes) = state[4] else {
            // An object array: its elements are ordinary values, kept in the placeholder.
            return nil
        }
        return .numpyArray(NumpyArray(dtype: dtype, shape: shape, tensor: tensor(dtype, shape, isFortran: isFortran, bytes)))
    }

    private static func fromBuffer(_ call: Call) -> CheckpointValue? {
        guard call.isUntouched, call.arguments.count >= 3, case .numpyDType(let dtype) = call.arguments[1],
            let shape = call.arguments[2].ints
        else { return nil }
        let isFortran = call.arguments.dropFirst(3).first?.text == "F"
        switch call.arguments[0] {
        case .bytes(let bytes), .byteArray(let bytes):
            return .numpyArray(NumpyArray(dtype: dtype, shape: shape, tensor: tensor(dtype, shape, isFortran: isFortran, bytes)))
        default: return nil
        }
    }

    private static func tensor(_ dtype: String, _ shape: [Int], isFortran: Bool, _ bytes: ByteView) -> Tensor? {
        guard let type = torchDType(String(dtype.dropFirst())) else { return nil }
        var view = bytes
        if dtype.hasPrefix(">"), type.byteCount > 1 {
            let width = type.isComplex ? type.byteCount / 2 : type.byteCount
            let swapped = bytes.array
            view = ByteView(
                copying: swapped.indices.map { swapped[min($0 / width * width + width - 1 - $0 % width, swapped.count - 1)] },
                name: bytes.name)
        }
        let storage = Storage(name: "\(bytes.name) (array)", bytes: view)
        let strides = isFortran ? Array(Tensor.contiguousStrides(shape.reversed()).reversed()) : Tensor.contiguousStrides(shape)
        return try? Tensor(dtype: type, shape: shape, strides: strides, offset: 0, storage: storage)
    }

    private static func torchDType(_ code: String) -> DType? {
        let known: [String: DType] = [
            "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16, "i1": .int8, "u8": .uint64,
            "u4": .uint32, "u2": .uint16, "u1": .uint8, "b1": .bool, "c8": .complex64, "c16": .complex128,
        ]
        return known[code]
    }
}
