import Files

/// What can be wrong with a pickle. Offsets are from the pickle's first byte.
public enum PickleError: DescribedError, Equatable {
    case unknownOpcode(file: String, opcode: UInt8, offset: Int)
    case cutShort(file: String, needed: UInt64, available: Int, offset: Int)
    case unsupportedProtocol(file: String, version: Int, offset: Int)
    case stackUnderflow(file: String, opcode: String, offset: Int)
    case noMark(file: String, opcode: String, offset: Int)
    case missingMemo(file: String, index: Int, offset: Int)
    case invalidText(file: String, offset: Int)
    case invalidNumber(file: String, text: String, offset: Int)
    case wrongTarget(file: String, opcode: String, target: String, offset: Int)
    case wrongOperand(file: String, opcode: String, detail: String, offset: Int)
    case tooManyNodes(file: String, limit: Int, offset: Int)
    case memoTooLarge(file: String, limit: Int, offset: Int)
    case tooManyOpcodes(file: String, limit: Int, offset: Int)
    case tooDeep(file: String, limit: Int)
    case brokenFrame(file: String, detail: String, offset: Int)
    case unencodable(what: String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .unknownOpcode(let file, let opcode, let offset):
            "\(file): byte 0x\(String(opcode, radix: 16)) at offset \(offset) of the pickle is not an opcode"
        case .cutShort(let file, let needed, let available, let offset):
            "\(file): the pickle is cut short at offset \(offset): \(needed) bytes wanted, \(available) are there"
        case .unsupportedProtocol(let file, let version, let offset):
            "\(file): pickle protocol \(version) at offset \(offset) is not known (0 to 5 are)"
        case .stackUnderflow(let file, let opcode, let offset): "\(file): \(opcode) at offset \(offset) of the pickle finds too few values"
        case .noMark(let file, let opcode, let offset): "\(file): \(opcode) at offset \(offset) of the pickle finds no mark"
        case .missingMemo(let file, let index, let offset):
            "\(file): memo entry \(index), asked for at offset \(offset) of the pickle, was never set"
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

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .cutShort, .missingMemo: "fetch the file again or save it again"
        case .unencodable: "leave it out with --drop"
        case .brokenFrame: "no pickler writes this, and readers of it disagree: do not trust the file"
        case .tooManyNodes, .memoTooLarge, .tooManyOpcodes, .tooDeep: "the file was probably made to exhaust memory: do not trust it"
        default: "the file is damaged or is not a pickle: fetch it again or save it again"
        }
    }
}
