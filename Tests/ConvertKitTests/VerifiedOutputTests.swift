import ConvertFiles
import ConvertKit
import Exporters
import Foundation
import TestSupport
import Testing

/// An output gets its name only after it was read back and found right.
@Suite struct VerifiedOutputTests {
    let folder = Fixtures.temporaryFolder()
    let small = Fixtures.path("models/ir_small.pth")

    private struct Refusal: Error, Equatable {}

    private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    private func write(
        _ target: String, replacing: Bool = false, events: EventHandler = { _ in }, compare: (MappedFile) throws -> Int,
        accepts: (Int) -> Bool = { _ in true }
    ) throws -> VerifiedOutput<Int> {
        try VerifiedOutput(
            target, replacing: replacing, source: try ModelSource(small).openFile(), events: events,
            write: {
                try $0.write(Array("new".utf8))
                return []
            }, compare: { file, _ in try compare(file) }, accepts: accepts)
    }

    @Test("The comparison reads the flushed bytes while the target does not exist yet") func comparisonComesFirst() throws {
        let target = "\(folder)/out"
        var seen: [String] = []
        let output = try write(target, events: { if case .readingBack(let path) = $0 { seen.append(path) } }) { file in
            #expect(file.bytes.array == Array("new".utf8))
            #expect(FileIdentity(path: target) == nil)
            return 7
        }
        #expect(output.isCommitted && output.finding == 7 && output.byteCount == 3 && seen == [target])
        #expect(try Fixtures.bytes(target) == Array("new".utf8))
    }

    @Test("A finding that is not accepted leaves nothing, and a file that was there as it was") func aRefusedFindingLeavesNothing() throws {
        let target = "\(folder)/out"
        #expect(try !write(target, compare: { _ in 1 }, accepts: { $0 == 0 }).isCommitted)
        #expect(names.isEmpty)
        Fixtures.write([1], to: target)
        #expect(try !write(target, replacing: true, compare: { _ in 1 }, accepts: { $0 == 0 }).isCommitted)
        #expect(try Fixtures.bytes(target) == [1] && names == ["out"])
    }

    @Test("An error in the comparison leaves nothing") func anErrorLeavesNothing() throws {
        #expect(throws: Refusal()) { try write("\(folder)/out", compare: { _ in throw Refusal() }) }
        #expect(names.isEmpty)
    }

    @Test("A source that changes before the commit leaves nothing") func aChangedSourceLeavesNothing() throws {
        let copy = "\(folder)/source.pth"
        Fixtures.write(try Fixtures.bytes(small), to: copy)
        let source = try ModelSource(copy).openFile()
        #expect(throws: FileError.changedWhileRead(path: copy)) {
            try VerifiedOutput<Void>(
                "\(folder)/out", replacing: false, source: source, events: { _ in },
                write: {
                    try $0.write([9])
                    return []
                },
                compare: { _, _ in
                    // As a training program does that saves its checkpoint again.
                    Fixtures.write([1, 2, 3], to: copy)
                })
        }
        #expect(names == ["source.pth"])
    }
}
