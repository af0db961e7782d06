import Files

/// A walk over a pickle's opcodes by their syntax alone, as Python's `pickletools.genops` does it: no stack, no memo, no values.
///
/// It goes on where `PickleMachine` refuses to, so that a scan can list what stands behind that place.
public struct PickleOpcodeWalk {
    /// How a walk ends.
    public enum Ending: Sendable, Equatable {
        /// At a STOP.
        case stop
        /// At a byte that is no opcode, or in the middle of one.
        case broken
    }

    /// A class or function that GLOBAL, INST or STACK_GLOBAL names; the texts of the last are taken to be the two before it.
    public private(set) var globals: [PickleGlobalUse] = []
    /// Whether an opcode that calls something stands behind the first name.
    public private(set) var calls = false
    /// The highest index that a PUT gives to the memo.
    public private(set) var highestMemo = 0
    /// How the walk ended.
    public private(set) var ending = Ending.broken
    /// Offset behind the last opcode that was read.
    public private(set) var end: Int

    private let bytes: ByteView
    private var texts: [String] = []

    /// Walks from `start` to the first STOP or to what is no opcode.
    public init(_ bytes: ByteView, from start: Int = 0) {
        self.bytes = bytes
        end = start
        while let opcode = (try? bytes.byte(at: end)).flatMap(PickleOpcode.init(rawValue:)) {
            guard let next = step(opcode, at: end) else { return }
            end = next
            if opcode == .stop {
                ending = .stop
                return
            }
        }
    }

    private mutating func step(_ opcode: PickleOpcode, at offset: Int) -> Int? {
        let argument = offset + 1
        switch opcode {
        case .global, .inst:
            guard let module = line(at: argument), let name = line(at: module.next) else { return nil }
            note(module.text, name.text, opcode, offset)
            if opcode == .inst { calls = true }
            return name.next
        case .stackGlobal:
            if texts.count == 2 { note(texts[0], texts[1], opcode, offset) } else { note("?", "?", opcode, offset) }
            return argument
        case .reduce, .newObj, .newObjEx, .obj, .build:
            if !globals.isEmpty { calls = true }
            return argument
        case .string, .unicode:
            guard let text = line(at: argument) else { return nil }
            remember(opcode == .string ? String(text.text.dropFirst().dropLast()) : text.text)
            return text.next
        case .put:
            guard let index = line(at: argument) else { return nil }
            highestMemo = max(highestMemo, Int(index.text) ?? 0)
            return index.next
        case .longBinPut:
            highestMemo = max(highestMemo, (try? bytes.integer(at: argument, as: UInt32.self)).map { Int($0) } ?? 0)
            return fixed(4, at: argument)
        case .float, .int, .long, .get, .persId: return line(at: argument)?.next
        case .binInt, .longBinGet, .ext4: return fixed(4, at: argument)
        case .binInt1, .binGet, .binPut, .ext1, .proto: return fixed(1, at: argument)
        case .binInt2, .ext2: return fixed(2, at: argument)
        case .binFloat, .frame: return fixed(8, at: argument)
        case .long1, .shortBinBytes: return counted(UInt8.self, at: argument, isText: false)
        case .shortBinString, .shortBinUnicode: return counted(UInt8.self, at: argument, isText: true)
        case .long4, .binBytes: return counted(UInt32.self, at: argument, isText: false)
        case .binString, .binUnicode: return counted(UInt32.self, at: argument, isText: true)
        case .binBytes8, .byteArray8: return counted(UInt64.self, at: argument, isText: false)
        case .binUnicode8: return counted(UInt64.self, at: argument, isText: true)
        default: return argument
        }
    }

    private mutating func note(_ module: String, _ name: String, _ opcode: PickleOpcode, _ offset: Int) {
        globals.append(PickleGlobalUse(module: module, name: name, offset: offset, opcode: opcode.name))
    }

    private mutating func remember(_ text: String) {
        texts.append(text)
        if texts.count > 2 { texts.removeFirst() }
    }

    private func fixed(_ count: Int, at offset: Int) -> Int? { offset + count <= bytes.count ? offset + count : nil }

    private mutating func counted<Length: FixedWidthInteger>(_ type: Length.Type, at offset: Int, isText: Bool) -> Int? {
        let start = offset + Length.bitWidth / 8
        guard let length = (try? bytes.integer(at: offset, as: type)).flatMap({ Int(exactly: $0) }),
            let view = try? bytes.window(at: start, count: length)
        else { return nil }
        // Names are short; longer texts are data.
        if isText { remember(length <= 1024 ? view.text ?? "?" : "?") }
        return start + length
    }

    private func line(at offset: Int) -> (text: String, next: Int)? {
        guard offset <= bytes.count, let rest = try? bytes.window(at: offset, count: bytes.count - offset),
            let length = rest.withUnsafeBytes({ $0.firstIndex(of: 0x0A) }), let view = try? rest.window(at: 0, count: length)
        else { return nil }
        return (view.text ?? "?", offset + length + 1)
    }
}
