import Synchronization
import Testing

@testable import ConvertInference

/// Short work on shared threads.
@Suite struct CrewTests {
    @Test("Every item is done once, and no worker has two items at a time", arguments: [1, 2, 5, 32])
    func everyItemIsDoneOnceByAWorkerOfItsOwn(threads: Int) {
        for round in 0..<200 {
            let items = 1 + round % 17
            let done = Mutex([Int](repeating: 0, count: items))
            let inside = Mutex(Set<Int>())
            Workers(count: threads).forEach(items) { item, worker in
                #expect(worker < threads)
                let isAlone = inside.withLock { $0.insert(worker).inserted }
                #expect(isAlone, "two threads are one worker at once")
                done.withLock { $0[item] += 1 }
                _ = inside.withLock { $0.remove(worker) }
            }
            #expect(done.withLock { $0 } == [Int](repeating: 1, count: items))
        }
    }

    @Test("Nested work finishes without a deadlock") func callersDoNotWaitForEachOther() {
        let sum = Atomic<Int>(0)
        Workers(count: 4).forEach(8) { outer, _ in
            Workers(count: 3).forEach(50) { inner, _ in sum.wrappingAdd(outer * 50 + inner, ordering: .relaxed) }
        }
        #expect(sum.load(ordering: .relaxed) == 400 * 399 / 2)
    }
}
