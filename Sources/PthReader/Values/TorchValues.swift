import Files
import Tensors

/// torch's rebuild calls (torch/_utils.py, torch/_tensor.py), each with its arguments checked.
enum TorchValues {
    static func build(_ call: Call, file: String, decoder: ValueDecoder) throws -> CheckpointValue? {
        func malformed(_ detail: String) -> PthError { .malformedCall(file: file, call: call.name, detail: detail) }
        let arguments = call.arguments
        func argument(_ index: Int) -> CheckpointValue? { index < arguments.count ? arguments[index] : nil }

        switch call.name {
        case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
            guard case .storage(let storage)? = argument(0), let offset = argument(1)?.int, let shape = argument(2)?.ints,
                let strides = argument(3)?.ints
            else { throw malformed("its arguments are not storage, offset, sizes and strides") }
            var dtype = storage.dtype
            var metadata = argument(6)
            if call.name.hasSuffix("_v3") {
                if case .global(let name)? = argument(6), name.hasPrefix("torch.") {
                    throw PthError.unknownStorageType(file: file, type: name)
                }
                guard case .torchDType(let name)? = argument(6), let named = DType(rawValue: name) else {
                    throw malformed("its dtype is not known")
                }
                dtype = named
                metadata = argument(7)
            }
            var tensor = TorchTensor(
                try Tensor(dtype: dtype, shape: shape, strides: strides, offset: offset, storage: storage.storage),
                location: storage.location)
            tensor.requiresGrad = argument(4)?.flag ?? false
            if case .dictionary(let bits)? = metadata {
                tensor.isConjugated = bits["conj"]?.flag ?? false
                tensor.isNegated = bits["neg"]?.flag ?? false
            }
            return .tensor(tensor)

        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state", "torch.nn.parameter.Parameter",
            "torch.nn.Parameter":
            guard var tensor = argument(0)?.strided else {
                // An object that only looks like a parameter (quantised data, an unknown class) is shown whole.
                return argument(0)?.isTensor == true ? argument(0) : nil
            }
            tensor.isParameter = true
            tensor.requiresGrad = argument(1)?.flag ?? true
            return .tensor(tensor)

        case "torch._utils._rebuild_from_type_v2":
            guard case .global(let function)? = argument(0), let inner = argument(2)?.sequence else {
                throw malformed("its arguments are not function, type, arguments and state")
            }
            let nested = Call(name: KnownNames.canonical(function), arguments: inner, keywords: nil, states: [], items: [], entries: [])
            guard let built = try build(nested, file: file, decoder: decoder) else { return nil }
            guard var tensor = built.strided else { return built }
            if case .global(let type)? = argument(1), type != "torch.Tensor" {
                if type == "torch.nn.parameter.Parameter" { tensor.isParameter = true } else { tensor.className = type }
            }
            return .tensor(tensor)

        case "torch._utils._rebuild_qtensor": return try quantized(call, malformed: malformed)
        case "torch._utils._rebuild_sparse_tensor": return try sparse(call, malformed: malformed)

        case "torch._utils._rebuild_device_tensor_from_numpy":
            guard case .numpyArray(let array)? = argument(0), let tensor = array.tensor else {
                throw malformed("its first argument is no array")
            }
            var location = "cpu"
            if let device = argument(2)?.text { location = device }
            var result = TorchTensor(tensor, location: location)
            result.requiresGrad = argument(3)?.flag ?? false
            return .tensor(result)
        case "torch._utils._rebuild_device_tensor_from_cpu_tensor":
            return argument(0)?.strided.map { .tensor($0) }

        case "torch.storage._load_from_bytes":
            guard case .bytes(let bytes)? = argument(0) else { throw malformed("its argument is not bytes") }
            return try decoder.loadNested(bytes)
        case "torch.storage.TypedStorage":
            return storageFromKeywords(call)

        case "torch.Size":
            guard let sizes = argument(0)?.ints else { throw malformed("its argument is no tuple of sizes") }
            return .size(sizes)
        case "torch.device":
            guard let kind = argument(0)?.text else { throw malformed("its argument is no device") }
            return .device(argument(1)?.int.map { "\(kind):\($0)" } ?? kind)
        case "torch.serialization._get_layout":
            return argument(0)?.text.map { .global($0) }
        default: return nil
        }
    }

    private static func storageFromKeywords(_ call: Call) -> CheckpointValue? {
        if case .storage? = call.arguments.first { return call.arguments.first }
        return nil
    }

    private static func quantized(_ call: Call, malformed: (String) -> PthError) throws -> CheckpointValue {
        let arguments = call.arguments
        guard arguments.count >= 5, case .storage(let storage) = arguments[0], let offset = arguments[1].int, let shape = arguments[2].ints,
            let strides = arguments[3].ints, let parameters = arguments[4].sequence, case .global(let scheme)? = parameters.first
        else { throw malformed("its arguments are not storage, offset, sizes, strides and quantiser") }
        let tensor = try Tensor(dtype: storage.dtype, shape: shape, strides: strides, offset: offset, storage: storage.storage)
        let integers = TorchTensor(tensor, location: storage.location)
        let schemeName = String(scheme.split(separator: ".").last ?? "")
        if parameters.count == 3, let scale = parameters[1].number, case .integer(let zeroPoint) = parameters[2] {
            return .quantizedTensor(
                QuantizedTensor(integers: integers, scheme: .perTensor(scale: scale, zeroPoint: zeroPoint), schemeName: schemeName))
        }
        guard parameters.count == 4, let scales = parameters[1].strided, let zeroPoints = parameters[2].strided,
            let axis = parameters[3].int
        else { throw malformed("its quantiser \(scheme) is not understood") }
        return .quantizedTensor(
            QuantizedTensor(
                integers: integers, scheme: .perChannel(scales: scales, zeroPoints: zeroPoints, axis: axis), schemeName: schemeName))
    }

    private static func sparse(_ call: Call, malformed: (String) -> PthError) throws -> CheckpointValue {
        guard call.arguments.count >= 2, let parts = call.arguments[1].sequence else {
            throw malformed("its arguments are not layout and parts")
        }
        var layout = "sparse"
        if case .global(let name) = call.arguments[0] { layout = String(name.split(separator: ".").last ?? "sparse") }
        let tensors = parts.compactMap(\.strided)
        let names =
            layout == "sparse_coo"
            ? ["indices", "values"]
            : layout == "sparse_csc" || layout == "sparse_bsc"
                ? ["ccol_indices", "row_indices", "values"] : ["crow_indices", "col_indices", "values"]
        guard tensors.count == names.count, let shape = parts.dropFirst(names.count).first?.ints else {
            throw malformed("the parts of a \(layout) tensor are not as torch writes them")
        }
        return .sparseTensor(
            SparseTensor(
                layout: layout, shape: shape, parts: Array(zip(names, tensors)).map { (name: $0.0, tensor: $0.1) },
                isCoalesced: parts.dropFirst(names.count + 1).first?.flag))
    }
}
