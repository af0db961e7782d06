import ConvertFiles
import Synchronization

/// Runs parts of some work on a fixed number of threads; each thread takes the next part when it is done with one.
package struct Workers: Sendable {
    /// Threads.
    package let count: Int

    /// Memory that a thread with a network of its own is reckoned to take, if their number is not given.
    private static let memoryOfThread = 256 << 20

    /// This number of threads; nil for one per core, as far as there is memory for them.
    package init(count: Int?) { self.count = max(1, count ?? min(coreCount, MemoryBudget.bytes / Workers.memoryOfThread)) }

    /// What `body` makes of every item, in the items' order.
    package func map<Result: Sendable>(_ items: Int, _ body: @escaping @Sendable (_ item: Int) -> Result) -> [Result] {
        let results = Mutex<[Result?]>([Result?](repeating: nil, count: items))
        forEach(items) { item, _ in
            let result = body(item)
            results.withLock { $0[item] = result }
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    /// Calls `body` for every item; `worker` says which thread's scratch it may use. Returns when all are done.
    package func forEach(_ items: Int, _ body: @escaping @Sendable (_ item: Int, _ worker: Int) -> Void) {
        guard items > 1, count > 1 else {
            for item in 0..<items { body(item, 0) }
            return
        }
        let next = Counter()
        Crew.shared.run(min(count, items)) { worker in
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
