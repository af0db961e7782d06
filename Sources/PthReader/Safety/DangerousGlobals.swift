/// Names that act: they run programs, load code, access the network or the file system, or lead through attributes to such names. A list
/// of this kind is never complete, which is why the allow-list decides what is clean; this one tells what is dangerous from what is
/// merely unknown.
enum DangerousGlobals {
    static func contains(module: String, name: String, full: String) -> Bool {
        let modules = full.dropLast(full.hasSuffix(name) ? name.utf8.count + 1 : 0).split(separator: ".").map(String.init)
        let names = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let top = modules.first ?? names.first, let last = names.last else { return true }
        // TorchScript's own classes are in this module, whatever their names; Python cannot import it.
        if top == "__torch__" { return false }
        if data.contains(full) { return false }
        if self.modules.contains(top) || prefixes.contains(where: { isBelow(full, $0) }) { return true }
        // The classes of distributed tensors and the metadata of their files only describe; everything else in there acts.
        if full.hasPrefix("torch.distributed.") { return !describesDistribution(full, name: name) }
        // An attribute that leads out of its module, such as torch.serialization's os.system.
        if names.dropLast().contains(where: { reachable.contains($0) || attributes.contains($0) }) { return true }
        return functions.contains(last) || attributes.contains(last) || (top == "builtins" && builtins.contains(last))
    }

    private static func isBelow(_ full: String, _ prefix: String) -> Bool {
        full.hasPrefix(prefix)
            && (full.utf8.count == prefix.utf8.count || prefix.hasSuffix("_") || full.dropFirst(prefix.count).first == ".")
    }

    /// Data classes in modules that otherwise act.
    private static let data: Set<String> = [
        "io.BytesIO", "io.StringIO", "_io.BytesIO", "_io.StringIO", "logging.getLogger", "logging.Logger", "logging.RootLogger",
        "joblib.numpy_pickle.NumpyArrayWrapper", "joblib.numpy_pickle_compat.NDArrayWrapper", "joblib.numpy_pickle.NDArrayWrapper",
        "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_tensorlist", "torch.jit._pickle.build_doublelist",
        "torch.jit._pickle.build_boollist", "torch.jit._pickle.build_tensor_from_id", "torch.jit._pickle.restore_type_tag",
        "operator.itemgetter", "_operator.itemgetter",
        // It stores a function that the pickle names as well; calling its result is judged where it is called.
        "functools.partial", "_functools.partial",
    ]

    private static func describesDistribution(_ full: String, name: String) -> Bool {
        let isHome = distributedHomes.contains { full.hasPrefix($0 + ".") }
        let first = name.drop { $0 == "_" }.first
        return isHome && !name.contains(".") && first?.isUppercase == true && !name.hasSuffix("Reader") && !name.hasSuffix("Writer")
    }

    private static let distributedHomes = [
        "torch.distributed.tensor", "torch.distributed._tensor", "torch.distributed.device_mesh", "torch.distributed._mesh_layout",
        "torch.distributed._shard.sharded_tensor", "torch.distributed._shard.metadata", "torch.distributed._shard.sharding_spec",
        "torch.distributed.checkpoint.metadata", "torch.distributed.checkpoint.filesystem", "torch.distributed.checkpoint.planner",
        "torch.distributed.fsdp", "torch.distributed.optim", "torch.distributed.algorithms",
    ]

    /// Modules that have no place in a checkpoint.
    private static let modules: Set<String> = Set(
        """
        os posix nt posixpath ntpath genericpath nturl2path sys subprocess _posixsubprocess popen2 commands pty tty termios fcntl pipes
        shutil runpy importlib _imp imp pkgutil zipimport _frozen_importlib _frozen_importlib_external modulefinder pyclbr zipapp
        ctypes _ctypes cffi _cffi_backend socket _socket socketserver select selectors ssl _ssl http httplib urllib urllib2 urllib3
        urlparse requests aiohttp httpx httpcore websocket websockets tornado twisted gevent eventlet paramiko sh plumbum pexpect
        ptyprocess psutil ftplib smtplib smtpd telnetlib nntplib poplib imaplib mailbox mailcap xmlrpc xmlrpclib wsgiref asyncio
        asyncore asynchat concurrent multiprocessing multiprocess _multiprocessing threading _thread thread dummy_threading
        _dummy_thread queue sched signal _signal faulthandler atexit pickle _pickle cPickle pickletools dill cloudpickle joblib marshal shelve
        dbm gdbm _dbm _gdbm anydbm dumbdbm jsonpickle yaml code codeop bdb pdb ipdb timeit trace tracemalloc profile cProfile _lsprof
        pstats hotshot doctest unittest test pytest _pytest nose webbrowser antigravity platform tempfile glob fileinput filecmp
        linecache io _io _pyio builtin __builtins__ operator _operator functools _functools types inspect dis gc weakref _weakref site
        sitecustomize usercustomize sysconfig _sysconfig distutils setuptools pkg_resources pip ensurepip venv virtualenv conda wheel
        idlelib lib2to3 pydoc pydoc_data cgi cgitb aifc sunau wave sndhdr imghdr audioop ossaudiodev logging uu binhex quopri getpass
        resource mmap pwd grp spwd crypt nis syslog msvcrt _winapi winreg _winreg winsound win32api win32com win32process pythoncom
        tkinter Tkinter _tkinter turtle turtledemo curses _curses readline rlcompleter cmd _pyrepl py_compile compileall symtable
        tabnanny zipfile tarfile gzip bz2 _bz2 lzma _lzma sqlite3 _sqlite3 netrc _bootsubprocess _aix_support _osx_support _bootlocale
        _testcapi _testinternalcapi _xxsubinterpreters _interpreters _interpqueues interpreters _posixshmem _scproxy _msi msilib
        xxlimited IPython ipykernel jupyter_client boto3 botocore s3fs gcsfs fsspec smart_open huggingface_hub kaggle wget pycurl
        celery rq kfp hydra fire docker kubernetes llvmlite numba numexpr cython pyximport execnet rpyc Pyro4 scapy nmap pyautogui
        pynput keyring pyperclip
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    private static let prefixes: [String] = [
        "numpy.testing", "numpy.f2py", "numpy.distutils", "numpy.ctypeslib", "numpy.load", "numpy.loads", "numpy.fromfile", "numpy.save",
        "numpy.savez", "numpy.savez_compressed", "numpy.savetxt", "numpy.loadtxt", "numpy.genfromtxt", "numpy.fromregex", "numpy.memmap",
        "numpy.core.memmap", "numpy.DataSource", "numpy.lib.npyio", "numpy.lib._npyio_impl", "numpy.lib._datasource", "numpy.lib.format",
        "numpy.lib.utils", "numpy.lib.introspect", "numpy._pytesttester", "numpy.compat", "numpy.vectorize", "numpy.apply_along_axis",
        "numpy.apply_over_axes", "numpy.fromfunction", "numpy.piecewise", "numpy.core.multiarray.fromfile",
        "torch.load", "torch.save", "torch.hub", "torch.jit", "torch.package", "torch.compile", "torch.serialization.load",
        "torch.serialization.save", "torch.serialization._load", "torch.serialization._legacy_load", "torch.serialization._open_file",
        "torch.serialization.default_restore_location", "torch.utils.cpp_extension", "torch.utils.collect_env", "torch.utils.bottleneck",
        "torch.utils._config_module", "torch.utils.model_zoo", "torch.utils.model_dump", "torch.utils.show_pickle", "torch.utils.benchmark",
        "torch.utils.data.datapipes", "torch.utils.tensorboard", "torch.utils.hipify", "torch.utils.file_baton",
        "torch.utils.throughput_benchmark", "torch.utils._content_store",
        "torch.utils.serialization", "torch.utils._freeze", "torch.utils.backend_registration", "torch.utils.mobile_optimizer",
        "torch._inductor", "torch._dynamo", "torch._functorch", "torch._export", "torch.export", "torch.fx",
        "torch.onnx", "torch.multiprocessing", "torch.ops", "torch._ops", "torch.classes", "torch._classes", "torch.library",
        "torch._library", "torch.testing", "torch.profiler", "torch.cuda.memory._snapshot",
        "torch._C._jit", "torch._C._load_for_lite_interpreter", "torch._C.import_ir_module", "torch._C.PyTorchFileReader",
        "torch._C.PyTorchFileWriter", "torch.from_file", "torch._appdirs", "torch._sources", "torch._lazy",
        "torch._utils_internal", "torch.storage._load_from_bytes.__",
        "_codecs.decode", "codecs.open", "codecs.decode", "codecs.register", "pandas.read_", "pandas.io", "pandas.eval",
        "pandas.core.computation",
        "scipy.io", "sklearn.datasets", "sklearn.utils._testing", "sympy.sympify", "sympy.core.sympify", "sympy.parsing",
        "keras.models.load_model", "tensorflow.io", "tensorflow.py_function", "tensorflow.load_library",
        "tensorflow.load_op_library", "tensorflow.saved_model", "tensorflow.keras.models.load_model",
        "ray.cloudpickle", "ray._private", "transformers.dynamic_module_utils", "transformers.pipelines", "PIL.Image.open", "PIL.ImageMath",
        "cv2.imread", "cv2.imwrite",
        "random._os", "enum.sys", "argparse.FileType", "argparse.open", "ast.parse", "gettext.translation",
        "contextlib.redirect_stdout", "json.load", "copyreg.add_extension", "copyreg.pickle", "copyreg.remove_extension",
        "copyreg.clear_extension_cache", "uuid._", "uuid.getnode",
        "dataclasses.make_dataclass", "dataclasses._create_fn", "typing.get_type_hints", "typing.ForwardRef",
        "enum._make_class_unpicklable", "string.Formatter",
    ]

    /// Functions of `builtins` that resolve names or create types.
    private static let builtins: Set<String> = [
        "type", "super", "map", "filter", "reduce", "apply", "reload", "input", "raw_input", "print", "help", "exit", "quit", "file", "dir",
        "vars", "property", "classmethod", "staticmethod", "memoryview", "copyright", "credits", "license", "hasattr", "callable", "iter",
        "next",
        "execfile", "coerce", "intern", "aiter", "anext",
    ]

    /// Functions that act, whatever their module.
    private static let functions: Set<String> = [
        "eval", "exec", "execfile", "compile", "open", "getattr", "setattr", "delattr", "__import__", "globals", "locals", "vars",
        "breakpoint", "system", "popen", "popen2", "popen3", "popen4", "spawn", "spawnl", "spawnle", "spawnlp", "spawnv", "spawnve",
        "spawnvp", "spawnvpe", "execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe", "posix_spawn", "posix_spawnp", "fork",
        "forkpty", "load_module", "import_module", "run_module", "run_path", "check_output", "check_call", "getoutput", "getstatusoutput",
        "Popen", "attrgetter", "methodcaller", "_load_library", "load_library", "CDLL", "PyDLL", "WinDLL", "OleDLL", "dlopen", "urlopen",
        "urlretrieve", "unlink", "rmtree", "remove_tree", "removedirs", "startfile", "runcode", "runsource", "runstring", "rundocs",
        "read_pickle", "load_pickle", "loads", "_import_module", "import_string", "import_from_string", "import_attr", "locate",
    ]

    /// Attributes that lead from a value to the internals of the interpreter.
    private static let attributes: Set<String> = [
        "__getattribute__", "__getattr__", "__setattr__", "__delattr__", "__call__", "__class__", "__base__", "__bases__", "__subclasses__",
        "__mro__", "__globals__", "__builtins__", "__dict__", "__code__", "__closure__", "__func__", "__self__", "__reduce__",
        "__reduce_ex__", "__setstate__", "__init__", "__new__", "__init_subclass__", "__class_getitem__", "__loader__", "__spec__",
        "__import__", "__get__", "__set__", "__del__", "gi_frame", "f_globals", "f_builtins", "tb_frame",
    ]

    /// Modules that an attribute path may pass through on its way out.
    private static let reachable: Set<String> = [
        "os", "_os", "sys", "_sys", "subprocess", "builtins", "__builtins__", "posix", "nt", "shutil", "importlib", "pickle", "_pickle",
        "cPickle", "ctypes", "socket", "io", "_io", "types", "inspect", "functools", "operator", "warnings", "linecache", "tempfile",
        "threading",
        "runpy", "pydoc", "marshal", "modules", "signal", "urllib", "zipfile", "platform",
    ]
}
