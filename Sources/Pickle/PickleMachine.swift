import ConvertFiles

/// Executes a pickle's opcodes over inert values. Containers have reference semantics: one that is memoized first and filled later is a
/// single container.
///
/// No class is looked up and nothing is called: REDUCE and its relatives only record what would have been called.
package struct PickleMachine {
    /// The globals named so far; useful to a safety scan if reading stopped early.
    package private(set) var globals: [PickleGlobalUse] = []
    private let bytes: ByteView
    private let limits: PickleLimits
    private var at = 0
    /// How far mapped pages were let go.
    private var letGoUntil = 0
    private static let pagesKept = 16 << 20
    private var nodes: [PickleNode] = []
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var protocolVersion = 0
    private var opcodeOffset = 0
    private var opcodeCount = 0
    /// The open frame: the offset of its opcode, and the offset of its end.
    private var frame: (offset: Int, end: Int)?
    /// Number of nodes when the last call, state or persistent id was recorded: it may have received any older container.
    private var nodesAtLastCall = 0
    private var lateChanges: [Int: Int] = [:]
    private var touches: [Int: Touches] = [:]

    /// A machine for a pickle that begins at the view's first byte; bytes after STOP are ignored.
    package init(_ bytes: ByteView, limits: PickleLimits? = nil) {
        self.bytes = bytes
        self.limits = limits ?? PickleLimits(byteCount: bytes.count)
    }

    /// Reads one pickle. Throws `PickleError`.
    package static func read(_ bytes: ByteView, limits: PickleLimits? = nil) throws -> PickleDocument {
        var machine = PickleMachine(bytes, limits: limits)
        return try machine.run()
    }

    /// Runs until STOP. Throws `PickleError`; `globals` then holds what was named before the error.
    package mutating func run() throws -> PickleDocument {
        while true {
            opcodeOffset = at
            if let open = frame, at == open.end { frame = nil }
            opcodeCount += 1
            guard opcodeCount <= limits.opcodes else {
                throw PickleError.tooManyOpcodes(file: bytes.name, limit: limits.opcodes, offset: opcodeOffset)
            }
            let byte = try readInteger(UInt8.self)
            guard let opcode = PickleOpcode(rawValue: byte) else {
                throw PickleError.unknownOpcode(file: bytes.name, opcode: byte, offset: opcodeOffset)
            }
            if opcode == .stop { break }
            try execute(opcode)
            // When an argument crosses the end of a frame, CPython drops the rest of the frame and continues at a different byte than a
            // reader that ignores frames.
            if let open = frame, at > open.end {
                throw PickleError.brokenFrame(
                    file: bytes.name, detail: "\(opcode.name) at \(opcodeOffset) crosses its end at \(open.end)", offset: open.offset)
            }
            guard stack.count <= limits.stack else {
                throw PickleError.tooManyNodes(file: bytes.name, limit: limits.stack, offset: opcodeOffset)
            }
        }
        if let open = frame, open.end != at {
            throw PickleError.brokenFrame(file: bytes.name, detail: "it does not end with STOP at \(opcodeOffset)", offset: open.offset)
        }
        let root = try pop(.stop)
        settleTouches()
        var document = PickleDocument(nodes: nodes, root: root, protocolVersion: protocolVersion, byteCount: at, globals: globals)
        document.lateChanges = lateChanges
        try document.measure(depthLimit: limits.depth, file: bytes.name)
        return document
    }

    private mutating func openFrame() throws {
        let length = try readInteger(UInt64.self)
        func broken(_ detail: String) -> PickleError { .brokenFrame(file: bytes.name, detail: detail, offset: opcodeOffset) }
        if let open = frame { throw broken("it begins inside the frame of offset \(open.offset)") }
        guard let count = Int(exactly: length), count <= bytes.count - at else {
            throw broken("it claims \(length) bytes, but only \(bytes.count - at) are left")
        }
        frame = (opcodeOffset, at + count)
    }

    // MARK: Opcodes

    private mutating func execute(_ opcode: PickleOpcode) throws {
        switch opcode {
        case .stop: break
        case .proto:
            let version = Int(try readInteger(UInt8.self))
            guard version <= 5 else { throw PickleError.unsupportedProtocol(file: bytes.name, version: version, offset: opcodeOffset) }
            protocolVersion = max(protocolVersion, version)
        case .frame: try openFrame()
        case .mark: marks.append(stack.count)
        case .pop:
            // CPython lets POP remove a mark that has no values above it.
            if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop(opcode) }
        case .popMark: _ = try popToMark(opcode)
        case .dup: stack.append(try top(opcode))

        case .none: stack.append(.none)
        case .newTrue: stack.append(.boolean(true))
        case .newFalse: stack.append(.boolean(false))
        case .binInt: stack.append(.integer(Int64(try readInteger(Int32.self))))
        case .binInt1: stack.append(.integer(Int64(try readInteger(UInt8.self))))
        case .binInt2: stack.append(.integer(Int64(try readInteger(UInt16.self))))
        case .long1: try pushLong(try readBytes(UInt64(try readInteger(UInt8.self))))
        case .long4: try pushLong(try readBytes(try readLength32()))
        case .int: try pushDecimal(try readLine(), opcode)
        case .long: try pushDecimal(try readLine(), opcode)
        case .binFloat: stack.append(.float(Double(bitPattern: try readInteger(UInt64.self).byteSwapped)))
        case .float:
            let line = try readLine()
            guard let number = PythonNumberText.float(line) else {
                throw PickleError.invalidNumber(file: bytes.name, text: line, offset: opcodeOffset)
            }
            stack.append(.float(number))

        case .string: try pushQuotedString(try readLine())
        case .binString: try pushLegacyString(try readBytes(try readLength32()))
        case .shortBinString: try pushLegacyString(try readBytes(UInt64(try readInteger(UInt8.self))))
        case .unicode: try push(.string(try RawUnicodeEscape.decode(try readLineBytes().array, file: bytes.name, offset: opcodeOffset)))
        case .binUnicode: try pushText(try readBytes(UInt64(try readInteger(UInt32.self))))
        case .shortBinUnicode: try pushText(try readBytes(UInt64(try readInteger(UInt8.self))))
        case .binUnicode8: try pushText(try readBytes(try readInteger(UInt64.self)))
        case .binBytes: try push(.bytes(try readBytes(UInt64(try readInteger(UInt32.self)))))
        case .shortBinBytes: try push(.bytes(try readBytes(UInt64(try readInteger(UInt8.self)))))
        case .binBytes8: try push(.bytes(try readBytes(try readInteger(UInt64.self))))
        case .byteArray8: try push(.byteArray(try readBytes(try readInteger(UInt64.self))))
        case .nextBuffer:
            fromLoader("buffer", opcode)
            try push(.outOfBandBuffer)
        case .readonlyBuffer:
            fromLoader("buffer", opcode)
            _ = try top(opcode)

        case .emptyList: try push(.list([]))
        case .emptyTuple: try push(.tuple([]))
        case .emptyDict: try push(.dictionary([]))
        case .emptySet: try push(.set([]))
        case .list: try push(.list(try popToMark(opcode)))
        case .tuple: try push(.tuple(try popToMark(opcode)))
        case .tuple1: try push(.tuple([try pop(opcode)]))
        case .tuple2:
            let second = try pop(opcode)
            try push(.tuple([try pop(opcode), second]))
        case .tuple3:
            let third = try pop(opcode)
            let second = try pop(opcode)
            try push(.tuple([try pop(opcode), second, third]))
        case .frozenSet: try push(.frozenSet(try popToMark(opcode)))
        case .dict: try push(.dictionary(try pairs(try popToMark(opcode), opcode)))

        case .append:
            let item = try pop(opcode)
            try grow(opcode, { $0.append(CollectionOfOne(item)) }, object: { $0.items.append(item) })
        case .appends:
            let items = try popToMark(opcode)
            try grow(opcode, { $0.append(items) }, object: { $0.items.append(contentsOf: items) })
        case .addItems:
            let items = try popToMark(opcode)
            try grow(opcode, { $0.insert(items) }, object: { $0.items.append(contentsOf: items) })
        case .setItem:
            let value = try pop(opcode)
            let key = try pop(opcode)
            let entry = PickleEntry(key: key, value: value)
            try grow(opcode, { $0.set(CollectionOfOne(entry)) }, object: { $0.entries.append(entry) })
        case .setItems:
            let entries = try pairs(try popToMark(opcode), opcode)
            try grow(opcode, { $0.set(entries) }, object: { $0.entries.append(contentsOf: entries) })

        case .get: stack.append(try memoised(try readMemoIndex()))
        case .binGet: stack.append(try memoised(Int(try readInteger(UInt8.self))))
        case .longBinGet: stack.append(try memoised(Int(try readInteger(UInt32.self))))
        case .put: try memoise(try readMemoIndex(), opcode)
        case .binPut: try memoise(Int(try readInteger(UInt8.self)), opcode)
        case .longBinPut: try memoise(Int(try readInteger(UInt32.self)), opcode)
        case .memoize: try memoise(memo.count, opcode)

        case .global:
            let module = try readLine()
            try pushGlobal(module, try readLine(), opcode)
        case .stackGlobal:
            let name = try pop(opcode)
            let module = try pop(opcode)
            guard case .string(let nameText)? = node(name), case .string(let moduleText)? = node(module) else {
                globals.append(PickleGlobalUse(module: "?", name: "?", offset: opcodeOffset, opcode: opcode.name))
                throw PickleError.wrongOperand(
                    file: bytes.name, opcode: opcode.name, detail: "module and name are not both text", offset: opcodeOffset)
            }
            try pushGlobal(moduleText, nameText, opcode)
        case .ext1: try pushExtension(Int(try readInteger(UInt8.self)), opcode)
        case .ext2: try pushExtension(Int(try readInteger(UInt16.self)), opcode)
        case .ext4: try pushExtension(Int(try readInteger(Int32.self)), opcode)
        case .persId:
            // torch's own ids are tuples, which protocol 0 cannot represent.
            fromLoader("persistent id", opcode)
            try push(.string(try readLine()))
            let id = try pop(opcode)
            try push(.persistentReference(id))
        case .binPersId:
            let id = try pop(opcode)
            try push(.persistentReference(id))

        case .reduce:
            let arguments = try pop(opcode)
            let callable = try pop(opcode)
            try pushObject(.call, callable, arguments)
        case .newObj:
            let arguments = try pop(opcode)
            let callable = try pop(opcode)
            try pushObject(.new, callable, arguments)
        case .newObjEx:
            let keywords = try pop(opcode)
            let arguments = try pop(opcode)
            let callable = try pop(opcode)
            try pushObject(.new, callable, arguments, keywords: keywords)
        case .inst:
            let module = try readLine()
            let name = try readLine()
            let arguments = try popToMark(opcode)
            try pushGlobal(module, name, opcode)
            let callable = try pop(opcode)
            try pushInstance(callable, arguments)
        case .obj:
            let items = try popToMark(opcode)
            guard let callable = items.first else {
                throw PickleError.stackUnderflow(file: bytes.name, opcode: opcode.name, offset: opcodeOffset)
            }
            try pushInstance(callable, Array(items.dropFirst()))
        case .build:
            let state = try pop(opcode)
            let target = try top(opcode)
            guard case .node(let index) = target, case .object = nodes[index] else { throw wrongTarget(target, opcode) }
            touches[index, default: Touches()].states.append(state)
            touches[index]?.last = (opcode.name, opcodeOffset)
            nodesAtLastCall = nodes.count
        }
    }

    private mutating func pushInstance(_ callable: PickleValue, _ arguments: [PickleValue]) throws {
        try push(.tuple(arguments))
        let tuple = try pop(.obj)
        try pushObject(.call, callable, tuple)
    }

    private mutating func pushObject(
        _ construction: PickleObject.Construction, _ callable: PickleValue, _ arguments: PickleValue, keywords: PickleValue? = nil
    ) throws {
        guard case .tuple? = node(arguments) else {
            throw PickleError.wrongOperand(
                file: bytes.name, opcode: construction == .call ? "REDUCE" : "NEWOBJ", detail: "its arguments are not a tuple",
                offset: opcodeOffset)
        }
        try push(
            .object(
                PickleObject(
                    construction: construction, callable: callable, arguments: arguments, keywords: keywords, offset: opcodeOffset)))
        nodesAtLastCall = nodes.count
    }

    private mutating func pushGlobal(_ module: String, _ name: String, _ opcode: PickleOpcode) throws {
        globals.append(PickleGlobalUse(module: module, name: name, offset: opcodeOffset, opcode: opcode.name))
        try push(.global(module: module, name: name))
    }

    /// Records what only the loading program could supply like a global, because nothing in the file says what it would be.
    private mutating func fromLoader(_ what: String, _ opcode: PickleOpcode) {
        globals.append(PickleGlobalUse(module: "loader-supplied", name: what, offset: opcodeOffset, opcode: opcode.name))
    }

    private mutating func pushExtension(_ code: Int, _ opcode: PickleOpcode) throws {
        globals.append(PickleGlobalUse(module: "copyreg extension", name: "\(code)", offset: opcodeOffset, opcode: opcode.name))
        try push(.extensionCode(code))
    }

    // MARK: Containers

    /// Applies `change` to the container on top of the stack. What is put into an object is collected separately, because an array inside
    /// the object would be copied at every step.
    private mutating func grow(
        _ opcode: PickleOpcode, _ change: (inout PickleNode) -> Bool, object gather: (inout Touches) -> Void
    ) throws {
        let target = try top(opcode)
        guard case .node(let index) = target else { throw wrongTarget(target, opcode) }
        if case .object = nodes[index] {
            gather(&touches[index, default: Touches()])
            touches[index]?.last = (opcode.name, opcodeOffset)
        } else if !change(&nodes[index]) {
            throw wrongTarget(target, opcode)
        }
        if index < nodesAtLastCall { lateChanges[index] = opcodeOffset }
    }

    /// What opcodes put into an object, and the last such opcode.
    private struct Touches {
        var states: [PickleValue] = []
        var items: [PickleValue] = []
        var entries: [PickleEntry] = []
        var last: (opcode: String, offset: Int)?
    }

    /// Moves what was collected into the objects.
    private mutating func settleTouches() {
        for (index, touch) in touches {
            guard case .object(var object) = nodes[index] else { continue }
            (object.states, object.items, object.entries, object.lastTouch) = (touch.states, touch.items, touch.entries, touch.last)
            nodes[index] = .object(object)
        }
        touches = [:]
    }

    private func pairs(_ items: [PickleValue], _ opcode: PickleOpcode) throws -> [PickleEntry] {
        guard items.count.isMultiple(of: 2) else {
            throw PickleError.wrongOperand(file: bytes.name, opcode: opcode.name, detail: "a key has no value", offset: opcodeOffset)
        }
        return stride(from: 0, to: items.count, by: 2).map { PickleEntry(key: items[$0], value: items[$0 + 1]) }
    }

    private func wrongTarget(_ target: PickleValue, _ opcode: PickleOpcode) -> PickleError {
        .wrongTarget(file: bytes.name, opcode: opcode.name, target: kind(target), offset: opcodeOffset)
    }

    private func kind(_ value: PickleValue) -> String {
        switch value {
        case .none: return "None"
        case .boolean: return "a bool"
        case .integer: return "an int"
        case .float: return "a float"
        case .node(let index):
            switch nodes[index] {
            case .string: return "a str"
            case .bytes: return "bytes"
            case .byteArray: return "a bytearray"
            case .bigInteger: return "an int"
            case .list: return "a list"
            case .tuple: return "a tuple"
            case .dictionary: return "a dict"
            case .set: return "a set"
            case .frozenSet: return "a frozenset"
            case .global(let module, let name): return "the global \(module).\(name)"
            case .extensionCode: return "an extension code"
            case .object: return "an object"
            case .persistentReference: return "a persistent reference"
            case .outOfBandBuffer: return "a buffer"
            }
        }
    }

    // MARK: Stack and memo

    private func node(_ value: PickleValue) -> PickleNode? {
        if case .node(let index) = value { nodes[index] } else { nil }
    }

    private mutating func push(_ node: PickleNode) throws {
        guard nodes.count < limits.nodes else {
            throw PickleError.tooManyNodes(file: bytes.name, limit: limits.nodes, offset: opcodeOffset)
        }
        stack.append(.node(nodes.count))
        nodes.append(node)
    }

    /// The top of the stack; values below the last mark are out of reach, as in CPython.
    private func top(_ opcode: PickleOpcode) throws -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else {
            throw PickleError.stackUnderflow(file: bytes.name, opcode: opcode.name, offset: opcodeOffset)
        }
        return value
    }

    private mutating func pop(_ opcode: PickleOpcode) throws -> PickleValue {
        let value = try top(opcode)
        stack.removeLast()
        return value
    }

    private mutating func popToMark(_ opcode: PickleOpcode) throws -> [PickleValue] {
        guard let mark = marks.popLast() else {
            throw PickleError.noMark(file: bytes.name, opcode: opcode.name, offset: opcodeOffset)
        }
        let items = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return items
    }

    private func memoised(_ index: Int) throws -> PickleValue {
        guard let value = memo[index] else {
            throw PickleError.missingMemo(file: bytes.name, index: index, offset: opcodeOffset)
        }
        return value
    }

    private mutating func memoise(_ index: Int, _ opcode: PickleOpcode) throws {
        memo[index] = try top(opcode)
        guard memo.count <= limits.memo else {
            throw PickleError.memoTooLarge(file: bytes.name, limit: limits.memo, offset: opcodeOffset)
        }
    }

    // MARK: Literals

    private mutating func pushText(_ view: ByteView) throws {
        guard let text = view.text else { throw PickleError.invalidText(file: bytes.name, offset: opcodeOffset) }
        try push(.string(text))
    }

    /// A Python 2 `str`: text if it is UTF-8, bytes otherwise.
    private mutating func pushLegacyString(_ view: ByteView) throws {
        if let text = view.text { try push(.string(text)) } else { try push(.bytes(view)) }
    }

    private mutating func pushQuotedString(_ line: String) throws {
        guard let decoded = PythonStringEscape.decode(line) else {
            throw PickleError.invalidText(file: bytes.name, offset: opcodeOffset)
        }
        try pushLegacyString(ByteView(copying: decoded, name: bytes.name))
    }

    private mutating func pushLong(_ view: ByteView) throws {
        // Bytes that only repeat the sign are not part of the number.
        var digits = view.array
        while digits.count > 1, digits[digits.count - 1] == (digits[digits.count - 2] & 0x80 != 0 ? 0xFF : 0) { digits.removeLast() }
        if digits.count <= 8 {
            var value: Int64 = digits.last.map { $0 & 0x80 != 0 ? -1 : 0 } ?? 0
            for digit in digits.reversed() { value = value << 8 | Int64(digit) }
            stack.append(.integer(value))
        } else {
            try push(.bigInteger(digits))
        }
    }

    private mutating func pushDecimal(_ line: String, _ opcode: PickleOpcode) throws {
        if opcode == .int, line == "00" || line == "01" {
            stack.append(.boolean(line == "01"))
            return
        }
        let digits = opcode == .long && line.hasSuffix("L") ? String(line.dropLast()) : line
        guard PythonNumberText.isCanonicalInteger(digits) else {
            throw PickleError.invalidNumber(file: bytes.name, text: line, offset: opcodeOffset)
        }
        if let value = Int64(digits) {
            stack.append(.integer(value))
        } else if let value = BigDecimalText.twosComplement(digits) {
            try push(.bigInteger(value))
        } else {
            throw PickleError.invalidNumber(file: bytes.name, text: line, offset: opcodeOffset)
        }
    }

    // MARK: Bytes

    private mutating func readInteger<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
        let size = Integer.bitWidth / 8
        guard size <= bytes.count - at else { throw cutShort(UInt64(size)) }
        let value = try bytes.integer(at: at, as: type)
        at += size
        return value
    }

    private mutating func readLength32() throws -> UInt64 {
        let length = try readInteger(Int32.self)
        guard length >= 0 else {
            throw PickleError.wrongOperand(file: bytes.name, opcode: "length", detail: "it is negative", offset: opcodeOffset)
        }
        return UInt64(length)
    }

    private mutating func readBytes(_ count: UInt64) throws -> ByteView {
        guard let size = Int(exactly: count), size <= bytes.count - at else { throw cutShort(count) }
        let view = try bytes.window(at: at, count: size)
        at += size
        // The kernel maps pages around each that is read, so that a long pickle of byte strings would end up in memory whole.
        if at - letGoUntil > PickleMachine.pagesKept {
            try bytes.window(at: letGoUntil, count: at - letGoUntil).letGo()
            letGoUntil = at
        }
        return view
    }

    private mutating func readLineBytes() throws -> ByteView {
        let rest = try bytes.window(at: at, count: bytes.count - at)
        guard let length = rest.withUnsafeBytes({ $0.firstIndex(of: 0x0A) }) else { throw cutShort(1) }
        let line = try bytes.window(at: at, count: length)
        at += length + 1
        return line
    }

    private mutating func readLine() throws -> String {
        guard let text = try readLineBytes().text else { throw PickleError.invalidText(file: bytes.name, offset: opcodeOffset) }
        return text
    }

    private mutating func readMemoIndex() throws -> Int {
        let line = try readLine()
        guard PythonNumberText.isCanonicalInteger(line), let index = Int(line), index >= 0 else {
            throw PickleError.invalidNumber(file: bytes.name, text: line, offset: opcodeOffset)
        }
        return index
    }

    private func cutShort(_ needed: UInt64) -> PickleError {
        .cutShort(file: bytes.name, needed: needed, available: bytes.count - at, offset: opcodeOffset)
    }
}
