import Files
import Testing

@testable import Pickle

private func read(_ bytes: [UInt8], limits: PickleLimits? = nil) throws -> PickleDocument {
    try PickleMachine.read(ByteView(copying: bytes, name: "test.pkl"), limits: limits)
}

private func frame(_ length: UInt64) -> [UInt8] { [0x95] + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } }

/// Frames as CPython's C unpickler keeps them: it drops what is left of a frame that an argument runs out of.
@Suite struct PickleFrameTests {
    @Test func framesThatHoldWholeOpcodesAreRead() throws {
        #expect(try read([0x80, 4] + frame(3) + [0x4B, 7, 0x2E]).root == .integer(7))
        // A large object lies between frames.
        #expect(try read([0x80, 4] + frame(1) + [0x5D] + [0x42, 1, 0, 0, 0, 9] + frame(2) + [0x30, 0x2E]).byteCount == 29)
        #expect(try read([0x80, 4] + frame(0) + [0x4E, 0x2E]).root == .none)
    }

    @Test(arguments: [
        [0x80, 4] + frame(1) + [0x4B, 7, 0x2E],  // an argument across the end
        [0x80, 4] + frame(2) + [0x42, 1, 0, 0, 0, 9, 0x2E],
        [0x80, 4] + frame(12) + [0x5D] + frame(2) + [0x30, 0x4E, 0x2E],  // a frame in a frame
        [0x80, 4] + frame(2) + [0x4E] + frame(1) + [0x2E],
        [0x80, 4] + frame(99) + [0x4E, 0x2E],  // past the bytes
        [0x80, 4] + frame(UInt64.max) + [0x4E, 0x2E],
        [0x80, 4] + frame(4) + [0x4E, 0x2E, 0x4E, 0x2E],  // past STOP
    ]) func anyOtherFrameIsRefusedByName(_ bytes: [UInt8]) throws {
        let error = #expect(throws: PickleError.self) { try read(bytes) }
        if case .brokenFrame? = error {} else { Issue.record("\(String(describing: error))") }
        #expect(error?.problem.contains("FRAME") == true)
    }
}

/// Text opcodes as Python reads them; what its own readers take in different ways is refused.
@Suite struct PickleTextTests {
    private func text(_ line: String) throws -> String? {
        let document = try read(Array(line.utf8) + [0x0A, 0x2E])
        return document.string(document.root)
    }

    @Test func aBackslashTakesTheNextByteWithIt() throws {
        #expect(try text(#"V\u0041"#) == "A")
        #expect(try text(#"V\\u0041"#) == #"\\u0041"#)
        #expect(try text(#"V\\\u0041"#) == #"\\A"#)
        #expect(try text(#"Vab\"#) == #"ab\"#)
        #expect(try text(#"V\x41\U0001F600"#) == #"\x41😀"#)
        for wrong in [#"V\u00"#, #"V\u+041"#, #"V\U00110000"#, #"V\ud83d\ude00"#] { #expect(throws: PickleError.self) { try text(wrong) } }
    }

    @Test func quotedStringsHaveTheEscapesOfPythonTwo() throws {
        #expect(try text(#"S'\x41\102\w\'\\'"#) == #"AB\w'\"#)
        for wrong in [#"S'\x+1'"#, #"S'\x4'"#, #"S'a"#, #"S'a' "#, "S'a'\r", #"S'a\'"#] {
            #expect(throws: PickleError.self) { try text(wrong) }
        }
    }

    @Test func numbersInTextAreThoseThatPythonWrites() throws {
        func root(_ line: String) throws -> PickleValue { try read(Array(line.utf8) + [0x0A, 0x2E]).root }
        #expect(try root("I-12") == .integer(-12))
        #expect(try root("I00") == .boolean(false))
        #expect(try root("L12L") == .integer(12))
        #expect(try root("F-1.5e-3") == .float(-0.0015))
        #expect(try root("F-inf") == .float(-.infinity))
        // C reads octal and hexadecimal, Python's own unpickler refuses; blanks, signs and underscores are as doubtful.
        let wrong = [
            "I010", "I0x10", "I+5", "I 5", "I5 ", "I1_0", "I5L", "I01\r", "I", "I-", "L0x5L", "L05L", "L5LL", "F0x1p3", "F1_0", "F 1",
            "F1e999",
            "FInfinity", "F",
        ]
        for line in wrong { #expect(throws: PickleError.self, "\(line)") { try root(line) } }
    }

    @Test func bytesThatOnlyRepeatTheSignAreNotPartOfAnInteger() throws {
        #expect(try read([0x8A, 10, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x2E]).root == .integer(5))
        #expect(try read([0x8A, 10, 0xFB] + [UInt8](repeating: 0xFF, count: 9) + [0x2E]).root == .integer(-5))
    }

    @Test func longIntegersHaveTheirDigits() throws {
        let googol = "1" + String(repeating: "0", count: 100)
        for digits in ["9223372036854775808", "-9223372036854775809", googol, "-" + googol, "123456789012345678901234567890"] {
            let document = try read(Array("L\(digits)L\n.".utf8))
            guard case .bigInteger(let bytes)? = document.node(document.root) else {
                Issue.record("not a long integer: \(digits)")
                continue
            }
            #expect(BigDecimalText.decimal(bytes) == digits)
        }
        #expect(BigDecimalText.decimal([UInt8](repeating: 0, count: 299) + [1]) == "0x01" + String(repeating: "0", count: 598))
        #expect(throws: PickleError.self) { try read(Array("L\(String(repeating: "1", count: 5000))L\n.".utf8)) }
    }
}

/// What a pickle costs grows as its bytes do.
@Suite struct PickleCostTests {
    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let took = try ContinuousClock().measure(body)
        return Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
    }

    /// Eight times the steps take about eight times as long; a copy of the container at each step would make that sixty-four. Unoptimized
    /// code keeps a second reference for longer, so this is a promise of the code that ships.
    @Test(
        .enabled(if: !_isDebugAssertConfiguration(), "unoptimized code copies"), arguments: ["list", "set", "dictionary", "object"])
    func containersGrowInPlace(
        _ kind: String
    ) throws {
        func pickle(_ count: Int) -> [UInt8] {
            let step: [UInt8]
            let start: [UInt8]
            switch kind {
            case "list": (start, step) = ([0x5D], [0x4B, 1, 0x61])
            case "set": (start, step) = ([0x8F], [0x28, 0x4B, 1, 0x90])
            case "dictionary": (start, step) = ([0x7D], [0x4B, 1, 0x4E, 0x73])
            default: (start, step) = (Array("ca\nb\n)R".utf8), [0x4B, 1, 0x61])
            }
            return start + (0..<count).flatMap { _ in step } + [0x2E]
        }
        let small = pickle(40_000)
        let large = pickle(320_000)
        let first = try seconds { _ = try read(small) }
        let second = try seconds { _ = try read(large) }
        #expect(second < 30 * first + 0.5, "\(first) s and \(second) s for eight times as many")
    }

    @Test func aDeflatedPickleIsBoundedByItsCompressedSize() throws {
        let nones = [0x5D, 0x28] + [UInt8](repeating: 0x4E, count: 3_000_000) + [0x65, 0x2E]
        _ = try read(nones)
        let error = #expect(throws: PickleError.self) {
            try read(nones, limits: PickleLimits(byteCount: nones.count, inflatedFrom: 3000))
        }
        if case .tooManyOpcodes? = error {} else { Issue.record("\(String(describing: error))") }
        let lists = [0x5D, 0x28] + [UInt8](repeating: 0x5D, count: 1_200_000) + [0x65, 0x2E]
        #expect(throws: PickleError.self) { try read(lists, limits: PickleLimits(byteCount: lists.count, inflatedFrom: 1200)) }
    }

    @Test func whatSharingUnfoldsToIsCounted() throws {
        func doubled(_ steps: UInt8) -> [UInt8] {
            [0x5D, 0x71, 0] + (0..<steps).flatMap { [0x5D, 0x71, $0 + 1, 0x68, $0, 0x61, 0x68, $0, 0x61] } + [0x2E]
        }
        #expect(try read(doubled(0)).unfoldedCount == 1)
        // A list of two references is three values and what they hold.
        #expect(try read(doubled(1)).unfoldedCount == 3 + 2)
        #expect(try read(doubled(100)).unfoldedCount == Int.max)
    }
}
