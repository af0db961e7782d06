import Dispatch
import Synchronization

/// Runs parts of a step on a fixed number of threads; each thread takes the next part when it is done with one.
struct Workers: Sendable {
    /// Threads.
    let count: Int

    /// Calls `body` for every item; `worker` tells which thread's scratch it may use. Returns when all are done.
    func forEach(_ items: Int, _ body: @escaping @Sendable (_ item: Int, _ worker: Int) -> Void) {
        guard items > 1, count > 1 else {
            for item in 0..<items { body(item, 0) }
            return
        }
        let next = Counter()
        DispatchQueue.concurrentPerform(iterations: min(count, items)) { worker in
            while true {
                let item = next.take()
                guard item < items else { return }
                body(item, worker)
            }
        }
    }

    private final class Counter: Sendable {
        private let value = Atomic<Int>(0)

        func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
    }
}
