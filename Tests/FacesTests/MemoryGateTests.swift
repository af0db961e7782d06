import ConvertInference
import Glibc
import Synchronization
import Testing

@testable import ConvertFaces

/// Threads share memory up to a limit.
@Suite struct MemoryGateTests {
    @Test("Shares never exceed the limit together, and a larger one runs alone")
    func sharesNeverPassTheLimitTogetherAndALargeOneIsAlone() throws {
        let gate = MemoryGate(limit: 10)
        let taken = Atomic<Int>(0)
        let worst = Mutex(0)
        let wasAlone = Mutex(true)
        let work: @Sendable (Int) -> Void = { item in
            let bytes = item.isMultiple(of: 50) ? 25 : 1 + item % 5
            gate.holding(bytes) {
                let now = taken.wrappingAdd(bytes, ordering: .sequentiallyConsistent).newValue
                worst.withLock { $0 = max($0, bytes > 10 ? 0 : now) }
                if bytes > 10, now != bytes { wasAlone.withLock { $0 = false } }
                // Long enough for the others to arrive at the gate.
                usleep(200)
                taken.wrappingSubtract(bytes, ordering: .sequentiallyConsistent)
            }
        }
        // On dedicated threads, so that there are several whatever else is running.
        try Workers(count: 8).inOrder(600, make: work, use: { _, _ in })
        #expect((8...10).contains(worst.withLock { $0 }) && wasAlone.withLock { $0 } && taken.load(ordering: .relaxed) == 0)
    }

    private struct Refusal: Error {}

    @Test("A body that throws returns its share") func whatThrowsGivesItsShareBack() {
        let gate = MemoryGate(limit: 1)
        for _ in 0..<3 { #expect(throws: Refusal.self) { try gate.holding(1) { throw Refusal() } } }
        #expect(gate.holding(1) { true })
    }
}
