/// The allow-list: classes and functions that build plain data and nothing else. Each has a kind, which says under what conditions that
/// is true; `BuilderRules` checks its arguments and states.
enum Builder: Hashable {
    /// A value that is named and never called, such as `torch.float32`.
    case constant
    /// `list(items)` and similar, which iterate over their argument.
    case container
    /// `defaultdict(factory, items)`, which stores a callable for later.
    case defaultDictionary
    /// `int`, `float`, `bool`, `complex` and `str` of plain values.
    case scalar
    /// `bytes` and `bytearray`, which create as many zeros as a number says.
    case byteString
    /// `_codecs.encode(text, encoding)`.
    case encoding
    /// `slice(a, b, c)` and `object()`.
    case bare
    /// `copyreg._reconstructor(class, base, state)`, which creates an instance of a class that the pickle names.
    case reconstructor
    /// Plain attribute containers, filled by BUILD.
    case namespace
    /// The classes of `pathlib`.
    case path
    /// The classes of `datetime`.
    case date
    case decimal, fraction, uuid
    /// `numpy.dtype`, whose BUILD can make NumPy read arbitrary memory.
    case numpyType
    /// `numpy.ndarray`, which is named for `_reconstruct` and not called.
    case numpyArrayClass
    case numpyScalar, numpyReconstruct, numpyFromBuffer
    case torchSize, torchDevice, torchLayout
    /// `torch.Tensor`, storages, and the tensor classes of old files, which create as many elements as a number says.
    case torchStorage
    /// `torch._utils._rebuild_…` functions that rebuild tensors.
    case torchRebuild
    /// `_rebuild_from_type_v2(function, type, arguments, state)`, which calls its first argument.
    case torchRebuildFromType
    /// `_rebuild_nested_tensor`, which does not check sizes and offsets.
    case torchRebuildUnchecked

    /// The builder with this name, spelled as in `KnownNames`; nil if the name is not on the list.
    static func named(_ full: String) -> Builder? {
        if let known = names[full] { return known }
        if StorageType.dtype(ofGlobal: full) != nil { return .constant }
        return isStorageClass(full) ? .torchStorage : nil
    }

    /// Every name on the list, for tests that go through it one by one; storage classes of each dtype are in `StorageType`.
    static var allNames: [String] { names.keys.sorted() }

    private static func isStorageClass(_ full: String) -> Bool {
        guard StorageType.dtype(ofClass: full) != nil else { return false }
        let parts = full.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 || parts.count == 3 && ["cuda", "storage", "sparse"].contains(parts[1])
    }

    private static let names: [String: Builder] = {
        var names: [String: Builder] = [:]
        func add(_ builder: Builder, _ module: String, _ list: String...) {
            for name in list { names["\(module).\(name)"] = builder }
        }
        add(.container, "collections", "OrderedDict", "Counter")
        add(.defaultDictionary, "collections", "defaultdict")
        add(.container, "builtins", "dict", "list", "tuple", "set", "frozenset")
        add(.scalar, "builtins", "int", "float", "bool", "str", "complex", "long", "unicode")
        add(.byteString, "builtins", "bytes", "bytearray")
        add(.bare, "builtins", "slice", "object")
        add(.encoding, "_codecs", "encode")
        add(.reconstructor, "copyreg", "_reconstructor")
        add(.namespace, "argparse", "Namespace")
        add(.namespace, "types", "SimpleNamespace")
        add(.path, "pathlib", "Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath")
        add(.date, "datetime", "datetime", "date", "time", "timedelta", "timezone")
        add(.decimal, "decimal", "Decimal")
        add(.fraction, "fractions", "Fraction")
        add(.uuid, "uuid", "UUID")
        add(.numpyType, "numpy", "dtype")
        add(.numpyArrayClass, "numpy", "ndarray")
        add(.numpyScalar, "numpy.core.multiarray", "scalar")
        add(.numpyReconstruct, "numpy.core.multiarray", "_reconstruct")
        add(.numpyFromBuffer, "numpy.core.numeric", "_frombuffer")
        add(.torchSize, "torch", "Size")
        add(.torchDevice, "torch", "device")
        add(.torchLayout, "torch.serialization", "_get_layout")
        add(.torchStorage, "torch", "Tensor")
        add(.torchStorage, "torch.storage", "TypedStorage", "UntypedStorage", "_TypedStorage", "_UntypedStorage")
        add(.torchRebuild, "torch.nn.parameter", "Parameter", "Buffer")
        add(
            .torchRebuild, "torch._utils", "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter",
            "_rebuild_parameter_with_state", "_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_device_tensor_from_numpy",
            "_rebuild_device_tensor_from_cpu_tensor", "_rebuild_meta_tensor_no_storage", "_rebuild_wrapper_subclass")
        add(.torchRebuildFromType, "torch._utils", "_rebuild_from_type_v2")
        add(.torchRebuildUnchecked, "torch._utils", "_rebuild_nested_tensor")
        add(
            .constant, "torch", "dtype", "strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc",
            "per_tensor_affine", "per_channel_affine", "per_tensor_symmetric", "per_channel_symmetric",
            "per_channel_affine_float_qparams", "contiguous_format", "channels_last", "channels_last_3d", "preserve_format")
        return names
    }()
}
