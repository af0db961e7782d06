import Dispatch
import Synchronization

/// Lets threads share memory up to a limit; one that needs more than the limit runs alone.
///
/// A thread that holds a share must not ask for another.
final class MemoryGate: Sendable {
    private struct State {
        var taken = 0
        var waiting = 0
    }

    private let limit: Int
    private let state = Mutex(State())
    private let freed = DispatchSemaphore(value: 0)

    init(limit: Int) { self.limit = limit }

    /// Runs `body` once this many bytes are available.
    func holding<Result>(_ bytes: Int, _ body: () throws -> Result) rethrows -> Result {
        while true {
            let isIn = state.withLock { state in
                guard state.taken == 0 || state.taken + bytes <= limit else {
                    state.waiting += 1
                    return false
                }
                state.taken += bytes
                return true
            }
            if isIn { break }
            freed.wait()
        }
        defer {
            let waiting = state.withLock { state in
                state.taken -= bytes
                defer { state.waiting = 0 }
                return state.waiting
            }
            for _ in 0..<waiting { freed.signal() }
        }
        return try body()
    }
}
