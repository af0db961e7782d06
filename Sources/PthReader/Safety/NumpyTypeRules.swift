import Pickle

/// Checks what `numpy.dtype` is given. NumPy's `dtype.__setstate__` trusts its state: a field beyond the item reads unrelated memory, and
/// an object field without the object flag follows pointers from the file (numpy/core/src/multiarray/descriptor.c,
/// `arraydescr_setstate`).
extension BuilderRules {
    /// An element type that a pickle describes.
    struct NumpyType {
        /// Bytes of one element.
        let size: Int
        /// Whether elements are or contain pointers to Python objects.
        let holdsObjects: Bool
    }

    private static let objectFlags: Int64 = 63
    /// ITEM_HASOBJECT and LIST_PICKLE, which must be set together.
    private static let pointerFlags: Int64 = 3

    mutating func judgeNumpyType(_ name: String, _ object: PickleObject, _ arguments: [PickleValue]) {
        guard let code = arguments.first.flatMap({ document.string($0) }), arguments.dropFirst().allSatisfy(isPlain),
            BuilderRules.kind(of: code) != nil
        else { return self.object(to: name, .unknown, "its argument is not the code of one element type") }
        guard object.items.isEmpty, object.entries.isEmpty, object.states.count <= 1 else {
            return self.object(to: name, .dangerous, "it is given more than one state")
        }
        guard !object.states.isEmpty else { return }
        if numpyType(object, depth: 0) == nil { self.object(to: name, .dangerous, "its state is not what NumPy writes for \(code)") }
    }

    /// The type that a value describes; nil if NumPy would not write it.
    func numpyType(_ value: PickleValue, depth: Int = 0) -> NumpyType? {
        guard depth <= 16, case .object(let object)? = document.node(value), let name = document.globalName(object.callable),
            Builder.named(KnownNames.canonical(name)) == .numpyType
        else { return nil }
        return numpyType(object, depth: depth)
    }

    private func numpyType(_ object: PickleObject, depth: Int) -> NumpyType? {
        guard let code = document.sequence(object.arguments)?.first.flatMap({ document.string($0) }),
            let (kind, size) = BuilderRules.kind(of: code), object.states.count <= 1
        else { return nil }
        let isObject = kind == "O"
        guard let state = object.states.first else { return NumpyType(size: size, holdsObjects: isObject) }
        guard let parts = document.sequence(state), (8...9).contains(parts.count), case .integer(3...4) = parts[0], isByteOrder(parts[1]),
            case .integer(let itemSize) = parts[5], case .integer(let alignment) = parts[6], case .integer(let flags) = parts[7]
        else { return nil }
        let isPlainState = parts[2] == .none && parts[3] == .none && parts[4] == .none
        switch kind {
        case "O":
            return isPlainState && itemSize == -1 && alignment == -1 && flags == BuilderRules.objectFlags
                ? NumpyType(size: 8, holdsObjects: true) : nil
        case "V" where !isPlainState:
            guard Int(itemSize) == size, alignment >= 0, alignment <= 128 else { return nil }
            return parts[2] == .none
                ? structure(names: parts[3], fields: parts[4], size: size, flags: flags, depth: depth)
                : subarray(parts, size: size, flags: flags, depth: depth)
        case "S", "U", "V", "a":
            let isSound = isPlainState && Int(itemSize) == size && [1, 4].contains(alignment) && [0, 8].contains(flags)
            return isSound ? NumpyType(size: size, holdsObjects: false) : nil
        default: return isPlainState && itemSize == -1 && alignment == -1 && flags == 0 ? NumpyType(size: size, holdsObjects: false) : nil
        }
    }

    private func structure(names: PickleValue, fields: PickleValue, size: Int, flags: Int64, depth: Int) -> NumpyType? {
        guard let names = document.sequence(names), names.allSatisfy(isText), case .dictionary(let entries)? = document.node(fields) else {
            return nil
        }
        var holdsObjects = false
        for entry in entries {
            guard isText(entry.key), let parts = document.sequence(entry.value), (2...3).contains(parts.count),
                let field = numpyType(parts[0], depth: depth + 1), case .integer(let offset) = parts[1], offset >= 0
            else { return nil }
            let (end, overflow) = Int(offset).addingReportingOverflow(field.size)
            guard !overflow, end <= size else { return nil }
            if field.holdsObjects { holdsObjects = true }
        }
        let given = Set(entries.compactMap { document.string($0.key) })
        guard names.allSatisfy({ document.string($0).map(given.contains) == true }) else { return nil }
        guard flags & BuilderRules.pointerFlags == (holdsObjects ? BuilderRules.pointerFlags : 0), (0...255).contains(flags) else {
            return nil
        }
        return NumpyType(size: size, holdsObjects: holdsObjects)
    }

    /// `(base type, shape)`, a subarray in each element.
    private func subarray(_ parts: [PickleValue], size: Int, flags: Int64, depth: Int) -> NumpyType? {
        guard parts[3] == .none, parts[4] == .none, let pair = document.sequence(parts[2]), pair.count == 2,
            let base = numpyType(pair[0], depth: depth + 1)
        else { return nil }
        let sizes: [PickleValue] = document.sequence(pair[1]) ?? [pair[1]]
        var total = base.size
        for value in sizes {
            guard case .integer(let count) = value, count >= 0 else { return nil }
            let (product, overflow) = total.multipliedReportingOverflow(by: Int(count))
            guard !overflow else { return nil }
            total = product
        }
        guard total == size, !base.holdsObjects, flags & BuilderRules.pointerFlags == 0 else { return nil }
        return NumpyType(size: size, holdsObjects: false)
    }

    private func isByteOrder(_ value: PickleValue) -> Bool {
        if let text = document.string(value) { return ["<", ">", "|", "="].contains(text) }
        if case .bytes(let view)? = document.node(value) { return ["<", ">", "|", "="].contains(view.text ?? "") }
        return false
    }

    /// Kind and size of a code such as `f4`, `<U5` or `O8`; nil unless it is a single element type.
    static func kind(of code: String) -> (kind: Character, size: Int)? {
        let bare = code.drop { "<>|=".contains($0) }
        guard code.count - bare.count <= 1, let kind = bare.first else { return nil }
        let digits = bare.dropFirst()
        let single: [Character: Int] = [
            "?": 1, "b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 8, "L": 8, "q": 8, "Q": 8, "e": 2, "f": 4, "d": 8, "g": 16,
            "F": 8, "D": 16, "G": 32, "O": 8, "S": 0, "U": 0, "V": 0, "a": 0, "M": 8, "m": 8,
        ]
        if digits.isEmpty { return single[kind].map { (kind, $0) } }
        guard digits.count <= 9, digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(digits) else { return nil }
        switch kind {
        case "b", "i", "u", "f", "c", "M", "m": return (kind, count)
        case "O": return ("O", 8)
        case "S", "V", "a": return (kind, count)
        case "U": return (kind, count * 4)
        default: return nil
        }
    }

    /// `_reconstruct(ndarray, (0,), b"b")` and the state of its array: version, shape, type, order, and bytes or a list of objects.
    mutating func judgeReconstructedArray(_ name: String, _ object: PickleObject, _ arguments: [PickleValue]) {
        var count = 1
        let sizes = arguments.count == 3 ? document.sequence(arguments[1]) : nil
        for value in sizes ?? [] {
            guard case .integer(let size) = value, size >= 0 else { count = Int.max; break }
            count = count.multipliedReportingOverflow(by: Int(size)).overflow ? Int.max : count * Int(size)
        }
        guard sizes != nil, count <= BuilderRules.countLimit,
            document.node(arguments[0]).map({ if case .global = $0 { true } else { false } }) == true
        else { return self.object(to: name, .unknown, "its arguments are not a class, a small shape and a type") }
        for state in object.states {
            guard let parts = document.sequence(state), parts.count == 5, isTupleOfSizes(parts[1]), let type = numpyType(parts[2]) else {
                self.object(to: name, .unknown, "its state is not version, shape, type, order and elements")
                continue
            }
            let isList = if case .list? = document.node(parts[4]) { true } else { false }
            guard type.holdsObjects == isList, isList || isBytes(parts[4]) else {
                self.object(to: name, .unknown, "its elements are not what its type says")
                continue
            }
        }
    }
}
