import ConvertFiles

/// Walks over a pickle's opcodes by syntax alone, like Python's `pickletools.genops`: no stack, no memo, no values.
///
/// It continues where `PickleMachine` refuses to, so that a scan can list what comes after that point.
package struct PickleOpcodeWalk {
    /// How a walk ended.
    package enum Ending: Sendable, Equatable {
        /// At a STOP.
        case stop
        /// At a byte that is not an opcode, or in the middle of one.
        case broken
    }

    /// Classes and functions named by GLOBAL, INST or STACK_GLOBAL; for the last, the two preceding strings are taken as module and name.
    package private(set) var globals: [PickleGlobalUse] = []
    /// Whether an opcode that calls something follows the first global.
    package private(set) var calls = false
    /// The highest index that a PUT stores in the memo.
    package private(set) var highestMemo = 0
    /// How the walk ended.
    package private(set) var ending = Ending.broken
    /// Offset after the last opcode that was read.
    package private(set) var end = 0

    /// Positions of the last two strings, which become a name if STACK_GLOBAL takes them.
    private var texts: [(start: Int, count: Int)] = []

    /// Walks from the first byte to the first STOP, or to a byte that is not an opcode.
    package init(_ bytes: ByteView) {
        bytes.withUnsafeBytes { raw in
            while end < raw.count, let opcode = PickleOpcode(rawValue: raw[end]), let next = step(opcode, at: end, raw) {
                end = next
                if opcode == .stop {
                    ending = .stop
                    return
                }
            }
        }
    }

    /// The offset after an opcode and its argument; nil if the argument does not fit.
    private mutating func step(_ opcode: PickleOpcode, at offset: Int, _ raw: UnsafeRawBufferPointer) -> Int? {
        let argument = offset + 1
        switch opcode {
        case .global, .inst:
            guard let module = line(at: argument, raw), let name = line(at: module.next, raw) else { return nil }
            note(text(argument, module.count, raw), text(module.next, name.count, raw), opcode, offset)
            if opcode == .inst { calls = true }
            return name.next
        case .stackGlobal:
            let names = texts.map { text($0.start, $0.count, raw) }
            if names.count == 2 { note(names[0], names[1], opcode, offset) } else { note("?", "?", opcode, offset) }
            return argument
        case .reduce, .newObj, .newObjEx, .obj, .build:
            if !globals.isEmpty { calls = true }
            return argument
        case .string, .unicode:
            guard let found = line(at: argument, raw) else { return nil }
            // The argument of STRING is in quotes.
            let quote = opcode == .string && found.count >= 2 ? 1 : 0
            remember(argument + quote, found.count - 2 * quote)
            return found.next
        case .put:
            guard let found = line(at: argument, raw) else { return nil }
            highestMemo = max(highestMemo, Int(text(argument, found.count, raw)) ?? 0)
            return found.next
        case .longBinPut:
            guard let index = integer(UInt32.self, at: argument, raw) else { return nil }
            highestMemo = max(highestMemo, index)
            return argument + 4
        case .float, .int, .long, .get, .persId: return line(at: argument, raw)?.next
        case .binInt, .longBinGet, .ext4: return fixed(4, at: argument, raw)
        case .binInt1, .binGet, .binPut, .ext1, .proto: return fixed(1, at: argument, raw)
        case .binInt2, .ext2: return fixed(2, at: argument, raw)
        case .binFloat, .frame: return fixed(8, at: argument, raw)
        case .long1, .shortBinBytes: return counted(UInt8.self, at: argument, isText: false, raw)
        case .shortBinString, .shortBinUnicode: return counted(UInt8.self, at: argument, isText: true, raw)
        case .long4, .binBytes: return counted(UInt32.self, at: argument, isText: false, raw)
        case .binString, .binUnicode: return counted(UInt32.self, at: argument, isText: true, raw)
        case .binBytes8, .byteArray8: return counted(UInt64.self, at: argument, isText: false, raw)
        case .binUnicode8: return counted(UInt64.self, at: argument, isText: true, raw)
        default: return argument
        }
    }

    private mutating func note(_ module: String, _ name: String, _ opcode: PickleOpcode, _ offset: Int) {
        globals.append(PickleGlobalUse(module: module, name: name, offset: offset, opcode: opcode.name))
    }

    private mutating func remember(_ start: Int, _ count: Int) {
        if texts.count == 2 { texts[0] = texts[1] } else { texts.append((start, count)) }
        texts[texts.count - 1] = (start, count)
    }

    /// The bytes as text, or `?` if they are not UTF-8 or longer than any name.
    private func text(_ start: Int, _ count: Int, _ raw: UnsafeRawBufferPointer) -> String {
        guard count <= 1024, start >= 0, count >= 0, start + count <= raw.count else { return "?" }
        return String(validating: raw[start..<start + count], as: UTF8.self) ?? "?"
    }

    private func fixed(_ count: Int, at offset: Int, _ raw: UnsafeRawBufferPointer) -> Int? {
        offset + count <= raw.count ? offset + count : nil
    }

    private func integer<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int, _ raw: UnsafeRawBufferPointer) -> Int? {
        guard offset + Number.bitWidth / 8 <= raw.count else { return nil }
        return Int(exactly: Number(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: type)))
    }

    private mutating func counted<Length: FixedWidthInteger>(
        _ type: Length.Type, at offset: Int, isText: Bool, _ raw: UnsafeRawBufferPointer
    ) -> Int? {
        let start = offset + Length.bitWidth / 8
        guard let length = integer(type, at: offset, raw), length <= raw.count - start else { return nil }
        if isText { remember(start, length) }
        return start + length
    }

    /// The length of a line and the offset of the next one.
    private func line(at offset: Int, _ raw: UnsafeRawBufferPointer) -> (count: Int, next: Int)? {
        guard offset <= raw.count, let end = raw[offset...].firstIndex(of: 0x0A) else { return nil }
        return (end - offset, end + 1)
    }
}
