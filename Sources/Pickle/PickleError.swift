import ConvertFiles

/// What can be wrong with a pickle. Offsets are from the pickle's first byte.
package enum PickleError: DescribedError, Equatable {
    /// A byte that is not an opcode.
    case unknownOpcode(file: String, opcode: UInt8, offset: Int)
    /// An argument that extends past the end of the bytes.
    case cutShort(file: String, needed: UInt64, available: Int, offset: Int)
    /// A protocol newer than 5.
    case unsupportedProtocol(file: String, version: Int, offset: Int)
    /// An opcode that needs more values than are on the stack.
    case stackUnderflow(file: String, opcode: String, offset: Int)
    /// An opcode that needs a mark, and there is none on the stack.
    case noMark(file: String, opcode: String, offset: Int)
    /// A read of a memo entry that was never set.
    case missingMemo(file: String, index: Int, offset: Int)
    /// A string that is not valid in its encoding.
    case invalidText(file: String, offset: Int)
    /// A number in text that Python's pickler would not write, which readers interpret differently.
    case invalidNumber(file: String, text: String, offset: Int)
    /// An opcode applied to a value that cannot take it.
    case wrongTarget(file: String, opcode: String, target: String, offset: Int)
    /// An opcode with an operand of the wrong kind.
    case wrongOperand(file: String, opcode: String, detail: String, offset: Int)
    /// More nodes than a pickle of this size should have.
    case tooManyNodes(file: String, limit: Int, offset: Int)
    /// A memo index beyond what a pickle of this size should use.
    case memoTooLarge(file: String, limit: Int, offset: Int)
    /// More opcodes than the compressed size of a deflated pickle should hold.
    case tooManyOpcodes(file: String, limit: Int, offset: Int)
    /// Values nested deeper than readers can recurse.
    case tooDeep(file: String, limit: Int)
    /// A frame that does not hold whole opcodes, which readers treat differently.
    case brokenFrame(file: String, detail: String, offset: Int)
    /// A value that protocol 2 cannot represent.
    case unencodable(what: String)

    /// What is wrong, in one line.
    package var problem: String {
        switch self {
        case .unknownOpcode(let file, let opcode, let offset):
            "\(file): byte 0x\(String(opcode, radix: 16)) at offset \(offset) of the pickle is not an opcode"
        case .cutShort(let file, let needed, let available, let offset):
            "\(file): the pickle is cut short at offset \(offset): \(needed) bytes wanted, but only \(available) are left"
        case .unsupportedProtocol(let file, let version, let offset):
            "\(file): pickle protocol \(version) at offset \(offset) is unknown (0 to 5 are supported)"
        case .stackUnderflow(let file, let opcode, let offset):
            "\(file): \(opcode) at offset \(offset) of the pickle needs more values than are on the stack"
        case .noMark(let file, let opcode, let offset):
            "\(file): \(opcode) at offset \(offset) of the pickle needs a mark, and there is none"
        case .missingMemo(let file, let index, let offset):
            "\(file): memo entry \(index), read at offset \(offset) of the pickle, was never set"
        case .invalidText(let file, let offset): "\(file): the text at offset \(offset) of the pickle is not valid"
        case .invalidNumber(let file, let text, let offset):
            "\(file): \"\(text.prefix(40))\" at offset \(offset) of the pickle is not a number as Python writes it"
        case .wrongTarget(let file, let opcode, let target, let offset):
            "\(file): \(opcode) at offset \(offset) of the pickle is applied to \(target)"
        case .wrongOperand(let file, let opcode, let detail, let offset): "\(file): \(opcode) at offset \(offset) of the pickle: \(detail)"
        case .tooManyNodes(let file, let limit, let offset):
            "\(file): the pickle builds more than \(limit) objects by offset \(offset), more than a file of this size should"
        case .memoTooLarge(let file, let limit, let offset): "\(file): the pickle's memo grows past \(limit) entries at offset \(offset)"
        case .tooManyOpcodes(let file, let limit, let offset):
            "\(file): the deflated pickle has more than \(limit) opcodes at offset \(offset), more than its compressed size should hold"
        case .brokenFrame(let file, let detail, let offset): "\(file): FRAME at offset \(offset) of the pickle: \(detail)"
        case .tooDeep(let file, let limit): "\(file): the pickle's values are nested more than \(limit) deep"
        case .unencodable(let what): "\(what) cannot be pickled"
        }
    }

    /// What the user can do about it.
    package var remedy: String {
        switch self {
        case .cutShort, .missingMemo: "fetch the file again or save it again"
        case .unencodable: "leave it out"
        case .brokenFrame: "no pickler writes this, and readers disagree about it: do not trust the file"
        case .tooManyNodes, .memoTooLarge, .tooManyOpcodes, .tooDeep: "the file was probably made to exhaust memory: do not trust it"
        default: "the file is damaged or is not a pickle: fetch it again or save it again"
        }
    }

    /// What a caller could decide differently; empty for most errors.
    package var decisions: [Decision] { if case .unencodable = self { [.drop] } else { [] } }
}
