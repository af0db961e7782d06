import ConvertFiles
import ConvertTensors
import Pickle
import PthReader

/// Writes a value as torch's zip container, using only what `torch.load(weights_only=True)` accepts (torch/serialization.py, `_save`).
///
/// Strides and sharing are preserved. Only the part of a storage that the written tensors use is copied, and every tensor is written for
/// the CPU.
package struct PthWriter {
    /// A storage, the byte range of it that is written, and the dtypes that determine the name of its class.
    private struct Slot {
        let storage: Storage
        var used: Range<Int>
        var dtypes: Set<DType>
        let key: String
    }

    private var builder = PickleBuilder()
    private var slots: [ObjectIdentifier: Slot] = [:]
    private var order: [ObjectIdentifier] = []

    /// The data of every storage begins at a multiple of this many bytes.
    static let alignment = 64

    /// Writes `root`; the caller flushes, checks and commits. Recorded checksums of storages are compared on the way. Throws
    /// `PickleError.unencodable` for values that the safe loader would refuse.
    package static func write(_ root: CheckpointValue, to output: OutputFile) throws {
        var writer = PthWriter()
        writer.collect(root)
        let pickled = try writer.encode(root)
        let pickle = try PickleEncoder.encode(writer.builder.document(root: pickled))
        func small(_ text: String) -> ByteView { ByteView(copying: Array(text.utf8), name: "archive fact") }
        var entries = [
            ZipArchiveWriter.Entry(name: "archive/data.pkl", contents: ByteView(copying: pickle, name: "data.pkl")),
            ZipArchiveWriter.Entry(name: "archive/.format_version", contents: small("1")),
            ZipArchiveWriter.Entry(name: "archive/.storage_alignment", contents: small("\(alignment)")),
            ZipArchiveWriter.Entry(name: "archive/byteorder", contents: small("little")),
        ]
        for id in writer.order {
            guard let slot = writer.slots[id] else { continue }
            try slot.storage.verifyLent()
            let bytes = try slot.storage.bytes().window(at: slot.used.lowerBound, count: slot.used.count)
            entries.append(ZipArchiveWriter.Entry(name: "archive/data/\(slot.key)", contents: bytes, alignment: alignment))
        }
        entries.append(ZipArchiveWriter.Entry(name: "archive/version", contents: small("3\n")))
        try ZipArchiveWriter.write(entries, to: output)
    }

    /// Finds the storages, in order of appearance, and how much of each is used.
    private mutating func collect(_ root: CheckpointValue) {
        root.walk { _, value in
            switch value {
            case .tensor(let tensor): reach(tensor.tensor)
            case .quantizedTensor(let tensor):
                reach(tensor.integers.tensor)
                if case .perChannel(let scales, let zeroPoints, _) = tensor.scheme {
                    reach(scales.tensor)
                    reach(zeroPoints.tensor)
                }
            case .sparseTensor(let tensor): tensor.parts.forEach { reach($0.tensor.tensor) }
            case .storage(let storage): reach(storage.storage, 0..<storage.storage.byteCount, storage.dtype)
            default: break
            }
        }
    }

    private mutating func reach(_ tensor: Tensor) {
        // The start is aligned, so that offsets stay whole numbers of elements.
        let used = tensor.usedBytes
        reach(tensor.storage, used.lowerBound / PthWriter.alignment * PthWriter.alignment..<used.upperBound, tensor.dtype)
    }

    private mutating func reach(_ storage: Storage, _ used: Range<Int>, _ dtype: DType) {
        let id = ObjectIdentifier(storage)
        guard var slot = slots[id] else {
            slots[id] = Slot(storage: storage, used: used, dtypes: [dtype], key: "\(order.count)")
            order.append(id)
            return
        }
        if slot.used.isEmpty { slot.used = used }
        if !used.isEmpty { slot.used = min(slot.used.lowerBound, used.lowerBound)..<max(slot.used.upperBound, used.upperBound) }
        slot.dtypes.insert(dtype)
        slots[id] = slot
    }

    // MARK: Values

    private mutating func encode(_ values: [CheckpointValue]) throws -> [PickleValue] {
        var items: [PickleValue] = []
        for value in values { items.append(try encode(value)) }
        return items
    }

    private mutating func encode(_ value: CheckpointValue) throws -> PickleValue {
        switch value {
        case .none: return .none
        case .boolean(let flag): return .boolean(flag)
        case .integer(let number): return .integer(number)
        case .bigInteger(_, let digits): return builder.add(.bigInteger(digits))
        case .float(let number): return .float(number)
        case .complex(let real, let imaginary):
            return builder.call(builder.global("builtins", "complex"), [.float(real), .float(imaginary)])
        case .string(let text), .path(let text), .date(let text), .numpyDType(let text): return builder.string(text)
        case .bytes(let view): return builder.add(.bytes(view))
        case .byteArray(let view): return builder.add(.byteArray(view))
        case .list(let items): return builder.add(.list(try encode(items)))
        case .tuple(let items): return builder.tuple(try encode(items))
        case .set(let items), .frozenSet(let items): return builder.add(.set(try encode(items)))
        case .dictionary(let dictionary): return try encode(dictionary)
        case .tensor(let tensor): return try encode(tensor)
        case .quantizedTensor(let tensor): return try encode(tensor)
        case .sparseTensor(let tensor): return try encode(tensor)
        case .storage(let storage): return reference(storage.storage, dtype: storage.isUntyped ? nil : storage.dtype)
        case .numpyScalar(let scalar): return try encode(scalar.value)
        case .numpyArray(let array):
            guard let tensor = array.tensor else { throw PickleError.unencodable(what: "a numpy array of \(array.dtype)") }
            return try encode(TorchTensor(tensor, location: "cpu"))
        case .torchDType(let name): return builder.global("torch", name)
        case .size(let sizes):
            let tuple = builder.tuple(sizes.map { .integer(Int64($0)) })
            return builder.call(builder.global("torch", "Size"), [tuple])
        case .device(let name):
            let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
            var arguments = [builder.string(parts.first ?? name)]
            if parts.count > 1, let index = Int64(parts[1]) { arguments.append(.integer(index)) }
            return builder.call(builder.global("torch", "device"), arguments)
        case .global(let name): throw PickleError.unencodable(what: "the class or function \(name)")
        case .placeholder(let object): throw PickleError.unencodable(what: "an object of \(object.className)")
        case .cycle: throw PickleError.unencodable(what: "a container inside itself")
        }
    }

    private mutating func encode(_ dictionary: CheckpointDictionary) throws -> PickleValue {
        var entries: [PickleEntry] = []
        for entry in dictionary.entries { entries.append(PickleEntry(key: try encode(entry.key), value: try encode(entry.value))) }
        switch dictionary.kind {
        case .dict, .defaultDict, .namespace: return builder.add(.dictionary(entries))
        case .counter:
            let inner = builder.add(.dictionary(entries))
            return builder.call(builder.global("collections", "Counter"), [inner])
        case .orderedDict:
            let none = builder.tuple([])
            var object = PickleObject(construction: .call, callable: builder.global("collections", "OrderedDict"), arguments: none)
            object.entries = entries
            if let attributes = dictionary.attributes { object.states = [try encode(attributes)] }
            return builder.add(.object(object))
        }
    }

    // MARK: Tensors

    private mutating func integers(_ numbers: [Int]) -> PickleValue { builder.tuple(numbers.map { .integer(Int64($0)) }) }

    private mutating func hooks() -> PickleValue {
        let none = builder.tuple([])
        return builder.add(
            .object(PickleObject(construction: .call, callable: builder.global("collections", "OrderedDict"), arguments: none)))
    }

    /// `('storage', class, key, 'cpu', count)`; untyped if `dtype` is nil or has no storage class of its own.
    private mutating func reference(_ storage: Storage, dtype: DType?) -> PickleValue {
        let slot = slots[ObjectIdentifier(storage)]
        let byteCount = slot?.used.count ?? 0
        let className = slot?.dtypes.count == 1 ? dtype?.torchStorageClass : nil
        let type = className.map { builder.global("torch", $0) } ?? builder.global("torch.storage", "UntypedStorage")
        let count = className == nil ? byteCount : byteCount / (dtype?.byteCount ?? 1)
        let id = builder.tuple([
            builder.string("storage"), type, builder.string(slot?.key ?? "?"), builder.string("cpu"), .integer(Int64(count)),
        ])
        return builder.add(.persistentReference(id))
    }

    private mutating func encode(_ tensor: TorchTensor) throws -> PickleValue {
        let view = tensor.tensor
        guard view.dtype.isTorch else {
            throw PickleError.unencodable(what: "a tensor of \(view.dtype.rawValue), which torch does not have,")
        }
        let slot = slots[ObjectIdentifier(view.storage)]
        let start = (slot?.used.lowerBound ?? 0) / view.dtype.byteCount
        let offset = view.elementCount == 0 ? 0 : view.offset - start
        let isTyped = slot?.dtypes.count == 1 && view.dtype.torchStorageClass != nil
        var arguments = [
            reference(view.storage, dtype: view.dtype), .integer(Int64(offset)), integers(view.shape), integers(view.strides),
            .boolean(tensor.requiresGrad && !tensor.isParameter), hooks(),
        ]
        if !isTyped { arguments.append(builder.global("torch", view.dtype.rawValue)) }
        if tensor.isConjugated || tensor.isNegated {
            var bits: [PickleEntry] = []
            if tensor.isConjugated { bits.append(PickleEntry(key: builder.string("conj"), value: .boolean(true))) }
            if tensor.isNegated { bits.append(PickleEntry(key: builder.string("neg"), value: .boolean(true))) }
            arguments.append(builder.add(.dictionary(bits)))
        }
        let plain = builder.call(builder.global("torch._utils", isTyped ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3"), arguments)
        guard tensor.isParameter else { return plain }
        return builder.call(builder.global("torch._utils", "_rebuild_parameter"), [plain, .boolean(tensor.requiresGrad), hooks()])
    }

    private mutating func encode(_ tensor: QuantizedTensor) throws -> PickleValue {
        let view = tensor.integers.tensor
        let start = (slots[ObjectIdentifier(view.storage)]?.used.lowerBound ?? 0) / view.dtype.byteCount
        let scheme = builder.global("torch", tensor.schemeName)
        let quantizer: PickleValue
        switch tensor.scheme {
        case .perTensor(let scale, let zeroPoint): quantizer = builder.tuple([scheme, .float(scale), .integer(zeroPoint)])
        case .perChannel(let scales, let zeroPoints, let axis):
            quantizer = builder.tuple([scheme, try encode(scales), try encode(zeroPoints), .integer(Int64(axis))])
        }
        return builder.call(
            builder.global("torch._utils", "_rebuild_qtensor"),
            [
                reference(view.storage, dtype: view.dtype), .integer(Int64(view.elementCount == 0 ? 0 : view.offset - start)),
                integers(view.shape), integers(view.strides), quantizer, .boolean(tensor.integers.requiresGrad), hooks(),
            ])
    }

    private mutating func encode(_ tensor: SparseTensor) throws -> PickleValue {
        let layout = builder.call(
            builder.global("torch.serialization", "_get_layout"), [builder.string("torch.\(tensor.layout)")])
        var parts: [PickleValue] = []
        for part in tensor.parts { parts.append(try encode(part.tensor)) }
        let size = builder.call(builder.global("torch", "Size"), [integers(tensor.shape)])
        parts.append(size)
        if let isCoalesced = tensor.isCoalesced { parts.append(.boolean(isCoalesced)) }
        return builder.call(builder.global("torch._utils", "_rebuild_sparse_tensor"), [layout, builder.tuple(parts)])
    }
}
