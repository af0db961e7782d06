import Pickle
import Testing

/// The cost of reading a pickle grows with its size.
@Suite struct PickleCostTests {
    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let took = try ContinuousClock().measure(body)
        return Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
    }

    /// Eight times the steps take about eight times as long; copying the container at each step would make it sixty-four. Unoptimized
    /// code holds a second reference for longer, so this only applies to the optimized code that ships.
    @Test(
        "Containers grow in place, so cost is linear in the number of opcodes",
        .enabled(if: !_isDebugAssertConfiguration(), "unoptimized code copies"), arguments: ["list", "set", "dictionary", "object"])
    func containersGrowInPlace(_ kind: String) throws {
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

    @Test("A deflated pickle is limited by its compressed size")
    func aDeflatedPickleIsBoundedByItsCompressedSize() throws {
        let nones = [0x5D, 0x28] + [UInt8](repeating: 0x4E, count: 3_000_000) + [0x65, 0x2E]
        _ = try read(nones)
        let error = #expect(throws: PickleError.self) {
            try read(nones, limits: PickleLimits(byteCount: nones.count, inflatedFrom: 3000))
        }
        if case .tooManyOpcodes? = error {} else { Issue.record("\(String(describing: error))") }
        let lists = [0x5D, 0x28] + [UInt8](repeating: 0x5D, count: 1_200_000) + [0x65, 0x2E]
        #expect(throws: PickleError.self) { try read(lists, limits: PickleLimits(byteCount: lists.count, inflatedFrom: 1200)) }
    }

    @Test("The values that sharing expands to are counted")
    func whatSharingUnfoldsToIsCounted() throws {
        func doubled(_ steps: UInt8) -> [UInt8] {
            [0x5D, 0x71, 0] + (0..<steps).flatMap { [0x5D, 0x71, $0 + 1, 0x68, $0, 0x61, 0x68, $0, 0x61] } + [0x2E]
        }
        #expect(try read(doubled(0)).unfoldedCount == 1)
        // A list of two references is three values and their contents.
        #expect(try read(doubled(1)).unfoldedCount == 3 + 2)
        #expect(try read(doubled(100)).unfoldedCount == Int.max)
    }
}
