import CCPU
import Dispatch
import Synchronization

/// Threads that wait for work which lasts too short for threads of its own, shared by all who call.
///
/// Not the system's pool: that one looks at its threads in /proc, and ends the process if it cannot open a file there, without /proc or when
/// no more files may be open.
final class Crew: Sendable {
    static let shared = Crew()

    private struct State {
        var waiting: [Turn] = []
        var threads = 0
        /// Threads that have taken a turn and are not done with it.
        var busy = 0
    }

    /// One thread's share of a call.
    private final class Turn: Sendable {
        let body: @Sendable () -> Void
        let done = DispatchSemaphore(value: 0)

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let state = Mutex(State())
    private let wanted = DispatchSemaphore(value: 0)
    /// Changes with every call, for threads that look out for it.
    private let calls = Atomic<Int>(0)

    /// Runs `body(0)` on the calling thread and `body(1)` … `body(count - 1)` on others, as far as others come to it before the calling thread is
    /// done. So `body` has to take its work from a store that all share. Returns when no thread is in it any longer.
    func run(_ count: Int, _ body: @escaping @Sendable (_ worker: Int) -> Void) {
        let turns = (1..<max(count, 1)).map { worker in Turn { body(worker) } }
        let missing = state.withLock { state in
            state.waiting += turns
            let missing = max(0, state.waiting.count - (state.threads - state.busy))
            state.threads += missing
            return missing
        }
        for _ in 0..<missing {
            guard let thread = OwnThread({ self.work() }) else {
                state.withLock { $0.threads -= 1 }
                continue
            }
            thread.detach()
        }
        calls.wrappingAdd(1, ordering: .relaxed)
        for _ in turns { wanted.signal() }
        body(0)
        for turn in turns {
            let isUnbegun = state.withLock { state in
                guard let place = state.waiting.firstIndex(where: { $0 === turn }) else { return false }
                state.waiting.remove(at: place)
                return true
            }
            if !isUnbegun { turn.done.wait() }
        }
    }

    /// Looks for the next call before a thread goes to sleep.
    private static let patience = 4096

    private func work() {
        var known = calls.load(ordering: .relaxed)
        while true {
            // The next image may come at once: for about a tenth of a millisecond, a thread stays awake.
            var looks = 0
            while looks < Crew.patience, calls.load(ordering: .relaxed) == known {
                convert_pause()
                looks += 1
            }
            wanted.wait()
            known = calls.load(ordering: .relaxed)
            let turn = state.withLock { state -> Turn? in
                // The caller may have been done before.
                guard !state.waiting.isEmpty else { return nil }
                state.busy += 1
                return state.waiting.removeFirst()
            }
            guard let turn else { continue }
            turn.body()
            state.withLock { $0.busy -= 1 }
            turn.done.signal()
        }
    }
}
