import ConvertFiles
import ConvertTensors

/// torch's rebuild calls (torch/_utils.py, torch/_tensor.py), with all arguments checked.
enum TorchValues {
    static func build(_ call: Call, file: String, decoder: ValueDecoder) throws -> CheckpointValue? {
        func malformed(_ detail: String) -> PthError {
            .malformedCall(file: call.place.pickle, call: "\(call.name) at offset \(call.place.offset)", detail: detail)
        }

        switch call.name {
        case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
            return .tensor(try strided(call, malformed: malformed))

        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
            guard let parameter = try parameter(call, malformed: malformed) else { return nil }
            try call.emptyArgument(2, "backward_hooks")
            if call.name.hasSuffix("_with_state") { try refuseTensorState(call.argument(3), of: call) }
            return parameter
        case "torch.nn.parameter.Parameter", "torch.nn.Parameter": return try parameter(call, malformed: malformed)
        case "torch._utils._rebuild_from_type_v2": return try ofType(call, file: file, decoder: decoder, malformed: malformed)

        case "torch._utils._rebuild_qtensor": return try quantized(call, malformed: malformed)
        case "torch._utils._rebuild_sparse_tensor": return try sparse(call, malformed: malformed)

        case "torch._utils._rebuild_device_tensor_from_numpy":
            guard case .numpyArray(let array)? = call.argument(0), let tensor = array.tensor else {
                throw malformed("its first argument is not an array of numbers")
            }
            return try onDevice(TorchTensor(tensor, location: "cpu"), call)
        case "torch._utils._rebuild_device_tensor_from_cpu_tensor":
            guard let tensor = call.argument(0)?.strided else { throw malformed("its first argument is not a tensor") }
            return try onDevice(tensor, call)

        case "torch.storage._load_from_bytes":
            guard case .bytes(let bytes)? = call.argument(0) else { throw malformed("its argument is not bytes") }
            return try decoder.loadNested(bytes)

        case "torch.Size":
            guard let sizes = call.argument(0)?.fixedInts else { throw malformed("its argument is not a tuple of sizes") }
            return .size(sizes)
        case "torch.device":
            guard let kind = call.argument(0)?.text else { throw malformed("its argument is not a device") }
            if call.argumentCount < 2 { return .device(kind) }
            guard let number = call.argument(1)?.int else { throw malformed("its index is not a number") }
            return .device("\(kind):\(number)")
        case "torch.serialization._get_layout":
            return call.argument(0)?.text.map { .global($0) }
        default: return nil
        }
    }

    private static func strided(_ call: Call, malformed: (String) -> PthError) throws -> TorchTensor {
        guard case .storage(let storage)? = call.argument(0), let offset = call.argument(1)?.int, let shape = call.argument(2)?.fixedInts,
            let strides = call.argument(3)?.fixedInts
        else { throw malformed("its arguments are not storage, offset, sizes and strides") }
        let isFirst = call.name.hasSuffix("_rebuild_tensor")
        let isThird = call.name.hasSuffix("_v3")
        var dtype = storage.dtype
        if isThird {
            if case .global(let name)? = call.argument(6), name.hasPrefix("torch.") {
                throw PthError.unknownStorageType(file: call.place.pickle, type: name)
            }
            guard case .torchDType(let name)? = call.argument(6), let named = DType(rawValue: name) else {
                throw malformed("its dtype is not known")
            }
            dtype = named
        }
        var tensor = TorchTensor(
            try Tensor(dtype: dtype, shape: shape, strides: strides, offset: offset, storage: storage.storage),
            location: storage.location)
        guard !isFirst else { return tensor }
        tensor.requiresGrad = try call.flagArgument(4, "requires_grad")
        try call.emptyArgument(5, "backward_hooks")
        for entry in try metadata(call, isThird ? 7 : 6) {
            // torch sets any bit that is named, even with the value False; its own writer only names the bits that are set.
            guard entry.value.flag == true else {
                throw call.unfollowed("metadata", "gives \(entry.key.pathComponent) a value other than True")
            }
            switch entry.key.text {
            case "conj" where dtype.isComplex: tensor.isConjugated = true
            case "neg": tensor.isNegated = true
            default: throw call.unfollowed("metadata", "names \(entry.key.pathComponent)")
            }
        }
        return tensor
    }

    private static func metadata(_ call: Call, _ index: Int) throws -> [CheckpointDictionary.Entry] {
        switch call.argument(index) {
        case nil, .some(.none): return []
        case .dictionary(let dictionary)?: return dictionary.entries
        default: throw call.unfollowed("metadata", "is not a dictionary")
        }
    }

    /// Nil for a parameter of something that is shown whole, such as a meta tensor.
    private static func parameter(_ call: Call, malformed: (String) -> PthError) throws -> CheckpointValue? {
        if case .placeholder? = call.argument(0) { return nil }
        let requiresGrad = call.argumentCount > 1 ? try call.flagArgument(1, "requires_grad") : true
        guard let data = call.argument(0), data.isTensor else { throw malformed("its first argument is not a tensor") }
        // A parameter of quantized or sparse data is shown as that data.
        guard var tensor = data.strided else { return data }
        tensor.isParameter = true
        tensor.requiresGrad = requiresGrad
        return .tensor(tensor)
    }

    private static func ofType(
        _ call: Call, file: String, decoder: ValueDecoder, malformed: (String) -> PthError
    ) throws -> CheckpointValue? {
        guard case .global(let function)? = call.argument(0), case .global(let type)? = call.argument(1),
            case .tuple(let arguments)? = call.argument(2)
        else { throw malformed("its arguments are not function, type, arguments and state") }
        try refuseTensorState(call.argument(3), of: call)
        let inner = Call(
            name: KnownNames.canonical(function),
            place: CallPlace(pickle: call.place.pickle, call: KnownNames.canonical(function), offset: call.place.offset),
            arguments: arguments)
        guard let built = try build(inner, file: file, decoder: decoder), built.isTensor else { return nil }
        try inner.refuseLeftovers()
        guard var tensor = built.strided else { return built }
        if type == "torch.nn.parameter.Parameter" { tensor.isParameter = true } else if type != "torch.Tensor" { tensor.className = type }
        return .tensor(tensor)
    }

    /// Checks attributes that are set on a tensor afterwards. New names (`note`) change nothing; `data` and similar ones replace the
    /// numbers.
    private static func refuseTensorState(_ state: CheckpointValue?, of call: Call) throws(CallError) {
        var parts = [state ?? .none]
        if case .tuple(let both) = state, both.count == 2 { parts = both }
        for part in parts {
            switch part {
            case .none: continue
            case .dictionary(let attributes):
                for entry in attributes.entries {
                    guard let name = entry.key.text, !name.hasPrefix("__"), !tensorProperties.contains(name) else {
                        throw call.unfollowed("state", "sets \(entry.key.pathComponent) of the tensor")
                    }
                }
            default: throw call.unfollowed("state", "is not a dictionary of attributes")
            }
        }
    }

    /// Attributes that `torch.Tensor` computes or forwards when they are set, instead of storing them (torch 2.13, its properties).
    private static let tensorProperties: Set<String> = [
        "H", "T", "mH", "mT", "_backward_hooks", "_base", "_cdata", "_grad", "_grad_fn", "_has_symbolic_sizes_strides",
        "_post_accumulate_grad_hooks", "_python_dispatch", "_version", "data", "device", "dtype", "grad", "grad_dtype", "grad_fn", "imag",
        "is_cpu", "is_cuda", "is_ipu", "is_leaf", "is_maia", "is_meta", "is_mkldnn", "is_mps", "is_mtia", "is_nested", "is_quantized",
        "is_sparse", "is_sparse_csr", "is_vulkan", "is_xla", "is_xpu", "itemsize", "layout", "name", "names", "nbytes", "ndim",
        "output_nr", "real", "requires_grad", "retains_grad", "shape", "volatile",
    ]

    /// A tensor moved to a device after loading: the dtype may be given, but must not differ.
    private static func onDevice(_ source: TorchTensor, _ call: Call) throws -> CheckpointValue {
        guard case .torchDType(let name)? = call.argument(1), let dtype = DType(rawValue: name), dtype == source.tensor.dtype else {
            let given = call.argument(1)?.shortText ?? "missing"
            throw call.unfollowed("dtype", "is \(given) for numbers of \(source.tensor.dtype.rawValue)")
        }
        guard let device = call.argument(2)?.text else { throw call.unfollowed("device", "is not a text") }
        var tensor = TorchTensor(source.tensor, location: device)
        tensor.isConjugated = source.isConjugated
        tensor.isNegated = source.isNegated
        tensor.requiresGrad = try call.flagArgument(3, "requires_grad")
        return .tensor(tensor)
    }

    private static func quantized(_ call: Call, malformed: (String) -> PthError) throws -> CheckpointValue {
        guard case .storage(let storage)? = call.argument(0), let offset = call.argument(1)?.int, let shape = call.argument(2)?.fixedInts,
            let strides = call.argument(3)?.fixedInts, case .tuple(let parameters)? = call.argument(4),
            case .global(let scheme)? = parameters.first
        else { throw malformed("its arguments are not storage, offset, sizes, strides and quantizer") }
        let tensor = try Tensor(dtype: storage.dtype, shape: shape, strides: strides, offset: offset, storage: storage.storage)
        var integers = TorchTensor(tensor, location: storage.location)
        integers.requiresGrad = try call.flagArgument(5, "requires_grad")
        try call.emptyArgument(6, "backward_hooks")
        let schemeName = String(scheme.split(separator: ".").last ?? "")
        switch (schemeName, parameters.count) {
        case ("per_tensor_affine", 3):
            guard let scale = parameters[1].number, case .integer(let zeroPoint) = parameters[2] else {
                throw malformed("its scale and zero point are not numbers")
            }
            return .quantizedTensor(
                QuantizedTensor(integers: integers, scheme: .perTensor(scale: scale, zeroPoint: zeroPoint), schemeName: schemeName))
        case ("per_channel_affine", 4), ("per_channel_affine_float_qparams", 4):
            guard let scales = parameters[1].strided, let zeroPoints = parameters[2].strided, let axis = parameters[3].int,
                shape.indices.contains(axis), scales.tensor.elementCount == shape[axis], zeroPoints.tensor.elementCount == shape[axis]
            else { throw malformed("its scales and zero points are not one for each index along its axis") }
            return .quantizedTensor(
                QuantizedTensor(
                    integers: integers, scheme: .perChannel(scales: scales, zeroPoints: zeroPoints, axis: axis), schemeName: schemeName))
        default: throw malformed("its quantizer \(scheme) is not supported")
        }
    }

    private static func sparse(_ call: Call, malformed: (String) -> PthError) throws -> CheckpointValue {
        guard case .global(let name)? = call.argument(0), case .tuple(let parts)? = call.argument(1) else {
            throw malformed("its arguments are not layout and parts")
        }
        let layout = String(name.split(separator: ".").last ?? "")
        let names: [String]
        switch layout {
        case "sparse_coo": names = ["indices", "values"]
        case "sparse_csc", "sparse_bsc": names = ["ccol_indices", "row_indices", "values"]
        case "sparse_csr", "sparse_bsr": names = ["crow_indices", "col_indices", "values"]
        default: throw malformed("its layout \(name) is unknown")
        }
        let tensors = parts.prefix(names.count).compactMap(\.strided)
        let isCoalesced = parts.dropFirst(names.count + 1).first
        guard tensors.count == names.count, let shape = parts.dropFirst(names.count).first?.fixedInts,
            parts.count <= names.count + (layout == "sparse_coo" ? 2 : 1)
        else { throw malformed("the parts of a \(layout) tensor are not what torch writes") }
        return .sparseTensor(
            SparseTensor(
                layout: layout, shape: shape, parts: Array(zip(names, tensors)).map { (name: $0.0, tensor: $0.1) },
                isCoalesced: isCoalesced?.flag))
    }
}
