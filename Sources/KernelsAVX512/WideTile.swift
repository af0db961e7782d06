import KernelTypes

/// Twelve rows × two blocks: of 32 registers, 24 hold sums, so that each input that is read is multiplied twice. The totals that they join are
/// in memory, as parts are long.
struct Tile12x2: MultiplyTile {
    typealias Rows = Tile12.Rows

    static let (rowCount, blockCount) = (12, 2)
    var s0 = Block.zero, s1 = Block.zero, s2 = Block.zero, s3 = Block.zero, s4 = Block.zero, s5 = Block.zero
    var s6 = Block.zero, s7 = Block.zero, s8 = Block.zero, s9 = Block.zero, s10 = Block.zero, s11 = Block.zero
    var t0 = Block.zero, t1 = Block.zero, t2 = Block.zero, t3 = Block.zero, t4 = Block.zero, t5 = Block.zero
    var t6 = Block.zero, t7 = Block.zero, t8 = Block.zero, t9 = Block.zero, t10 = Block.zero, t11 = Block.zero

    @inline(__always) init() {}

    @inline(__always) static func rows(_ place: (Int) -> UnsafePointer<Float>) -> Rows { Tile12.rows(place) }

    @inline(__always) mutating func add(_ rows: Rows, _ offset: Int, _ weights: UnsafePointer<Float>, blockStride: Int, _ count: Int) {
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
        var t = self
        let second = blockStride / blockChannels
        var weight = UnsafeRawPointer(weights).assumingMemoryBound(to: Block.self)
        var index = 0
        while index < count {
            let (u, v) = (weight.pointee, weight[second])
            weight += 1
            let x0 = Block(repeating: r0[index])
            t.s0 = multiplyAdd(t.s0, u, x0)
            t.t0 = multiplyAdd(t.t0, v, x0)
            let x1 = Block(repeating: r1[index])
            t.s1 = multiplyAdd(t.s1, u, x1)
            t.t1 = multiplyAdd(t.t1, v, x1)
            let x2 = Block(repeating: r2[index])
            t.s2 = multiplyAdd(t.s2, u, x2)
            t.t2 = multiplyAdd(t.t2, v, x2)
            let x3 = Block(repeating: r3[index])
            t.s3 = multiplyAdd(t.s3, u, x3)
            t.t3 = multiplyAdd(t.t3, v, x3)
            let x4 = Block(repeating: r4[index])
            t.s4 = multiplyAdd(t.s4, u, x4)
            t.t4 = multiplyAdd(t.t4, v, x4)
            let x5 = Block(repeating: r5[index])
            t.s5 = multiplyAdd(t.s5, u, x5)
            t.t5 = multiplyAdd(t.t5, v, x5)
            let x6 = Block(repeating: r6[index])
            t.s6 = multiplyAdd(t.s6, u, x6)
            t.t6 = multiplyAdd(t.t6, v, x6)
            let x7 = Block(repeating: r7[index])
            t.s7 = multiplyAdd(t.s7, u, x7)
            t.t7 = multiplyAdd(t.t7, v, x7)
            let x8 = Block(repeating: r8[index])
            t.s8 = multiplyAdd(t.s8, u, x8)
            t.t8 = multiplyAdd(t.t8, v, x8)
            let x9 = Block(repeating: r9[index])
            t.s9 = multiplyAdd(t.s9, u, x9)
            t.t9 = multiplyAdd(t.t9, v, x9)
            let x10 = Block(repeating: r10[index])
            t.s10 = multiplyAdd(t.s10, u, x10)
            t.t10 = multiplyAdd(t.t10, v, x10)
            let x11 = Block(repeating: r11[index])
            t.s11 = multiplyAdd(t.s11, u, x11)
            t.t11 = multiplyAdd(t.t11, v, x11)
            index &+= 1
        }
        self = t
    }

    // Not fast, as two blocks do not leave enough registers for addresses; such layers take one block at a time.
    @inline(__always) mutating func add(
        _ rows: Rows, _ offsets: UnsafePointer<Int>, _ weights: UnsafePointer<Float>, blockStride: Int, _ count: Int
    ) {
        for index in 0..<count { add(rows, offsets[index], weights + index &* blockChannels, blockStride: blockStride, 1) }
    }

    @inline(__always) static func += (left: inout Self, right: Self) {
        left.s0 += right.s0
        left.s1 += right.s1
        left.s2 += right.s2
        left.s3 += right.s3
        left.s4 += right.s4
        left.s5 += right.s5
        left.s6 += right.s6
        left.s7 += right.s7
        left.s8 += right.s8
        left.s9 += right.s9
        left.s10 += right.s10
        left.s11 += right.s11
        left.t0 += right.t0
        left.t1 += right.t1
        left.t2 += right.t2
        left.t3 += right.t3
        left.t4 += right.t4
        left.t5 += right.t5
        left.t6 += right.t6
        left.t7 += right.t7
        left.t8 += right.t8
        left.t9 += right.t9
        left.t10 += right.t10
        left.t11 += right.t11
    }

    @inline(__always) func forEach(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Void) {
        body(0, 0, s0)
        body(1, 0, s1)
        body(2, 0, s2)
        body(3, 0, s3)
        body(4, 0, s4)
        body(5, 0, s5)
        body(6, 0, s6)
        body(7, 0, s7)
        body(8, 0, s8)
        body(9, 0, s9)
        body(10, 0, s10)
        body(11, 0, s11)
        body(0, 1, t0)
        body(1, 1, t1)
        body(2, 1, t2)
        body(3, 1, t3)
        body(4, 1, t4)
        body(5, 1, t5)
        body(6, 1, t6)
        body(7, 1, t7)
        body(8, 1, t8)
        body(9, 1, t9)
        body(10, 1, t10)
        body(11, 1, t11)
    }
}
