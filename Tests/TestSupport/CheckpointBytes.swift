/// Checkpoints written opcode by opcode, so that they can contain what torch never writes. Storage 0 holds six times 1.0, storage 1 six
/// times 2.0.
package enum CheckpointBytes {
    /// The opcodes of a part of a pickle.
    public typealias Opcodes = [UInt8]

    /// BUILD.
    package static let build: Opcodes = [0x62]
    /// SETITEM.
    package static let setItem: Opcodes = [0x73]
    /// APPEND.
    package static let append: Opcodes = [0x61]
    /// REDUCE.
    package static let reduce: Opcodes = [0x52]
    /// NEWOBJ.
    package static let newObject: Opcodes = [0x81]
    /// POP.
    package static let pop: Opcodes = [0x30]
    /// NEWTRUE.
    package static let yes: Opcodes = [0x88]
    /// NEWFALSE.
    package static let no: Opcodes = [0x89]
    /// NONE.
    package static let none: Opcodes = [0x4E]
    /// EMPTY_DICT.
    package static let emptyDictionary: Opcodes = [0x7D]
    /// EMPTY_LIST.
    package static let emptyList: Opcodes = [0x5D]

    /// BININT.
    package static func whole(_ number: Int32) -> Opcodes { [0x4A] + ArchiveBytes.little(number) }

    /// BINUNICODE.
    package static func text(_ text: String) -> Opcodes { [0x58] + ArchiveBytes.little(UInt32(text.utf8.count)) + Array(text.utf8) }

    /// SHORT_BINBYTES.
    package static func bytes(_ bytes: [UInt8]) -> Opcodes { [0x43, UInt8(bytes.count)] + bytes }

    /// A tuple by MARK and TUPLE.
    package static func tuple(_ parts: Opcodes...) -> Opcodes { [0x28] + parts.joined() + [0x74] }

    /// A list by MARK and APPENDS.
    package static func list(_ parts: Opcodes...) -> Opcodes { [0x5D, 0x28] + parts.joined() + [0x65] }

    /// A dictionary with string keys.
    package static func dictionary(_ pairs: [(String, Opcodes)]) -> Opcodes {
        [0x7D, 0x28] + pairs.flatMap { text($0.0) + $0.1 } + [0x75]
    }

    /// A call by REDUCE.
    package static func call(_ module: String, _ name: String, _ arguments: Opcodes...) -> Opcodes {
        PickleBytes.global(module, name) + [0x28] + arguments.joined() + [0x74] + reduce
    }

    /// BINPUT.
    package static func put(_ number: UInt8) -> Opcodes { [0x71, number] }
    /// BINGET.
    package static func get(_ number: UInt8) -> Opcodes { [0x68, number] }

    /// A persistent id; the legacy container has a sixth part, the view or None.
    package static func storage(_ key: Opcodes, view: Opcodes? = nil) -> Opcodes {
        let parts = [text("storage"), PickleBytes.global("torch", "FloatStorage"), key, text("cpu"), whole(6)]
        return [0x28] + parts.joined() + (view ?? []) + [0x74, 0x51]
    }

    /// `_rebuild_tensor_v2` of 2 × 3 numbers; `more` is an argument after the hooks.
    package static func tensor(_ key: String, stored: Opcodes? = nil, grad: Opcodes = no, hooks: Opcodes? = nil, more: Opcodes = [])
        -> Opcodes
    {
        call(
            "torch._utils", "_rebuild_tensor_v2", stored ?? storage(text(key)), whole(0), tuple(whole(2), whole(3)),
            tuple(whole(3), whole(1)), grad, hooks ?? call("collections", "OrderedDict"), more)
    }

    /// An array of six float32 numbers as NumPy pickles it, with its state last.
    package static func array(_ value: Float, copy: Opcodes = yes) -> Opcodes {
        let type =
            call("numpy", "dtype", text("f4"), no, copy)
            + tuple(whole(3), text("<"), none, none, none, whole(-1), whole(-1), whole(0)) + build
        let empty = call(
            "numpy.core.multiarray", "_reconstruct", PickleBytes.global("numpy", "ndarray"), tuple(whole(0)), bytes([0x62]))
        return empty + tuple(whole(1), tuple(whole(6)), type, no, bytes(floats(value))) + build
    }

    /// Six equal float32 numbers, little-endian.
    package static func floats(_ value: Float) -> [UInt8] { (0..<6).flatMap { _ in ArchiveBytes.little(value.bitPattern) } }

    /// A zip checkpoint with the opcodes of one value; `names` renames the usual entries, `more` adds others.
    package static func zip(
        _ body: Opcodes, protocol version: UInt8 = 2, names: [String: String] = [:], more: [(name: String, contents: [UInt8])] = []
    ) -> [UInt8] {
        let usual: [(name: String, contents: [UInt8])] = [
            ("data.pkl", [0x80, version] + body + [0x2E]), ("data/0", floats(1)), ("data/1", floats(2)), ("version", Array("3\n".utf8)),
        ]
        return ArchiveBytes.zip(usual.map { ("archive/" + (names[$0.name] ?? $0.name), $0.contents) } + more)
    }

    /// A checkpoint in the legacy container.
    package static func legacy(_ body: Opcodes, keys: [Opcodes] = [text("0"), text("1")], facts: Opcodes? = nil) -> [UInt8] {
        let magic: [UInt8] = [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        let system = facts ?? dictionary([("protocol_version", whole(1001)), ("little_endian", yes)])
        let list = [0x5D, 0x28] + keys.joined() + [0x65]
        let pickles = [[0x4D, 0xE9, 0x03], system, body, list].flatMap { [0x80, 2] + $0 + [0x2E] }
        let count = ArchiveBytes.little(Int64(6))
        return magic + pickles + count + floats(1) + count + floats(2)
    }

    /// The members of torch's oldest container, a tar with one tensor `w`.
    package static func tarMembers(_ value: Float) -> [ArchiveBytes.TarMember] {
        func pickle(_ body: Opcodes) -> [UInt8] { [0x80, 2] + body + [0x2E] }
        let storage = pickle(tuple(whole(0), text("cpu"), PickleBytes.global("torch", "FloatStorage")))
        let storages = pickle(whole(1)) + storage + ArchiveBytes.little(Int64(6)) + floats(value) + pickle(emptyList)
        let numbers = [Int64(2), 3, 3, 1, 0].flatMap { ArchiveBytes.little($0) }
        let tensors =
            pickle(whole(1)) + pickle(tuple(whole(100), whole(0), PickleBytes.global("torch", "FloatTensor")))
            + ArchiveBytes.little(Int32(2)) + ArchiveBytes.little(Int32(0)) + numbers
        let root = pickle(dictionary([("w", text("100") + [0x51])]))
        return [("storages", storages, "0"), ("tensors", tensors, "0"), ("pickle", root, "0")]
    }
}
