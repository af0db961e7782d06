import Files

/// Python's own containers, paths and dates.
enum StandardLibraryValues {
    static func build(_ call: Call) -> CheckpointValue? {
        let first = call.arguments.first
        switch call.name {
        case "collections.OrderedDict": return dictionary(.orderedDict, call, initial: first)
        case "collections.defaultdict": return dictionary(.defaultDict, call, initial: call.arguments.dropFirst().first)
        case "collections.Counter": return dictionary(.counter, call, initial: first)
        case "builtins.dict": return dictionary(.dict, call, initial: first)
        case "argparse.Namespace", "types.SimpleNamespace": return namespace(call)
        case "copyreg._reconstructor":
            if case .global(let name)? = first, KnownNames.canonical(name) == "argparse.Namespace" { return namespace(call) }
            return nil
        case "builtins.set", "builtins.frozenset":
            guard call.states.isEmpty, call.entries.isEmpty else { return nil }
            let items = (first?.sequence ?? []) + call.items
            return call.name == "builtins.set" ? .set(items) : .frozenSet(items)
        case "builtins.list": return call.states.isEmpty ? .list((first?.sequence ?? []) + call.items) : nil
        case "builtins.tuple": return call.isUntouched ? .tuple(first?.sequence ?? []) : nil
        case "builtins.complex":
            guard call.isUntouched, let real = first?.number else { return nil }
            return .complex(real, call.arguments.dropFirst().first?.number ?? 0)
        case "builtins.bytearray":
            guard call.isUntouched else { return nil }
            return bytes(call.arguments).map { .byteArray($0) }
        case "builtins.bytes", "_codecs.encode":
            guard call.isUntouched else { return nil }
            if call.name == "_codecs.encode" { guard case .string? = first else { return nil } }
            return bytes(call.arguments).map { .bytes($0) }
        case "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.Path", "pathlib.PurePath":
            return path(call, separator: "/")
        case "pathlib.WindowsPath", "pathlib.PureWindowsPath": return path(call, separator: "\\")
        case "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone":
            return call.isUntouched ? PythonDates.text(call.name, call.arguments).map { .date($0) } : nil
        default: return nil
        }
    }

    private static func dictionary(_ kind: CheckpointDictionary.Kind, _ call: Call, initial: CheckpointValue?) -> CheckpointValue? {
        guard call.items.isEmpty, call.states.count <= 1 else { return nil }
        var entries: [CheckpointDictionary.Entry] = []
        if case .dictionary(let given)? = initial {
            entries = given.entries
        } else if let pairs = initial?.sequence {
            // Python 2 pickled an OrderedDict as a list of two-item lists.
            for pair in pairs {
                guard let items = pair.sequence, items.count == 2 else { return nil }
                entries.append(.init(key: items[0], value: items[1]))
            }
        }
        return .dictionary(CheckpointDictionary(kind: kind, entries: entries + call.entries, attributes: call.states.first))
    }

    private static func namespace(_ call: Call) -> CheckpointValue? {
        guard call.states.count <= 1, call.items.isEmpty, call.entries.isEmpty else { return nil }
        guard let state = call.states.first else { return .dictionary(CheckpointDictionary(kind: .namespace, entries: [])) }
        guard case .dictionary(let fields) = state else { return nil }
        return .dictionary(CheckpointDictionary(kind: .namespace, entries: fields.entries))
    }

    /// `bytes(...)` as pickles spell it: text with its encoding, other bytes, or a list of numbers.
    private static func bytes(_ arguments: [CheckpointValue]) -> ByteView? {
        guard let first = arguments.first else { return ByteView(copying: [], name: "bytes") }
        switch first {
        case .bytes(let view), .byteArray(let view): return view
        case .string(let text):
            let encoding = (arguments.dropFirst().first?.text ?? "utf-8").lowercased()
            guard ["latin1", "latin-1", "iso-8859-1", "utf-8", "utf8"].contains(encoding) else { return nil }
            if encoding.hasPrefix("utf") { return ByteView(copying: Array(text.utf8), name: "bytes") }
            let scalars = text.unicodeScalars.map { UInt8(exactly: $0.value) }
            let bytes = scalars.compactMap { $0 }
            return bytes.count == scalars.count ? ByteView(copying: bytes, name: "bytes") : nil
        default:
            guard let numbers = first.ints else { return nil }
            let bytes = numbers.compactMap { UInt8(exactly: $0) }
            return bytes.count == numbers.count ? ByteView(copying: bytes, name: "bytes") : nil
        }
    }

    private static func path(_ call: Call, separator: String) -> CheckpointValue? {
        let parts = call.arguments.compactMap(\.text)
        guard call.isUntouched, parts.count == call.arguments.count else { return nil }
        var joined = ""
        for part in parts {
            if joined.isEmpty || joined.hasSuffix(separator) { joined += part } else { joined += separator + part }
        }
        return .path(joined.isEmpty ? "." : joined)
    }
}
