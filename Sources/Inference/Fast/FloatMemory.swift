import Glibc

/// Numbers that begin on a multiple of 64 bytes, freed with their owner.
///
/// `@unchecked Sendable`: written while a plan is made or by threads that were given disjoint parts; the owner outlives both.
final class FloatMemory: @unchecked Sendable {
    /// The first number.
    let base: UnsafeMutablePointer<Float>
    /// How many there are.
    let count: Int

    /// Zeros. Nil where there is no memory for them.
    init?(zeros count: Int) {
        // One cache line more, so that eight numbers read at the end lie inside.
        let (bytes, overflow) = (count + 16).multipliedReportingOverflow(by: 4)
        var pointer: UnsafeMutableRawPointer?
        guard !overflow, posix_memalign(&pointer, 64, bytes) == 0, let pointer else { return nil }
        memset(pointer, 0, bytes)
        base = pointer.bindMemory(to: Float.self, capacity: count + 16)
        self.count = count
    }

    deinit { free(base) }
}
