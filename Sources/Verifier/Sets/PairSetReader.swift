import ConvertFiles
import ConvertTensors
import PthReader

/// The two lists in a set's pickle, in every spelling that Python 2, Python 3 and NumPy give them.
enum PairSetReader {
    /// What pickles of byte strings, uint8 arrays and flags name, whichever protocol and version of NumPy wrote them. Protocol 2 of Python 3
    /// writes bytes as text that `_codecs.encode` turns back.
    private static let allowed: Set<String> = [
        "_codecs.encode", "builtins.bytes", "builtins.bytearray", "numpy.ndarray", "numpy.dtype", "numpy.core.multiarray._reconstruct",
        "numpy.core.multiarray.scalar", "numpy.core.numeric._frombuffer",
    ]

    /// Pictures and flags, not yet compared in number.
    static func lists(_ file: MappedFile) throws -> (pictures: [ByteView], flags: [Bool]) {
        let pickle: PlainPickle
        do { pickle = try PlainPickle(file.bytes, allowed: allowed) } catch let foreign as PlainPickle.Foreign {
            throw PairSetError.foreignName(file: file.path, name: foreign.name, offset: foreign.offset)
        }
        guard pickle.surplus == 0 else {
            throw PairSetError.otherContent(file: file.path, detail: "\(pickle.surplus) bytes follow the end of its pickle")
        }
        let value = pickle.value
        guard let parts = items(value), parts.count == 2 else {
            throw PairSetError.otherContent(file: file.path, detail: "its pickle is \(described(value)), not a pair of lists")
        }
        guard let pictures = items(parts[0]) else {
            throw PairSetError.otherContent(file: file.path, detail: "its first part is \(described(parts[0])), not a list of pictures")
        }
        return (
            try pictures.enumerated().map { try picture($0.element, index: $0.offset, file: file.path) },
            try flags(parts[1], file: file.path)
        )
    }

    private static func items(_ value: CheckpointValue) -> [CheckpointValue]? {
        switch value {
        case .list(let items), .tuple(let items): items
        default: nil
        }
    }

    private static func picture(_ value: CheckpointValue, index: Int, file: String) throws -> ByteView {
        switch value {
        case .bytes(let view), .byteArray(let view): return view
        case .numpyArray(let array):
            // One row or column of bytes lies in memory as it is, in either order.
            guard let tensor = array.tensor, array.dtype.hasSuffix("u1"), tensor.shape.count(where: { $0 != 1 }) <= 1 else {
                throw PairSetError.badPicture(file: file, index: index, detail: "an array \(array.dtype) of shape \(array.shape)")
            }
            return try tensor.storage.bytes()
        default: throw PairSetError.badPicture(file: file, index: index, detail: described(value))
        }
    }

    private static func flags(_ value: CheckpointValue, file: String) throws -> [Bool] {
        if case .numpyArray(let array) = value {
            let kind = array.dtype.drop { "<>|=".contains($0) }
            guard let tensor = array.tensor, tensor.shape.count(where: { $0 != 1 }) <= 1, ["b1", "u1", "i1", "i8"].contains(kind) else {
                throw PairSetError.otherContent(file: file, detail: "its flags are an array \(array.dtype) of shape \(array.shape)")
            }
            let bytes = try tensor.storage.bytes()
            let width = kind == "i8" ? 8 : 1
            return try (0..<bytes.count / width).map { index in
                let number = width == 8 ? try bytes.integer(at: 8 * index, as: Int64.self) : Int64(try bytes.byte(at: index))
                return try flag(.integer(number), index: index, file: file)
            }
        }
        guard let items = items(value) else {
            throw PairSetError.otherContent(file: file, detail: "its second part is \(described(value)), not a list of flags")
        }
        return try items.enumerated().map { try flag($0.element, index: $0.offset, file: file) }
    }

    private static func flag(_ value: CheckpointValue, index: Int, file: String) throws -> Bool {
        switch value {
        case .boolean(let flag): return flag
        case .integer(0): return false
        case .integer(1): return true
        case .numpyScalar(let scalar):
            if case .numpyScalar = scalar.value { break }
            return try flag(scalar.value, index: index, file: file)
        default: break
        }
        throw PairSetError.badFlag(file: file, index: index, detail: described(value))
    }

    private static func described(_ value: CheckpointValue) -> String {
        switch value {
        case .integer(let number): "the number \(number)"
        case .list(let items): "a list of \(items.count)"
        case .tuple(let items): "a tuple of \(items.count)"
        case .placeholder(let object): "an object of \(object.className)"
        default: "a \(value.kindName)"
        }
    }
}
