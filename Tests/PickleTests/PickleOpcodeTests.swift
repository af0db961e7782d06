import Testing

@testable import Pickle

/// Opcodes have the names that Python's pickletools prints, so that findings can be looked up there.
@Suite struct PickleOpcodeTests {
    @Test("Opcode names are those of pickletools")
    func namesAreThoseOfPickletools() {
        #expect(PickleOpcode.allCases.count == 68)
        #expect(Set(PickleOpcode.allCases.map(\.name)).count == 68)
        let expected: [PickleOpcode: String] = [
            .shortBinString: "SHORT_BINSTRING", .shortBinUnicode: "SHORT_BINUNICODE", .shortBinBytes: "SHORT_BINBYTES",
            .longBinGet: "LONG_BINGET", .longBinPut: "LONG_BINPUT", .emptyDict: "EMPTY_DICT", .stackGlobal: "STACK_GLOBAL",
            .newObjEx: "NEWOBJ_EX", .binPersId: "BINPERSID", .persId: "PERSID", .binUnicode8: "BINUNICODE8", .byteArray8: "BYTEARRAY8",
            .popMark: "POP_MARK", .nextBuffer: "NEXT_BUFFER", .readonlyBuffer: "READONLY_BUFFER", .binInt1: "BININT1", .global: "GLOBAL",
        ]
        for (opcode, name) in expected { #expect(opcode.name == name) }
    }

    @Test("A persistent id of protocol 0 is its line")
    func aPersistentIdOfProtocol0IsItsLine() throws {
        let document = try read(Array("Pan id\n.".utf8))
        guard case .persistentReference(let id)? = document.node(document.root) else {
            Issue.record("no persistent reference")
            return
        }
        #expect(document.string(id) == "an id")
        #expect(document.globals.map(\.opcode) == ["PERSID"])
    }

    @Test("Buffers and extension codes without their bytes are refused")
    func buffersNeedTheirBytesAndTheirTarget() {
        #expect(throws: PickleError.stackUnderflow(file: "test.pkl", opcode: "READONLY_BUFFER", offset: 0)) { try read([0x98, 0x2E]) }
        #expect(throws: PickleError.cutShort(file: "test.pkl", needed: 4, available: 2, offset: 0)) { try read([0x84, 1, 0x2E]) }
    }
}
