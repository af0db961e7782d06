import Glibc

/// Numbers that begin on a multiple of 64 bytes, freed with their owner.
///
/// `@unchecked Sendable`: written while a plan is made or by threads that were given disjoint parts; the owner outlives both.
final class FloatMemory: @unchecked Sendable {
    /// The first number.
    let base: UnsafeMutablePointer<Float>
    /// How many there are.
    let count: Int
    /// Whose memory this is a part of; nil if it is its own.
    private let owner: FloatMemory?

    /// Zeros; nil if there is no memory for them.
    init?(zeros count: Int) {
        // One cache line more, so that eight numbers read at the end are inside.
        let (bytes, overflow) = (count + 16).multipliedReportingOverflow(by: 4)
        var pointer: UnsafeMutableRawPointer?
        let isLarge = bytes >= 2 * FloatMemory.largePage
        guard !overflow, posix_memalign(&pointer, isLarge ? FloatMemory.largePage : 64, bytes) == 0, let pointer else { return nil }
        // Loops that step over rows and matrices meet a new page at each step; fewer, larger ones are found faster. A hint, so that it may fail.
        if isLarge { madvise(pointer, bytes, MADV_HUGEPAGE) }
        memset(pointer, 0, bytes)
        base = pointer.bindMemory(to: Float.self, capacity: count + 16)
        self.count = count
        owner = nil
    }

    /// A part of other memory, from `first` on, which has to be a multiple of sixteen; nil if it does not end in it.
    init?(_ owner: FloatMemory, first: Int, count: Int) {
        guard first >= 0, first.isMultiple(of: 16), count >= 0, count <= owner.count, first <= owner.count - count else { return nil }
        base = owner.base + first
        self.count = count
        self.owner = owner
    }

    /// Bytes of a large page on x86-64 and arm64.
    static let largePage = 2 << 20

    deinit { if owner == nil { free(base) } }
}
