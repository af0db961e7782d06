import ConvertFiles

/// Python's own containers, paths and dates.
enum StandardLibraryValues {
    static func build(_ call: Call) throws -> CheckpointValue? {
        switch call.name {
        case "collections.OrderedDict": return try dictionary(.orderedDict, call, initial: 0)
        case "collections.defaultdict":
            switch call.argument(0) {
            case nil, .some(.none), .global, .torchDType: break
            default: throw call.unfollowed("default factory", "is not a class or function")
            }
            return try dictionary(.defaultDict, call, initial: 1)
        case "collections.Counter": return try dictionary(.counter, call, initial: 0)
        case "builtins.dict": return try dictionary(.dict, call, initial: 0)
        case "argparse.Namespace", "types.SimpleNamespace": return namespace(call)
        case "copyreg._reconstructor":
            if case .global(let name)? = call.argument(0), KnownNames.canonical(name) == "argparse.Namespace", call.argumentCount == 3,
                case .global(let base)? = call.argument(1), KnownNames.canonical(base) == "builtins.object",
                case .some(.none) = call.argument(2)
            {
                return namespace(call)
            }
            return nil
        case "builtins.set": return .set(try elements(call) + call.takeItems())
        case "builtins.frozenset": return .frozenSet(try elements(call))
        case "builtins.list": return .list(try ordered(call) + call.takeItems())
        case "builtins.tuple": return .tuple(try ordered(call))
        case "builtins.str", "builtins.int", "builtins.float", "builtins.bool": return try scalar(call)
        case "builtins.complex":
            guard let real = call.argument(0)?.number else { return nil }
            guard call.argumentCount > 1 else { return .complex(real, 0) }
            return call.argument(1)?.number.map { .complex(real, $0) }
        case "builtins.bytearray": return bytes(call).map { .byteArray($0) }
        case "builtins.bytes": return bytes(call).map { .bytes($0) }
        case "_codecs.encode":
            guard case .string? = call.argument(0) else { return nil }
            return bytes(call).map { .bytes($0) }
        case "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.Path", "pathlib.PurePath":
            return path(call, separator: "/")
        case "pathlib.WindowsPath", "pathlib.PureWindowsPath": return path(call, separator: "\\")
        case "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone":
            return PythonDates.text(call.name, all(call)).map { .date($0) }
        default: return nil
        }
    }

    private static func all(_ call: Call) -> [CheckpointValue] {
        (0..<call.argumentCount).compactMap { call.argument($0) }
    }

    private static func dictionary(_ kind: CheckpointDictionary.Kind, _ call: Call, initial index: Int) throws -> CheckpointValue {
        var entries: [CheckpointDictionary.Entry] = []
        switch call.argument(index) {
        case nil: break
        case .dictionary(let given)? where given.kind != .namespace: entries = given.entries
        // A Counter counts its argument's items, and a set has no order.
        case .list(let pairs)? where kind != .counter, .tuple(let pairs)? where kind != .counter:
            // Python 2 pickled an OrderedDict as a list of two-item lists.
            for pair in pairs {
                guard let items = pair.items, items.count == 2 else {
                    throw call.unfollowed("initial content", "is not a dictionary or a list of pairs")
                }
                entries.append(.init(key: items[0], value: items[1]))
            }
        case let other?: throw call.unfollowed("initial content", "is a \(other.kindName), not a dictionary or a list of pairs")
        }
        let states = call.takeStates()
        guard states.count <= 1 else { throw call.unfollowed("state", "is given more than once") }
        if let state = states.first { try refuseMethodNames(state, call) }
        return .dictionary(CheckpointDictionary(kind: kind, entries: entries + call.takeEntries(), attributes: states.first))
    }

    /// Refuses an attribute with the name of a method, which would hide it: `items` would be whatever the file says.
    private static func refuseMethodNames(_ state: CheckpointValue, _ call: Call) throws(CallError) {
        guard case .dictionary(let attributes) = state else {
            if case .some(.none) = Optional(state) { return }
            throw call.unfollowed("state", "is not a dictionary of attributes")
        }
        for entry in attributes.entries {
            guard let name = entry.key.text, !name.hasPrefix("__"), !dictionaryMethods.contains(name) else {
                throw call.unfollowed("state", "sets the attribute \(entry.key.pathComponent)")
            }
        }
    }

    private static let dictionaryMethods: Set<String> = [
        "clear", "copy", "default_factory", "elements", "fromkeys", "get", "items", "keys", "most_common", "move_to_end", "pop", "popitem",
        "setdefault", "subtract", "total", "update", "values",
    ]

    private static func namespace(_ call: Call) -> CheckpointValue? {
        let states = call.takeStates()
        guard states.count <= 1 else { return nil }
        guard let state = states.first else { return .dictionary(CheckpointDictionary(kind: .namespace, entries: [])) }
        guard case .dictionary(let fields) = state else { return nil }
        return .dictionary(CheckpointDictionary(kind: .namespace, entries: fields.entries))
    }

    /// The items of a set, in any order.
    private static func elements(_ call: Call) throws -> [CheckpointValue] {
        switch call.argument(0) {
        case nil: return []
        case .set(let items)?, .frozenSet(let items)?, .list(let items)?, .tuple(let items)?: return items
        case let other?: throw call.unfollowed("initial content", "is a \(other.kindName)")
        }
    }

    /// The items of a list or tuple, from something that has an order.
    private static func ordered(_ call: Call) throws -> [CheckpointValue] {
        guard let given = call.argument(0) else { return [] }
        guard let items = given.sequence else { throw call.unfollowed("initial content", "is a \(given.kindName)") }
        return items
    }

    /// Conversion of a value to the type that it already has; any other is shown as it is.
    private static func scalar(_ call: Call) throws -> CheckpointValue? {
        guard call.argumentCount == 1, let given = call.argument(0) else { return nil }
        switch (call.name, given) {
        case ("builtins.str", .string), ("builtins.int", .integer), ("builtins.float", .float), ("builtins.bool", .boolean): return given
        default: return nil
        }
    }

    /// `bytes(...)` as pickles write it: text with its encoding, other bytes, or a list of numbers.
    private static func bytes(_ call: Call) -> ByteView? {
        guard let first = call.argument(0) else { return ByteView(copying: [], name: "bytes") }
        switch first {
        case .bytes(let view), .byteArray(let view): return view
        case .string(let text):
            let encoding = call.argumentCount > 1 ? call.argument(1)?.text?.lowercased() : "utf-8"
            guard let encoding, ["latin1", "latin-1", "iso-8859-1", "utf-8", "utf8"].contains(encoding) else { return nil }
            if encoding.hasPrefix("utf") { return ByteView(copying: Array(text.utf8), name: "bytes") }
            return latin1(text).map { ByteView(copying: $0, name: "bytes") }
        default:
            guard let numbers = first.ints else { return nil }
            let bytes = numbers.compactMap { UInt8(exactly: $0) }
            return bytes.count == numbers.count ? ByteView(copying: bytes, name: "bytes") : nil
        }
    }

    /// The text in Latin-1; nil for characters beyond it. In UTF-8 these are single bytes, and pairs that begin with 0xC2 or 0xC3.
    private static func latin1(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { units in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(units.count)
            var at = 0
            while at < units.count {
                let unit = units[at]
                if unit < 0x80 {
                    bytes.append(unit)
                    at += 1
                } else if unit == 0xC2 || unit == 0xC3, at + 1 < units.count {
                    bytes.append(units[at + 1] & 0x3F | unit << 6)
                    at += 2
                } else {
                    return nil
                }
            }
            return bytes
        }
    }

    private static func path(_ call: Call, separator: String) -> CheckpointValue? {
        let parts = all(call).compactMap(\.text)
        guard parts.count == call.argumentCount else { return nil }
        var joined = ""
        for part in parts {
            if joined.isEmpty || joined.hasSuffix(separator) { joined += part } else { joined += separator + part }
        }
        return .path(joined.isEmpty ? "." : joined)
    }
}
