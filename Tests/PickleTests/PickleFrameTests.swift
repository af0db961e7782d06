import Pickle
import Testing

private func frame(_ length: UInt64) -> [UInt8] { [0x95] + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } }

/// Frames as CPython's C unpickler handles them: when an argument crosses the end of a frame, it drops the rest of the frame.
@Suite struct PickleFrameTests {
    @Test("Frames that hold whole opcodes are read")
    func framesThatHoldWholeOpcodesAreRead() throws {
        #expect(try read([0x80, 4] + frame(3) + [0x4B, 7, 0x2E]).root == .integer(7))
        // A large object is between frames.
        #expect(try read([0x80, 4] + frame(1) + [0x5D] + [0x42, 1, 0, 0, 0, 9] + frame(2) + [0x30, 0x2E]).byteCount == 29)
        #expect(try read([0x80, 4] + frame(0) + [0x4E, 0x2E]).root == .none)
    }

    @Test(
        "Any other frame is refused",
        arguments: [
            [0x80, 4] + frame(1) + [0x4B, 7, 0x2E],  // an argument across the end
            [0x80, 4] + frame(2) + [0x42, 1, 0, 0, 0, 9, 0x2E],
            [0x80, 4] + frame(12) + [0x5D] + frame(2) + [0x30, 0x4E, 0x2E],  // a frame in a frame
            [0x80, 4] + frame(2) + [0x4E] + frame(1) + [0x2E],
            [0x80, 4] + frame(99) + [0x4E, 0x2E],  // past the bytes
            [0x80, 4] + frame(UInt64.max) + [0x4E, 0x2E],
            [0x80, 4] + frame(4) + [0x4E, 0x2E, 0x4E, 0x2E],  // past STOP
        ])
    func anyOtherFrameIsRefusedByName(_ bytes: [UInt8]) throws {
        let error = #expect(throws: PickleError.self) { try read(bytes) }
        if case .brokenFrame? = error {} else { Issue.record("\(String(describing: error))") }
        #expect(error?.problem.contains("FRAME") == true)
    }
}
