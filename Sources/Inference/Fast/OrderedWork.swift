import Dispatch
import Synchronization

extension Workers {
    /// Makes something of each item on this many threads, and hands it on in the items' order on the thread that called.
    ///
    /// Threads run ahead of what was handed on by a few items only, so that memory stays bounded. If `use` throws, items that were begun are
    /// finished and thrown away, and the error is passed on.
    package func inOrder<Item: Sendable>(
        _ count: Int, make: @escaping @Sendable (_ item: Int) -> Item, use: (_ item: Int, _ made: Item) throws -> Void
    ) throws {
        guard self.count > 1, count > 1 else {
            for item in 0..<count { try use(item, make(item)) }
            return
        }
        let work = OrderedWork<Item>(count: count, ahead: 2 * self.count)
        let threads = (0..<min(self.count, count)).compactMap { _ in
            OwnThread {
                while let item = work.next() { work.finish(item, make(item)) }
            }
        }
        defer {
            work.stop()
            for thread in threads { thread.join() }
        }
        guard !threads.isEmpty else {
            for item in 0..<count { try use(item, make(item)) }
            return
        }
        for item in 0..<count { try use(item, work.wait(for: item)) }
    }
}

/// Which items are begun, made and handed on.
private final class OrderedWork<Item: Sendable>: Sendable {
    private struct State {
        var begun = 0
        var handedOn = 0
        var isStopped = false
        var made: [Int: Item] = [:]
        var waiting = 0
    }

    private let count: Int
    private let ahead: Int
    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)

    init(count: Int, ahead: Int) { (self.count, self.ahead) = (count, ahead) }

    private enum Turn {
        case item(Int)
        case wait
        case end
    }

    /// The next item for a thread, once there is room for it; nil if there is no more.
    func next() -> Int? {
        while true {
            let turn = state.withLock { state -> Turn in
                if state.isStopped || state.begun == count { return .end }
                guard state.begun < state.handedOn + ahead else {
                    state.waiting += 1
                    return .wait
                }
                state.begun += 1
                return .item(state.begun - 1)
            }
            switch turn {
            case .item(let item): return item
            case .wait: room.wait()
            case .end: return nil
            }
        }
    }

    func finish(_ item: Int, _ made: Item) {
        state.withLock { $0.made[item] = made }
        finished.signal()
    }

    /// What was made of the item that is next to be handed on.
    func wait(for item: Int) -> Item {
        while true {
            let (made, waiting) = state.withLock { state -> (Item?, Int) in
                guard let made = state.made.removeValue(forKey: item) else { return (nil, 0) }
                state.handedOn = item + 1
                defer { state.waiting = 0 }
                return (made, state.waiting)
            }
            for _ in 0..<waiting { room.signal() }
            if let made { return made }
            finished.wait()
        }
    }

    /// No thread takes any more items.
    func stop() {
        let waiting = state.withLock { state in
            state.isStopped = true
            defer { state.waiting = 0 }
            return state.waiting
        }
        for _ in 0..<waiting { room.signal() }
    }
}
