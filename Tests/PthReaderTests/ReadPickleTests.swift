import ConvertFiles
import Pickle
import Testing

@testable import PthReader

/// A pickle that was read once is given again for its own bytes alone.
@Suite struct ReadPickleTests {
    @Test("Only the very same bytes of the file have the document") func onlyTheSameBytes() throws {
        let bytes = ByteView(copying: [0x80, 2, 0x4E, 0x2E, 0x80, 2, 0x88, 0x2E], name: "two pickles")
        let (one, other) = (try bytes.window(at: 0, count: 4), try bytes.window(at: 4, count: 4))
        let read = ReadPickle(bytes: one, document: try PickleMachine.read(one, limits: PickleLimits(byteCount: 4)))
        #expect(read.document(of: one)?.byteCount == 4)
        #expect(read.document(of: other) == nil && read.document(of: bytes) == nil)
    }
}
