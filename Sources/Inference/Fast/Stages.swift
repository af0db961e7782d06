import CCPU
import Glibc
import Kernels
import Synchronization

/// Some work that threads share out among them item by item.
struct Stage: Sendable {
    /// Items of work.
    let items: Int
    /// The weights that an item begins with, if it reads many; nil if no item does.
    let weights: (@Sendable (_ item: Int) -> WeightAddress?)?
    /// Does one item; `worker` says which thread's scratch it may use, `following` which weights that thread is likely to need next.
    let body: @Sendable (_ item: Int, _ worker: Int, _ following: WeightAddress?) -> Void

    init(
        items: Int, weights: (@Sendable (_ item: Int) -> WeightAddress?)? = nil,
        body: @escaping @Sendable (_ item: Int, _ worker: Int, _ following: WeightAddress?) -> Void
    ) {
        self.items = items
        self.weights = weights
        self.body = body
    }

    /// Several stages that may be done side by side.
    init(joining stages: [Stage]) {
        var ends: [Int] = []
        for stage in stages { ends.append((ends.last ?? 0) + stage.items) }
        let bounds = ends
        @Sendable func place(_ item: Int) -> (stage: Stage, item: Int) {
            // The first stage that ends after the item.
            var (low, high) = (0, bounds.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if item < bounds[middle] { high = middle } else { low = middle + 1 }
            }
            return (stages[low], item - (low == 0 ? 0 : bounds[low - 1]))
        }
        items = ends.last ?? 0
        if stages.contains(where: { $0.weights != nil }) {
            weights = { item in
                let (stage, own) = place(item)
                return stage.weights?(own)
            }
        } else {
            weights = nil
        }
        body = { item, worker, following in
            let (stage, own) = place(item)
            stage.body(own, worker, following)
        }
    }

    /// The items that a worker does first. They are next to one another, so that a thread meets the numbers again that it wrote a stage before.
    func home(of worker: Int, among workers: Int) -> Range<Int> {
        worker * items / workers..<(worker + 1) * items / workers
    }
}

extension Workers {
    /// Does all items of all stages. A stage begins when the one before it is done.
    func forEach(_ stages: [Stage]) { StageWalk(stages, workers: count).run() }
}

/// Stages that threads go through together. They wait for one another by looking again and again: a layer of one image lasts some dozens of
/// microseconds, less than it takes to put a thread to sleep and to wake it.
final class StageWalk: Sendable {
    private let stages: [StageProgress]
    private let threads: Int

    init(_ stages: [Stage], workers: Int) {
        // No more threads than any stage has items.
        let threads = max(1, min(workers, stages.map(\.items).max() ?? 1))
        self.threads = threads
        // What comes after each stage, as far as weights are concerned.
        var next: [Stage?] = []
        var later: Stage?
        for stage in stages.reversed() {
            next.append(later)
            if stage.weights != nil, stage.items > 0 { later = stage }
        }
        next.reverse()
        self.stages = zip(stages, next).map { StageProgress($0, next: $1, workers: threads) }
    }

    /// Does everything once. It may be called again, but not before it has returned.
    func run() {
        for stage in stages { stage.begin() }
        Crew.shared.run(threads) { worker in
            for stage in self.stages { stage.work(worker) }
        }
    }
}

/// What is begun and done of one stage. A thread that comes late finds nothing to do in the stages that are done.
private final class StageProgress: Sendable {
    private let stage: Stage
    private let next: Stage?
    private let begun: [SharedCount]
    private let done = SharedCount()

    init(_ stage: Stage, next: Stage?, workers: Int) {
        self.stage = stage
        self.next = next
        begun = (0..<workers).map { _ in SharedCount() }
    }

    /// Forgets what was done.
    func begin() {
        for count in begun { count.clear() }
        done.clear()
    }

    /// Does items as long as there are any, and returns when all are done by whoever has them.
    func work(_ worker: Int) {
        // First its own items, then those of workers that are late.
        for step in begun.indices {
            let owner = (worker + step) % begun.count
            let home = stage.home(of: owner, among: begun.count)
            // Looking is cheaper than taking: a counter that only is read stays in every core's cache.
            while begun[owner].current < home.count {
                let item = home.lowerBound + begun[owner].take()
                guard item < home.upperBound else { break }
                stage.body(item, worker, following(item, home, worker))
                done.finish()
            }
            if done.current == stage.items { break }
        }
        var looks = 0
        while done.current < stage.items {
            looks += 1
            switch looks {
            case ..<(begun.count > coreCount ? 0 : StageProgress.patience): convert_pause()
            // A thread that works longer may be waiting for this one's core.
            case ..<(2 * StageProgress.patience): sched_yield()
            default: usleep(50)
            }
        }
    }

    private func following(_ item: Int, _ home: Range<Int>, _ worker: Int) -> WeightAddress? {
        if item + 1 < home.upperBound { return stage.weights?(item + 1) }
        guard let next else { return nil }
        let home = next.home(of: worker, among: begun.count)
        return next.weights?(min(home.lowerBound, next.items - 1))
    }

    /// Looks before other threads may have the core: about a tenth of a millisecond.
    private static let patience = 4096
}

/// A number that threads count up together, in a cache line of its own.
private final class SharedCount: Sendable {
    private let before = (0, 0, 0, 0, 0, 0, 0)
    private let value = Atomic<Int>(0)
    private let after = (0, 0, 0, 0, 0, 0, 0)

    func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }

    func clear() { value.store(0, ordering: .relaxed) }

    func finish() { value.wrappingAdd(1, ordering: .acquiringAndReleasing) }

    var current: Int { value.load(ordering: .acquiring) }
}
