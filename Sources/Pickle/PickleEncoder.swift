import ConvertFiles

/// Encodes a document in protocol 2, which every torch version loads without a warning.
///
/// Shared nodes are memoized, so they are a single object again after loading. Containers are memoized before they are filled, so cycles
/// through lists and dictionaries survive; a cycle through a tuple or a call cannot be written and throws.
package struct PickleEncoder {
    private let document: PickleDocument
    private var out: [UInt8] = []
    private var memo: [Int: Int] = [:]
    private var open: Set<Int> = []

    /// Encodes `document`; the bytes end with STOP. Throws `PickleError.unencodable`.
    package static func encode(_ document: PickleDocument) throws -> [UInt8] {
        var encoder = PickleEncoder(document: document)
        encoder.out = [PickleOpcode.proto.rawValue, 2]
        try encoder.write(document.root)
        encoder.emit(.stop)
        return encoder.out
    }

    private init(document: PickleDocument) {
        self.document = document
    }

    private mutating func emit(_ opcode: PickleOpcode) {
        out.append(opcode.rawValue)
    }

    private mutating func emit<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { out.append(contentsOf: $0) }
    }

    private mutating func write(_ value: PickleValue) throws {
        switch value {
        case .none: emit(.none)
        case .boolean(let flag): emit(flag ? .newTrue : .newFalse)
        case .integer(let number): writeInteger(number)
        case .float(let number):
            emit(.binFloat)
            emit(number.bitPattern.byteSwapped)
        case .node(let index):
            if let place = memo[index] {
                emit(place < 256 ? .binGet : .longBinGet)
                if place < 256 { emit(UInt8(place)) } else { emit(UInt32(place)) }
            } else {
                try writeNode(index)
            }
        }
    }

    private mutating func writeInteger(_ number: Int64) {
        if let small = UInt8(exactly: number) {
            emit(.binInt1)
            emit(small)
        } else if let medium = UInt16(exactly: number) {
            emit(.binInt2)
            emit(medium)
        } else if let large = Int32(exactly: number) {
            emit(.binInt)
            emit(large)
        } else {
            emit(.long1)
            emit(UInt8(8))
            emit(number)
        }
    }

    private mutating func writeNode(_ index: Int) throws {
        guard open.insert(index).inserted else {
            throw PickleError.unencodable(what: "a value that contains itself through a tuple or a call")
        }
        defer { open.remove(index) }
        switch document.nodes[index] {
        case .string(let text):
            let bytes = Array(text.utf8)
            guard let length = UInt32(exactly: bytes.count) else { throw PickleError.unencodable(what: "a string over 4 GiB") }
            emit(.binUnicode)
            emit(length)
            out.append(contentsOf: bytes)
            memoise(index)
        case .bytes(let view):
            // Protocol 2 has no opcode for bytes: Python itself writes this call, and torch's safe loader accepts it.
            try writeGlobal("_codecs", "encode")
            try writeText(String(String.UnicodeScalarView(view.array.map { Unicode.Scalar($0) })))
            try writeText("latin1")
            emit(.tuple2)
            emit(.reduce)
            memoise(index)
        case .byteArray(let view):
            try writeGlobal("builtins", "bytearray")
            try writeText(String(String.UnicodeScalarView(view.array.map { Unicode.Scalar($0) })))
            try writeText("latin-1")
            emit(.tuple2)
            emit(.reduce)
            memoise(index)
        case .bigInteger(let digits):
            if let length = UInt8(exactly: digits.count) {
                emit(.long1)
                emit(length)
            } else {
                emit(.long4)
                emit(Int32(clamping: digits.count))
            }
            out.append(contentsOf: digits)
        case .list(let items):
            emit(.emptyList)
            memoise(index)
            try writeItems(items)
        case .dictionary(let entries):
            emit(.emptyDict)
            memoise(index)
            try writeEntries(entries)
        case .tuple(let items):
            if items.isEmpty {
                emit(.emptyTuple)
                return
            }
            if items.count > 3 { emit(.mark) }
            for item in items { try write(item) }
            emit(items.count == 1 ? .tuple1 : items.count == 2 ? .tuple2 : items.count == 3 ? .tuple3 : .tuple)
            memoise(index)
        case .set(let items):
            try writeGlobal("builtins", "set")
            emit(.emptyList)
            try writeItems(items)
            emit(.tuple1)
            emit(.reduce)
            memoise(index)
        case .frozenSet(let items):
            try writeGlobal("builtins", "frozenset")
            emit(.emptyList)
            try writeItems(items)
            emit(.tuple1)
            emit(.reduce)
            memoise(index)
        case .global(let module, let name):
            try writeGlobal(module, name)
            memoise(index)
        case .persistentReference(let id):
            try write(id)
            emit(.binPersId)
        case .object(let object):
            try write(object.callable)
            try write(object.arguments)
            guard object.keywords == nil else { throw PickleError.unencodable(what: "a call with keyword arguments") }
            emit(object.construction == .new ? .newObj : .reduce)
            memoise(index)
            try writeItems(object.items)
            try writeEntries(object.entries)
            for state in object.states {
                try write(state)
                emit(.build)
            }
        case .extensionCode, .outOfBandBuffer:
            throw PickleError.unencodable(what: "an extension code or a buffer stored outside the pickle")
        }
        // A memoized container is no longer open: reaching it again reads the memo and is not a cycle.
    }

    private mutating func writeItems(_ items: [PickleValue]) throws {
        guard !items.isEmpty else { return }
        emit(.mark)
        for item in items { try write(item) }
        emit(.appends)
    }

    private mutating func writeEntries(_ entries: [PickleEntry]) throws {
        guard !entries.isEmpty else { return }
        emit(.mark)
        for entry in entries {
            try write(entry.key)
            try write(entry.value)
        }
        emit(.setItems)
    }

    private mutating func writeText(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard let length = UInt32(exactly: bytes.count) else { throw PickleError.unencodable(what: "bytes over 2 GiB") }
        emit(.binUnicode)
        emit(length)
        out.append(contentsOf: bytes)
    }

    private mutating func writeGlobal(_ module: String, _ name: String) throws {
        guard !module.utf8.contains(10), !name.utf8.contains(10) else {
            throw PickleError.unencodable(what: "a class name with a line break")
        }
        emit(.global)
        out.append(contentsOf: Array("\(module)\n\(name)\n".utf8))
    }

    private mutating func memoise(_ index: Int) {
        let place = memo.count
        memo[index] = place
        emit(place < 256 ? .binPut : .longBinPut)
        if place < 256 { emit(UInt8(place)) } else { emit(UInt32(clamping: place)) }
    }
}
