import Glibc
import Inference
import Synchronization
import Testing

@testable import Faces

/// Threads share memory up to a limit.
@Suite struct MemoryGateTests {
    @Test func sharesNeverPassTheLimitTogetherAndALargeOneIsAlone() throws {
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
                // Long enough that the others come to the gate meanwhile.
                usleep(200)
                taken.wrappingSubtract(bytes, ordering: .sequentiallyConsistent)
            }
        }
        // On threads of their own, so that there are several whatever else is under way.
        try Workers(count: 8).inOrder(600, make: work, use: { _, _ in })
        #expect((8...10).contains(worst.withLock { $0 }) && wasAlone.withLock { $0 } && taken.load(ordering: .relaxed) == 0)
    }

    private struct Refusal: Error {}

    @Test func whatThrowsGivesItsShareBack() {
        let gate = MemoryGate(limit: 1)
        for _ in 0..<3 { #expect(throws: Refusal.self) { try gate.holding(1) { throw Refusal() } } }
        #expect(gate.holding(1) { true })
    }
}
