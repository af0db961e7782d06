/// How a class or function that a pickle names is judged. The allow-list comes first; what it does not name is at best unknown.
public enum GlobalVerdict: String, Sendable, Comparable {
    case clean, unknown, dangerous

    /// Orders by severity.
    public static func < (left: GlobalVerdict, right: GlobalVerdict) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .clean: 0
        case .unknown: 1
        case .dangerous: 2
        }
    }

    /// The verdict on one global.
    public static func of(module: String, name: String) -> GlobalVerdict {
        let full = KnownNames.canonical("\(module).\(name)")
        if allowed.contains(full) { return .clean }
        if StorageType.dtype(ofClass: full) != nil || StorageType.dtype(ofGlobal: full) != nil { return .clean }
        if full.hasPrefix("torch.") && torchRebuilds.contains(where: { full == "torch._utils.\($0)" }) { return .clean }
        return isDangerous(full) ? .dangerous : .unknown
    }

    /// Calling these builds plain data and nothing else, whatever the arguments.
    private static let allowed: Set<String> = [
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.dict", "builtins.list", "builtins.tuple",
        "builtins.set", "builtins.frozenset", "builtins.int", "builtins.float", "builtins.bool", "builtins.str", "builtins.bytes",
        "builtins.bytearray", "builtins.complex", "builtins.slice", "builtins.object", "builtins.long",
        "builtins.unicode",
        "_codecs.encode", "copyreg._reconstructor", "argparse.Namespace", "types.SimpleNamespace",
        "pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath",
        "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone", "decimal.Decimal",
        "fractions.Fraction", "uuid.UUID",
        "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
        "numpy.core.numeric._frombuffer",
        "torch.Size", "torch.device", "torch.dtype", "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer",
        "torch.serialization._get_layout", "torch.storage.TypedStorage", "torch.storage.UntypedStorage", "torch.storage._TypedStorage",
        "torch.storage._UntypedStorage", "torch.strided", "torch.sparse_coo", "torch.sparse_csr", "torch.sparse_csc", "torch.sparse_bsr",
        "torch.sparse_bsc", "torch.per_tensor_affine", "torch.per_channel_affine", "torch.per_tensor_symmetric",
        "torch.per_channel_symmetric", "torch.per_channel_affine_float_qparams", "torch.contiguous_format", "torch.channels_last",
        "torch.preserve_format",
    ]

    private static let torchRebuilds: Set<String> = [
        "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter", "_rebuild_parameter_with_state",
        "_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor",
        "_rebuild_meta_tensor_no_storage", "_rebuild_from_type_v2", "_rebuild_nested_tensor", "_rebuild_wrapper_subclass",
    ]

    private static func isDangerous(_ full: String) -> Bool {
        let parts = full.split(separator: ".").map(String.init)
        guard let top = parts.first else { return true }
        if dangerousModules.contains(top) { return true }
        if dangerousPrefixes.contains(where: { full == $0 || full.hasPrefix($0 + ".") }) { return true }
        // A name reached through attributes, such as torch.serialization.os.system.
        return parts.dropFirst().contains { dangerousNames.contains($0) || reachableModules.contains($0) }
    }

    /// Modules nothing of which belongs into a checkpoint: they run programs, load code or reach the network and the file system.
    private static let dangerousModules: Set<String> = [
        "os", "posix", "nt", "posixpath", "ntpath", "sys", "subprocess", "_posixsubprocess", "pty", "shutil", "runpy", "importlib", "_imp",
        "imp", "pkgutil", "zipimport", "ctypes", "_ctypes", "cffi", "socket", "_socket", "ssl", "http", "urllib", "urllib2", "requests",
        "ftplib", "smtplib", "telnetlib", "asyncio", "multiprocessing", "threading", "_thread", "signal", "pickle", "_pickle", "cPickle",
        "dill", "cloudpickle", "joblib", "marshal", "shelve", "code", "codeop", "bdb", "pdb", "timeit", "trace", "profile", "cProfile",
        "doctest", "unittest", "webbrowser", "platform", "tempfile", "glob", "fileinput", "io", "_io", "builtin", "commands", "operator",
        "_operator", "functools", "types", "inspect", "gc", "weakref", "site", "sysconfig", "distutils", "setuptools", "pip", "ensurepip",
        "venv", "idlelib", "lib2to3", "pydoc", "aifc", "cgi", "nturl2path", "logging", "test", "uu", "getpass", "resource", "mmap",
    ]

    private static let dangerousPrefixes: [String] = [
        "numpy.testing", "numpy.f2py", "numpy.distutils", "numpy.load", "numpy.loads", "numpy.fromfile", "numpy.save", "torch.load",
        "torch.save", "torch.hub", "torch.jit", "torch.package", "torch.serialization.load", "torch.utils.cpp_extension",
        "torch.utils.collect_env", "torch.utils.bottleneck", "torch.utils._config_module", "torch._inductor", "torch._dynamo", "torch.fx",
        "torch.distributed", "torch.multiprocessing", "torch.storage._load_from_bytes.__", "torch.ops", "torch.classes", "torch.library",
        "_codecs.decode", "pandas.read_pickle", "pandas.io", "pandas.eval",
    ]

    private static let dangerousNames: Set<String> = [
        "eval", "exec", "execfile", "compile", "open", "getattr", "setattr", "delattr", "__import__", "globals", "locals", "vars", "dir",
        "breakpoint", "input", "apply", "reload", "system", "popen", "spawn", "spawnl", "spawnv", "execv", "execve", "fork", "memoryview",
        "map", "filter", "reduce", "type", "super", "classmethod", "staticmethod", "property", "print", "help", "exit", "quit", "file",
        "__getattribute__", "__getattr__", "__setattr__", "__call__", "__class__", "__bases__", "__subclasses__", "__mro__", "__globals__",
        "__builtins__", "__dict__", "__code__", "__reduce__", "__reduce_ex__", "__setstate__", "__init__", "__new__", "__loader__",
        "load_module", "import_module", "run_module", "run_path", "check_output", "check_call", "Popen", "attrgetter", "itemgetter",
        "methodcaller", "partial", "_load_library", "load_library", "CDLL",
    ]

    private static let reachableModules: Set<String> = [
        "os", "sys", "subprocess", "builtins", "posix", "shutil", "importlib", "pickle", "ctypes",
    ]
}
