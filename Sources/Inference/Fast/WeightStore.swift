/// Gives the packed weights of many layers room in common pieces of memory.
///
/// One image reads every weight once, so that finding their pages takes a good part of its time. Large pages, which only large pieces of memory
/// get, are found faster.
struct WeightStore {
    private var piece: FloatMemory?
    private var used = 0
    /// Numbers of the next piece: twice as many as of the one before, so that small networks take little.
    private var nextCount = WeightStore.mostCount / 64

    /// Numbers of a piece, a few large pages.
    private static let mostCount = 4 * FloatMemory.largePage / 4
    /// Numbers that are read past the end of a layer's weights at most, and the alignment of its beginning.
    private static let gap = 16

    /// Memory for `count` numbers, all zero. Throws `InferenceError.noMemoryForWeights`.
    mutating func memory(_ count: Int) throws(InferenceError) -> FloatMemory {
        guard let memory = part(count) else { throw .noMemoryForWeights(bytes: 4 * count) }
        return memory
    }

    private mutating func part(_ count: Int) -> FloatMemory? {
        guard count < WeightStore.mostCount / 2 else { return FloatMemory(zeros: count) }
        let room = (count / WeightStore.gap + 2) * WeightStore.gap
        if let piece, room <= piece.count - used, let part = FloatMemory(piece, first: used, count: count) {
            used += room
            return part
        }
        guard let new = FloatMemory(zeros: max(nextCount, room)) else { return nil }
        (piece, used) = (new, room)
        nextCount = min(2 * nextCount, WeightStore.mostCount)
        return FloatMemory(new, first: 0, count: count)
    }
}
