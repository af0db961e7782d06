import Glibc

/// A thread of the system.
struct OwnThread {
    /// Large arrays are on the heap.
    private static let stackSize = 1 << 20

    private let thread: pthread_t

    private final class Work {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Begins `body` on a new thread; nil if the system gives none.
    init?(_ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, OwnThread.stackSize)
        let refusal = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        guard refusal == 0 else {
            work.release()
            return nil
        }
        self.thread = thread
    }

    /// Waits for its end; either this or `detach` is to be called once.
    func join() { pthread_join(thread, nil) }

    /// Lets it run until its end without anybody waiting for it.
    func detach() { pthread_detach(thread) }
}
