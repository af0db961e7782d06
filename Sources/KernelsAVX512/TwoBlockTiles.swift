import CCPU
import KernelTypes

/// Two tiles of one block each, side by side.
protocol TwoBlockTile: MultiplyTile where Rows == OneBlock.Rows {
    /// The tile of one block.
    associatedtype OneBlock: MultiplyTile
    /// The sums of the first block, and of the second.
    var s: OneBlock { get set }
    var t: OneBlock { get set }
}

extension TwoBlockTile {
    @inline(__always) static var rowCount: Int { OneBlock.rowCount }
    @inline(__always) static var blockCount: Int { 2 }

    @inline(__always) static func rows(_ place: (Int) -> UnsafePointer<Float>) -> Rows { OneBlock.rows(place) }

    @inline(__always) static func += (left: inout Self, right: Self) {
        left.s += right.s
        left.t += right.t
    }

    @inline(__always) mutating func update(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Block) {
        s.update { row, _, sums in body(row, 0, sums) }
        t.update { row, _, sums in body(row, 1, sums) }
    }

    @inline(__always) func forEach(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Void) {
        s.forEach { row, _, sums in body(row, 0, sums) }
        t.forEach { row, _, sums in body(row, 1, sums) }
    }
}

/// Twelve rows × two blocks: of 32 registers, 24 hold sums, so that each input that is read is multiplied twice. The totals that they join are
/// in memory, as parts are long.
struct Tile12x2: TwoBlockTile {
    typealias Rows = Tile12.Rows

    @inline(__always) static var keepsTotals: Bool { false }
    var s = Tile12(), t = Tile12()

    @inline(__always) init() {}

    // Not two calls for one block each: both use the same input while it is in a register.
    @inline(__always) mutating func add(
        _ rows: Rows, _ offset: Int, _ weights: UnsafePointer<Float>, blockStride: Int, _ count: Int, ahead: WeightsAhead
    ) {
        let r0 = rows.r0 + offset
        let r1 = rows.r1 + offset
        let r2 = rows.r2 + offset
        let r3 = rows.r3 + offset
        let r4 = rows.r4 + offset
        let r5 = rows.r5 + offset
        let r6 = rows.r6 + offset
        let r7 = rows.r7 + offset
        let r8 = rows.r8 + offset
        let r9 = rows.r9 + offset
        let r10 = rows.r10 + offset
        let r11 = rows.r11 + offset
        var (s, t) = (self.s, self.t)
        let second = blockStride / blockChannels
        var weight = UnsafeRawPointer(weights).assumingMemoryBound(to: Block.self)
        var index = 0
        while index < count {
            convert_prefetch_early(ahead.first + index &* blockChannels)
            convert_prefetch_early(ahead.second + index &* blockChannels)
            let (u, v) = (weight.pointee, weight[second])
            weight += 1
            let x0 = Block(repeating: r0[index])
            s.s0 = multiplyAdd(s.s0, u, x0)
            t.s0 = multiplyAdd(t.s0, v, x0)
            let x1 = Block(repeating: r1[index])
            s.s1 = multiplyAdd(s.s1, u, x1)
            t.s1 = multiplyAdd(t.s1, v, x1)
            let x2 = Block(repeating: r2[index])
            s.s2 = multiplyAdd(s.s2, u, x2)
            t.s2 = multiplyAdd(t.s2, v, x2)
            let x3 = Block(repeating: r3[index])
            s.s3 = multiplyAdd(s.s3, u, x3)
            t.s3 = multiplyAdd(t.s3, v, x3)
            let x4 = Block(repeating: r4[index])
            s.s4 = multiplyAdd(s.s4, u, x4)
            t.s4 = multiplyAdd(t.s4, v, x4)
            let x5 = Block(repeating: r5[index])
            s.s5 = multiplyAdd(s.s5, u, x5)
            t.s5 = multiplyAdd(t.s5, v, x5)
            let x6 = Block(repeating: r6[index])
            s.s6 = multiplyAdd(s.s6, u, x6)
            t.s6 = multiplyAdd(t.s6, v, x6)
            let x7 = Block(repeating: r7[index])
            s.s7 = multiplyAdd(s.s7, u, x7)
            t.s7 = multiplyAdd(t.s7, v, x7)
            let x8 = Block(repeating: r8[index])
            s.s8 = multiplyAdd(s.s8, u, x8)
            t.s8 = multiplyAdd(t.s8, v, x8)
            let x9 = Block(repeating: r9[index])
            s.s9 = multiplyAdd(s.s9, u, x9)
            t.s9 = multiplyAdd(t.s9, v, x9)
            let x10 = Block(repeating: r10[index])
            s.s10 = multiplyAdd(s.s10, u, x10)
            t.s10 = multiplyAdd(t.s10, v, x10)
            let x11 = Block(repeating: r11[index])
            s.s11 = multiplyAdd(s.s11, u, x11)
            t.s11 = multiplyAdd(t.s11, v, x11)
            index &+= 1
        }
        (self.s, self.t) = (s, t)
    }
}

/// Six rows × two blocks: twelve registers hold sums, and twelve the totals that they join after few products.
struct Tile6x2: TwoBlockTile {
    typealias Rows = Tile6.Rows

    @inline(__always) static var keepsTotals: Bool { true }
    var s = Tile6(), t = Tile6()

    @inline(__always) init() {}

    @inline(__always) mutating func add(
        _ rows: Rows, _ offset: Int, _ weights: UnsafePointer<Float>, blockStride: Int, _ count: Int, ahead: WeightsAhead
    ) {
        let r0 = rows.r0 + offset
        let r1 = rows.r1 + offset
        let r2 = rows.r2 + offset
        let r3 = rows.r3 + offset
        let r4 = rows.r4 + offset
        let r5 = rows.r5 + offset
        var (s, t) = (self.s, self.t)
        let second = blockStride / blockChannels
        var weight = UnsafeRawPointer(weights).assumingMemoryBound(to: Block.self)
        var index = 0
        while index < count {
            convert_prefetch_early(ahead.first + index &* blockChannels)
            convert_prefetch_early(ahead.second + index &* blockChannels)
            let (u, v) = (weight.pointee, weight[second])
            weight += 1
            let x0 = Block(repeating: r0[index])
            s.s0 = multiplyAdd(s.s0, u, x0)
            t.s0 = multiplyAdd(t.s0, v, x0)
            let x1 = Block(repeating: r1[index])
            s.s1 = multiplyAdd(s.s1, u, x1)
            t.s1 = multiplyAdd(t.s1, v, x1)
            let x2 = Block(repeating: r2[index])
            s.s2 = multiplyAdd(s.s2, u, x2)
            t.s2 = multiplyAdd(t.s2, v, x2)
            let x3 = Block(repeating: r3[index])
            s.s3 = multiplyAdd(s.s3, u, x3)
            t.s3 = multiplyAdd(t.s3, v, x3)
            let x4 = Block(repeating: r4[index])
            s.s4 = multiplyAdd(s.s4, u, x4)
            t.s4 = multiplyAdd(t.s4, v, x4)
            let x5 = Block(repeating: r5[index])
            s.s5 = multiplyAdd(s.s5, u, x5)
            t.s5 = multiplyAdd(t.s5, v, x5)
            index &+= 1
        }
        (self.s, self.t) = (s, t)
    }
}

/// Four rows × two blocks, for the last few rows of a job: eight sums, so that none waits for the multiplication before it.
struct Tile4x2: TwoBlockTile {
    typealias Rows = Tile4.Rows

    @inline(__always) static var keepsTotals: Bool { true }
    var s = Tile4(), t = Tile4()

    @inline(__always) init() {}

    @inline(__always) mutating func add(
        _ rows: Rows, _ offset: Int, _ weights: UnsafePointer<Float>, blockStride: Int, _ count: Int, ahead: WeightsAhead
    ) {
        let r0 = rows.r0 + offset
        let r1 = rows.r1 + offset
        let r2 = rows.r2 + offset
        let r3 = rows.r3 + offset
        var (s, t) = (self.s, self.t)
        let second = blockStride / blockChannels
        var weight = UnsafeRawPointer(weights).assumingMemoryBound(to: Block.self)
        var index = 0
        while index < count {
            convert_prefetch_early(ahead.first + index &* blockChannels)
            convert_prefetch_early(ahead.second + index &* blockChannels)
            let (u, v) = (weight.pointee, weight[second])
            weight += 1
            let x0 = Block(repeating: r0[index])
            s.s0 = multiplyAdd(s.s0, u, x0)
            t.s0 = multiplyAdd(t.s0, v, x0)
            let x1 = Block(repeating: r1[index])
            s.s1 = multiplyAdd(s.s1, u, x1)
            t.s1 = multiplyAdd(t.s1, v, x1)
            let x2 = Block(repeating: r2[index])
            s.s2 = multiplyAdd(s.s2, u, x2)
            t.s2 = multiplyAdd(t.s2, v, x2)
            let x3 = Block(repeating: r3[index])
            s.s3 = multiplyAdd(s.s3, u, x3)
            t.s3 = multiplyAdd(t.s3, v, x3)
            index &+= 1
        }
        (self.s, self.t) = (s, t)
    }
}
