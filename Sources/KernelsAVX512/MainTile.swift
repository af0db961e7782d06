import CCPU
import KernelTypes

/// The tile that fills the registers.
typealias MainTile = Tile12

/// The tile of direct convolutions.
typealias WideTile = Tile12x2

/// The tile of direct convolutions with short partial sums.
typealias ShortTile = Tile6x2

/// The tile for the last few rows of direct convolutions.
typealias SmallTile = Tile4x2

/// Twelve rows: of 32 registers, twelve hold sums and twelve the totals that they join; inputs are read by the multiplication itself.
struct Tile12: MultiplyTile {
    struct Rows {
        let r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11: UnsafePointer<Float>
    }

    @inline(__always) static var rowCount: Int { 12 }
    @inline(__always) static var blockCount: Int { 1 }
    @inline(__always) static var keepsTotals: Bool { true }
    var s0 = Block.zero, s1 = Block.zero, s2 = Block.zero, s3 = Block.zero
    var s4 = Block.zero, s5 = Block.zero, s6 = Block.zero, s7 = Block.zero
    var s8 = Block.zero, s9 = Block.zero, s10 = Block.zero, s11 = Block.zero

    @inline(__always) init() {}

    @inline(__always) static func rows(_ place: (Int) -> UnsafePointer<Float>) -> Rows {
        Rows(
            r0: place(0), r1: place(1), r2: place(2), r3: place(3), r4: place(4), r5: place(5), r6: place(6), r7: place(7), r8: place(8),
            r9: place(9), r10: place(10), r11: place(11))
    }

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
        var t = self
        var weight = UnsafeRawPointer(weights).assumingMemoryBound(to: Block.self)
        var index = 0
        while index < count {
            convert_prefetch_early(ahead.first + index &* blockChannels)
            let w = weight.pointee
            weight += 1
            t.s0 = multiplyAdd(t.s0, w, Block(repeating: r0[index]))
            t.s1 = multiplyAdd(t.s1, w, Block(repeating: r1[index]))
            t.s2 = multiplyAdd(t.s2, w, Block(repeating: r2[index]))
            t.s3 = multiplyAdd(t.s3, w, Block(repeating: r3[index]))
            t.s4 = multiplyAdd(t.s4, w, Block(repeating: r4[index]))
            t.s5 = multiplyAdd(t.s5, w, Block(repeating: r5[index]))
            t.s6 = multiplyAdd(t.s6, w, Block(repeating: r6[index]))
            t.s7 = multiplyAdd(t.s7, w, Block(repeating: r7[index]))
            t.s8 = multiplyAdd(t.s8, w, Block(repeating: r8[index]))
            t.s9 = multiplyAdd(t.s9, w, Block(repeating: r9[index]))
            t.s10 = multiplyAdd(t.s10, w, Block(repeating: r10[index]))
            t.s11 = multiplyAdd(t.s11, w, Block(repeating: r11[index]))
            index &+= 1
        }
        self = t
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
    }

    @inline(__always) mutating func update(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Block) {
        s0 = body(0, 0, s0)
        s1 = body(1, 0, s1)
        s2 = body(2, 0, s2)
        s3 = body(3, 0, s3)
        s4 = body(4, 0, s4)
        s5 = body(5, 0, s5)
        s6 = body(6, 0, s6)
        s7 = body(7, 0, s7)
        s8 = body(8, 0, s8)
        s9 = body(9, 0, s9)
        s10 = body(10, 0, s10)
        s11 = body(11, 0, s11)
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
    }
}
