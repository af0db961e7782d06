import ConvertFiles
import ConvertTensors
import Pickle
import PthReader
import TestSupport
import Testing

private typealias Bytes = CheckpointBytes

/// A file is read as torch would load it, or refused with the name of what is not supported. Storage 0 is 1.0, storage 1 is 2.0.
@Suite struct OneReadingTests {
    private static func file(_ bytes: [UInt8]) throws -> MappedFile {
        let path = "\(Fixtures.temporaryFolder())/file.pth"
        Fixtures.write(bytes, to: path)
        return try MappedFile(path: path)
    }

    /// The first number of each tensor, by its name in the root.
    private static func weights(_ bytes: [UInt8]) throws -> [String: Float] {
        guard case .dictionary(let root) = try Checkpoint(file(bytes)).root else { return [:] }
        var found: [String: Float] = [:]
        for case (.string(let name), .tensor(let tensor)) in root.entries.map({ ($0.key, $0.value) }) {
            let bytes = try tensor.tensor.cOrderBytes()
            found[name] = Float(bitPattern: try bytes.integer(at: 0, as: UInt32.self))
        }
        return found
    }

    private static func zipped(_ value: [UInt8]) -> [UInt8] { Bytes.zip(Bytes.dictionary([("w", value)])) }

    /// Expects that reading refuses the file, and that a scan does not call it clean.
    private func expectRefusal(_ bytes: [UInt8], _ words: String..., what: Comment? = nil) throws {
        let file = try OneReadingTests.file(bytes)
        do {
            _ = try Checkpoint(file)
            Issue.record("it was read: \(words) \(String(describing: what))")
        } catch let error as any DescribedError {
            for word in words { #expect(error.problem.contains(word), "\(error.problem)") }
        }
        let scan = SafetyScan(file)
        #expect(!scan.isCleared, what)
    }

    @Test("What torch writes is read")
    func whatTorchWritesIsRead() throws {
        let parameter = Bytes.call(
            "torch._utils", "_rebuild_parameter", Bytes.tensor("1"), Bytes.no, Bytes.call("collections", "OrderedDict"))
        #expect(try OneReadingTests.weights(OneReadingTests.zipped(Bytes.tensor("0"))) == ["w": 1])
        #expect(try OneReadingTests.weights(OneReadingTests.zipped(parameter)) == ["w": 2])
        let array = Bytes.call(
            "torch._utils", "_rebuild_device_tensor_from_numpy", Bytes.array(3), PickleBytes.global("torch", "float32"), Bytes.text("cpu"),
            Bytes.no)
        #expect(try OneReadingTests.weights(OneReadingTests.zipped(array)) == ["w": 3])
        #expect(try OneReadingTests.weights(ArchiveBytes.tar(Bytes.tarMembers(4))) == ["w": 4])
    }

    // MARK: Opcodes applied to a result

    static let touches: [(name: String, opcodes: [UInt8])] = [
        (
            "BUILD",
            Bytes.tuple(Bytes.storage(Bytes.text("1")), Bytes.whole(0), Bytes.tuple(Bytes.whole(6)), Bytes.tuple(Bytes.whole(1)))
                + Bytes.build
        ),
        ("SETITEM", Bytes.whole(0) + Bytes.whole(7) + Bytes.setItem),
        ("SETITEMS", [0x28] + Bytes.whole(0) + Bytes.whole(7) + [0x75]),
        ("APPEND", Bytes.whole(7) + Bytes.append),
        ("ADDITEMS", [0x28] + Bytes.whole(7) + [0x90]),
    ]

    @Test("An opcode applied to a rebuilt value is refused by name", arguments: touches.indices)
    func anOpcodeAppliedToARebuiltValueIsRefusedByName(_ index: Int) throws {
        let (name, opcodes) = OneReadingTests.touches[index]
        let parameter = Bytes.call(
            "torch._utils", "_rebuild_parameter", Bytes.tensor("0"), Bytes.no, Bytes.call("collections", "OrderedDict"))
        let array = Bytes.call(
            "torch._utils", "_rebuild_device_tensor_from_numpy", Bytes.array(3) + opcodes, PickleBytes.global("torch", "float32"),
            Bytes.text("cpu"), Bytes.no)
        try expectRefusal(OneReadingTests.zipped(Bytes.tensor("0") + opcodes), name, "_rebuild_tensor_v2")
        try expectRefusal(OneReadingTests.zipped(parameter + opcodes), name, "_rebuild_parameter")
        // NumPy never writes an array with two states.
        if name != "BUILD" { try expectRefusal(OneReadingTests.zipped(array), name, "_reconstruct") }
    }

    @Test("A tensor that is changed and discarded is refused, because it may share the weights' bytes")
    func aTensorThatIsTouchedAndDroppedMayHaveTheWeightsBytes() throws {
        let twin = Bytes.tensor("0") + Bytes.whole(0) + Bytes.whole(7) + Bytes.setItem + Bytes.pop
        try expectRefusal(OneReadingTests.zipped(Bytes.tensor("0") + twin), "SETITEM")
    }

    @Test("Weights passed to an unknown function are refused")
    func weightsGivenToAnUnknownFunctionAreNotBelieved() throws {
        let kept = Bytes.tensor("0") + Bytes.put(1)
        let zeroed = Bytes.call("torch", "Tensor.zero_", Bytes.get(1)) + Bytes.pop
        try expectRefusal(OneReadingTests.zipped(kept + zeroed), "torch.Tensor.zero_", "weights")
        let twin = Bytes.call("torch", "Tensor.zero_", Bytes.tensor("0")) + Bytes.pop
        try expectRefusal(OneReadingTests.zipped(Bytes.tensor("0") + twin), "torch.Tensor.zero_")
        // What only the unknown object holds is shown with it, and changes nothing.
        let other = Bytes.dictionary([("w", Bytes.tensor("0")), ("x", Bytes.call("some", "thing", Bytes.tensor("1")))])
        #expect(try OneReadingTests.weights(Bytes.zip(other)) == ["w": 1])
    }

    // MARK: Arguments

    @Test("Every argument is reproduced or refused")
    func everyArgumentIsFollowedOrRefused() throws {
        let hooks = Bytes.call("collections", "OrderedDict")
        func dictionary(_ name: String, _ value: [UInt8]) -> [UInt8] { Bytes.dictionary([(name, value)]) }
        func withState(_ state: [UInt8]) -> [UInt8] {
            Bytes.call("torch._utils", "_rebuild_parameter_with_state", Bytes.tensor("0"), Bytes.no, hooks, state)
        }
        func ofType(_ state: [UInt8]) -> [UInt8] {
            let arguments = Bytes.tuple(
                Bytes.storage(Bytes.text("0")), Bytes.whole(0), Bytes.tuple(Bytes.whole(6)), Bytes.tuple(Bytes.whole(1)), Bytes.no, hooks)
            return Bytes.call(
                "torch._tensor", "_rebuild_from_type_v2", PickleBytes.global("torch._utils", "_rebuild_tensor_v2"),
                PickleBytes.global("torch.nn.parameter", "Parameter"), arguments, state)
        }
        func onDevice(_ type: String) -> [UInt8] {
            Bytes.call(
                "torch._utils", "_rebuild_device_tensor_from_cpu_tensor", Bytes.tensor("0"), PickleBytes.global("torch", type),
                Bytes.text("cpu"), Bytes.no)
        }
        for name in ["data", "grad", "real", "__class__"] {
            try expectRefusal(OneReadingTests.zipped(withState(dictionary(name, Bytes.tensor("1")))), "state", name)
            try expectRefusal(OneReadingTests.zipped(ofType(dictionary(name, Bytes.tensor("1")))), "state", name)
        }
        try expectRefusal(OneReadingTests.zipped(onDevice("int32")), "dtype", "int32")
        // torch negates if `neg` is named, whatever its value.
        for value in [Bytes.whole(1), Bytes.no] {
            try expectRefusal(OneReadingTests.zipped(Bytes.tensor("0", more: dictionary("neg", value))), "metadata", "neg")
        }
        try expectRefusal(OneReadingTests.zipped(Bytes.tensor("0", more: dictionary("other", Bytes.yes))), "metadata", "other")
        try expectRefusal(OneReadingTests.zipped(Bytes.tensor("0", grad: Bytes.whole(1))), "requires_grad")
        try expectRefusal(OneReadingTests.zipped(Bytes.tensor("0", hooks: dictionary("a", Bytes.yes))), "backward_hooks")
        try expectRefusal(OneReadingTests.zipped(Bytes.tensor("0", more: Bytes.none + Bytes.none)), "argument 8")
        try expectRefusal(
            OneReadingTests.zipped(
                Bytes.call(
                    "torch._utils", "_rebuild_device_tensor_from_numpy", Bytes.array(3, copy: Bytes.no),
                    PickleBytes.global("torch", "float32"), Bytes.text("cpu"), Bytes.no)), "numpy.dtype", "argument 3")

        // A new attribute changes no numbers.
        #expect(try OneReadingTests.weights(OneReadingTests.zipped(withState(dictionary("note", Bytes.yes)))) == ["w": 1])
        #expect(try OneReadingTests.weights(OneReadingTests.zipped(ofType(dictionary("note", Bytes.yes)))) == ["w": 1])
        #expect(try OneReadingTests.weights(OneReadingTests.zipped(onDevice("float32"))) == ["w": 1])
    }

    // MARK: Dictionaries

    @Test("A dictionary is built as Python builds it, or refused")
    func aDictionaryIsMadeAsPythonMakesIt() throws {
        let pairs = Bytes.list(Bytes.tuple(Bytes.text("w"), Bytes.tensor("1")))
        let v = Bytes.text("v") + Bytes.tensor("0") + Bytes.setItem
        for (module, name) in [("collections", "OrderedDict"), ("builtins", "dict")] {
            #expect(try OneReadingTests.weights(Bytes.zip(Bytes.call(module, name, pairs) + v)) == ["w": 2, "v": 1])
            let ofSet = Bytes.call(module, name, Bytes.call("builtins", "set", pairs)) + v
            try expectRefusal(Bytes.zip(ofSet), name, "set")
            let byNew = PickleBytes.global(module, name) + Bytes.tuple(pairs) + Bytes.newObject + v
            try expectRefusal(Bytes.zip(byNew), name, "NEWOBJ")
            let empty = PickleBytes.global(module, name) + Bytes.tuple() + Bytes.newObject + v
            #expect(try OneReadingTests.weights(Bytes.zip(empty)) == ["v": 1])
        }
        try expectRefusal(Bytes.zip(Bytes.call("collections", "Counter", pairs) + v), "Counter", "list")
    }

    @Test("A list changed after it was copied is refused")
    func aListChangedAfterItWasCopiedIsNotReadAsItEnds() throws {
        let pair = Bytes.tuple(Bytes.text("w"), Bytes.tensor("1"))
        let late = Bytes.emptyList + Bytes.put(1) + Bytes.pop
        let copied = PickleBytes.global("collections", "OrderedDict") + Bytes.get(1) + [0x85] + Bytes.reduce
        try expectRefusal(Bytes.zip(late + copied + Bytes.get(1) + pair + Bytes.append + Bytes.pop), "OrderedDict", "changed afterwards")
        let early = Bytes.emptyList + Bytes.put(1) + pair + Bytes.append + Bytes.pop
        #expect(try OneReadingTests.weights(Bytes.zip(early + copied)) == ["w": 2])
    }

    @Test("Keys that are equal in Python are a single key")
    func keysThatPythonHoldsForEqualAreOne() throws {
        let type =
            Bytes.call("numpy", "dtype", Bytes.text("U1"), Bytes.no, Bytes.yes)
            + Bytes.tuple(
                Bytes.whole(3), Bytes.text("<"), Bytes.none, Bytes.none, Bytes.none, Bytes.whole(4), Bytes.whole(4), Bytes.whole(8))
            + Bytes.build
        let key = Bytes.call("numpy.core.multiarray", "scalar", type, Bytes.bytes([0x77, 0, 0, 0]))
        let root = Bytes.dictionary([("w", Bytes.tensor("0"))]) + key + Bytes.tensor("1") + Bytes.setItem
        guard case .dictionary(let dictionary) = try Checkpoint(OneReadingTests.file(Bytes.zip(root))).root else {
            Issue.record("not a dictionary")
            return
        }
        #expect(dictionary.entries.count == 1)
        // A key of an unknown class could be equal to any name.
        let unknown =
            Bytes.dictionary([("w", Bytes.tensor("0"))]) + Bytes.call("some", "Text", Bytes.text("w")) + Bytes.tensor("1") + Bytes.setItem
        try expectRefusal(Bytes.zip(unknown), "some.Text")
    }

    @Test("A dictionary with a tensor under a number is not chosen")
    func aTensorUnderANumberIsNotLostWithItsDictionary() throws {
        let mixed = Bytes.dictionary([("w", Bytes.tensor("0"))]) + Bytes.whole(0) + Bytes.tensor("1") + Bytes.setItem
        let root = try Checkpoint(OneReadingTests.file(Bytes.zip(mixed))).root
        #expect(throws: PthError.noStateDict(file: "file.pth", seen: ["w", "0"])) { try StateDictSelection(in: root, file: "file.pth") }
    }

    @Test("An object with two states is not a module")
    func anObjectWithTwoStatesIsNotAModule() throws {
        func state(_ key: String) -> [UInt8] {
            let parameters = Bytes.dictionary([("weight", Bytes.tensor(key))])
            return Bytes.dictionary([("_parameters", parameters), ("_buffers", Bytes.emptyDictionary), ("_modules", Bytes.emptyDictionary)])
                + Bytes.build
        }
        let module = PickleBytes.global("torch.nn.modules.linear", "Linear") + Bytes.tuple() + Bytes.newObject + state("0")
        let once = try Checkpoint(OneReadingTests.file(Bytes.zip(module))).root
        #expect(try StateDictSelection(in: once, file: "file.pth").dictionary.names == ["weight"])
        let twice = try Checkpoint(OneReadingTests.file(Bytes.zip(module + state("1")))).root
        let seen = ["(the root is an object of torch.nn.modules.linear.Linear)"]
        #expect(throws: PthError.noStateDict(file: "file.pth", seen: seen)) { try StateDictSelection(in: twice, file: "file.pth") }
    }

    // MARK: Containers

    @Test("Entry names are compared as torch compares them")
    func entryNamesAreComparedAsTorchComparesThem() throws {
        let root = Bytes.dictionary([("w", Bytes.tensor("0"))])
        let big = Array("big".utf8)
        #expect(try OneReadingTests.weights(Bytes.zip(root, names: ["data.pkl": "DATA.PKL", "data/0": "Data/0"])) == ["w": 1])
        try expectRefusal(Bytes.zip(root, more: [("archive/BYTEORDER", big)]), "archive/BYTEORDER", "byte order")
        try expectRefusal(Bytes.zip(root, more: [("archive/byteorder", Array("middle".utf8))]), "byte order", "middle")
        try expectRefusal(Bytes.zip(root, more: [("other/DATA.pkl", PickleBytes.emptyDictionary)]), "data.pkl", "other/DATA.pkl")
    }

    @Test("Legacy storages and views share one set of keys")
    func legacyStoragesAndViewsHaveOneSetOfKeys() throws {
        func view(_ key: String, offset: Int32 = 0) -> [UInt8] {
            Bytes.tuple(Bytes.text(key), Bytes.whole(offset), Bytes.whole(6 - offset))
        }
        func tensor(_ key: String, _ view: [UInt8], shape: Int32 = 2) -> [UInt8] {
            Bytes.call(
                "torch._utils", "_rebuild_tensor_v2", Bytes.storage(Bytes.text(key), view: view), Bytes.whole(0),
                Bytes.tuple(Bytes.whole(shape)),
                Bytes.tuple(Bytes.whole(1)), Bytes.no, Bytes.call("collections", "OrderedDict"))
        }
        let plain = tensor("0", Bytes.none)
        #expect(
            try OneReadingTests.weights(Bytes.legacy(Bytes.dictionary([("v", tensor("1", view("x"))), ("w", plain)]))) == ["v": 2, "w": 1])
        for order in [
            [("v", tensor("1", Bytes.none)), ("w", tensor("0", view("1")))],
            [("w", tensor("0", view("1"))), ("v", tensor("1", Bytes.none))],
        ] {
            try expectRefusal(Bytes.legacy(Bytes.dictionary(order)), "key 1", "view")
        }
        try expectRefusal(Bytes.legacy(Bytes.dictionary([("v", tensor("1", view("x"))), ("w", tensor("0", view("x")))])), "key x")
        // The number 0 is a different key than the string.
        let number = Bytes.call(
            "torch._utils", "_rebuild_tensor_v2", Bytes.storage(Bytes.whole(0), view: Bytes.none), Bytes.whole(0),
            Bytes.tuple(Bytes.whole(2)),
            Bytes.tuple(Bytes.whole(1)), Bytes.no, Bytes.call("collections", "OrderedDict"))
        try expectRefusal(Bytes.legacy(Bytes.dictionary([("v", tensor("1", Bytes.none)), ("w", number)])), "storage")
    }

    @Test("Tar members with ambiguous names or sizes are refused")
    func tarMembersAreNamedAndSizedInOneWay() throws {
        let good = Bytes.tarMembers(1)
        let other = ArchiveBytes.tar(Bytes.tarMembers(2))
        try expectRefusal(ArchiveBytes.tar([("d/", other, "5")] + good), "folder d/", "size")
        for prefix in ["./", "/", "././"] {
            let renamed = good.map { (name: prefix + $0.name, contents: $0.contents, kind: $0.kind) }
            try expectRefusal(ArchiveBytes.tar(renamed + Bytes.tarMembers(2)), "storages")
        }
        var digits = ArchiveBytes.tar(good)
        // A NUL between the digits of the first member's size: Python ends the number there.
        digits.replaceSubrange(124..<136, with: Array("0000000".utf8) + [0] + digits[131..<135])
        digits.replaceSubrange(0..<512, with: ArchiveBytes.withChecksum(Array(digits[..<512])))
        try expectRefusal(digits, "tar header")
        var prefixed = ArchiveBytes.tar(good)
        prefixed[345] = UInt8(ascii: "x")
        prefixed.replaceSubrange(0..<512, with: ArchiveBytes.withChecksum(Array(prefixed[..<512])))
        try expectRefusal(prefixed, "prefix")
    }

    @Test("A legacy file that is also a tar is refused")
    func aLegacyFileThatIsATarIsRefused() throws {
        // The third pickle begins with bytes that hold the fields of a tar header; their sum may be written in any notation that Python
        // reads.
        let tensor = Bytes.tensor("0", stored: Bytes.storage(Bytes.text("0"), view: Bytes.none))
        let whole = Bytes.legacy(Bytes.dictionary([("w", tensor)]), keys: [Bytes.text("0")])
        let head = Array(whole[..<21])
        let padding = 512 - head.count - 2 - 5
        var header = head + [0x80, 2, 0x42] + ArchiveBytes.little(UInt32(padding)) + [UInt8](repeating: 0, count: padding)
        header.replaceSubrange(124..<136, with: Array("00000000000".utf8) + [0])
        let rest = Array(whole[(whole.dropFirst(head.count).firstIndex(of: 0x2E) ?? 0)...])
        for field in 0..<2 {
            var both = ArchiveBytes.withChecksum(header)
            if field == 1 {
                let sum = both.indices.reduce(256) { (148..<156).contains($1) ? $0 : $0 + Int(both[$1]) }
                both.replaceSubrange(148..<156, with: [0x80, 0, 0, 0, 0, 0, UInt8(sum >> 8), UInt8(sum & 0xFF)])
            }
            try expectRefusal(both + rest, "legacy", "tar")
        }
        #expect(try OneReadingTests.weights(header + rest) == ["w": 1], "the same without a checksum is no tar")
    }
}
