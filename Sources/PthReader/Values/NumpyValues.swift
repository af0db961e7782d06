import ConvertFiles
import ConvertTensors

/// NumPy's dtypes, scalars and arrays in pickles (numpy/core/multiarray, under both names of the module).
enum NumpyValues {
    static func build(_ call: Call) throws -> CheckpointValue? {
        switch call.name {
        case "numpy.dtype": return try dtype(call).map { .numpyDType($0) }
        case "numpy.core.multiarray.scalar": return scalar(call)
        case "numpy.core.multiarray._reconstruct": return array(call)
        case "numpy.core.numeric._frombuffer": return fromBuffer(call)
        default: return nil
        }
    }

    /// NumPy's name of a dtype of numbers or text. Nil for structured, object and date types, which are shown as they were written.
    private static func dtype(_ call: Call) throws -> String? {
        guard let code = call.argument(0)?.text else { return nil }
        let states = call.takeStates()
        // Without a copy, the type is NumPy's own, which ignores the state.
        for (index, wanted) in [(1, false), (2, true)] where index < call.argumentCount || !states.isEmpty {
            guard let flag = call.argument(index), flag.flag == wanted || flag.int == (wanted ? 1 : 0) else {
                throw call.unfollowed("argument \(index + 1)", "is not \(wanted ? "True" : "False"), as NumPy writes it")
            }
        }
        guard let state = states.first else {
            if let kind = code.first, "<>|=".contains(kind) { return code }
            return "|" + code
        }
        guard states.count == 1, case .tuple(let parts) = state, parts.count >= 8, parts[0].int != nil, let order = parts[1].text,
            ["<", ">", "|", "="].contains(order)
        else { throw call.unfollowed("state", "is not one that NumPy writes") }
        let isPlain = code.first.map { "biufcSU".contains($0) } ?? false
        guard isPlain else { return nil }
        let isText = code.hasPrefix("S") || code.hasPrefix("U")
        let width = (Int(code.dropFirst()) ?? -1).multipliedReportingOverflow(by: code.hasPrefix("U") ? 4 : 1).partialValue
        // A state with fields, or with a different width, makes a type that its code does not describe.
        guard case .none = parts[2], case .none = parts[3], case .none = parts[4], parts[5].int == (isText ? width : -1) else {
            throw call.unfollowed("state", "gives \(code) fields or another width")
        }
        return order + code
    }

    private static func scalar(_ call: Call) -> CheckpointValue? {
        guard call.argumentCount == 2, case .numpyDType(let dtype)? = call.argument(0) else { return nil }
        guard case .bytes(let bytes)? = call.argument(1), bytes.count <= 1 << 20 else { return nil }
        return item(dtype, bytes.array).map { .numpyScalar(NumpyScalar(dtype: dtype, value: $0)) }
    }

    /// What `.item()` returns for one element.
    private static func item(_ dtype: String, _ raw: [UInt8]) -> CheckpointValue? {
        let isBig = dtype.hasPrefix(">")
        let code = String(dtype.dropFirst())
        if code.hasPrefix("S") {
            guard Int(code.dropFirst()) == raw.count else { return nil }
            let used = raw.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
            return .bytes(ByteView(copying: Array(raw[..<used]), name: "numpy scalar"))
        }
        if code.hasPrefix("U") {
            guard raw.count.isMultiple(of: 4), Int(code.dropFirst()) == raw.count / 4 else { return nil }
            var text = String.UnicodeScalarView()
            for at in stride(from: 0, to: raw.count, by: 4) {
                let unit = isBig ? Array(raw[at..<at + 4].reversed()) : Array(raw[at..<at + 4])
                let value = unit.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                guard let scalar = Unicode.Scalar(value) else { return nil }
                text.append(scalar)
            }
            while text.last == "\0" { text.removeLast() }  // NumPy's padding.
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
        // A subclass may read its state differently.
        guard case .global("numpy.ndarray")? = call.argument(0), case .tuple? = call.argument(1), call.argument(2) != nil else {
            return nil
        }
        let states = call.takeStates()
        guard states.count == 1, case .tuple(let state) = states[0], state.count == 5, state[0].int != nil,
            let shape = state[1].fixedInts, case .numpyDType(let dtype) = state[2],
            let isFortran = state[3].flag ?? state[3].int.map({ $0 != 0 })
        else { return nil }
        // The elements of an object array are ordinary values, which the placeholder holds.
        guard case .bytes(let bytes) = state[4] else { return nil }
        return .numpyArray(NumpyArray(dtype: dtype, shape: shape, tensor: tensor(dtype, shape, isFortran: isFortran, bytes)))
    }

    private static func fromBuffer(_ call: Call) -> CheckpointValue? {
        guard call.argumentCount == 4, let buffer = call.argument(0), case .numpyDType(let dtype)? = call.argument(1),
            let shape = call.argument(2)?.fixedInts, let order = call.argument(3)?.text, order == "C" || order == "F"
        else { return nil }
        switch buffer {
        case .bytes(let bytes), .byteArray(let bytes):
            return .numpyArray(NumpyArray(dtype: dtype, shape: shape, tensor: tensor(dtype, shape, isFortran: order == "F", bytes)))
        default: return nil
        }
    }

    private static func tensor(_ dtype: String, _ shape: [Int], isFortran: Bool, _ bytes: ByteView) -> Tensor? {
        guard let type = torchDType(String(dtype.dropFirst())) else { return nil }
        let size = shape.reduce((type.byteCount, false)) { product, size in
            let (next, overflow) = product.0.multipliedReportingOverflow(by: size)
            return (next, product.1 || overflow || size < 0)
        }
        guard !size.1, size.0 == bytes.count else { return nil }
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
