import CCPU
import KernelTypes

/// Six rows: without AVX-512, of sixteen registers twelve hold sums, three weights and one an input.
struct Tile6: MultiplyTile {
    struct Rows {
        let r0, r1, r2, r3, r4, r5: UnsafePointer<Float>
    }

    @inline(__always) static var rowCount: Int { 6 }
    @inline(__always) static var blockCount: Int { 1 }
    @inline(__always) static var keepsTotals: Bool { Vector.scalarCount == blockChannels }
    var s0 = Block.zero, s1 = Block.zero, s2 = Block.zero, s3 = Block.zero
    var s4 = Block.zero, s5 = Block.zero

    @inline(__always) init() {}

    @inline(__always) static func rows(_ place: (Int) -> UnsafePointer<Float>) -> Rows {
        Rows(r0: place(0), r1: place(1), r2: place(2), r3: place(3), r4: place(4), r5: place(5))
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
    }

    @inline(__always) mutating func update(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Block) {
        s0 = body(0, 0, s0)
        s1 = body(1, 0, s1)
        s2 = body(2, 0, s2)
        s3 = body(3, 0, s3)
        s4 = body(4, 0, s4)
        s5 = body(5, 0, s5)
    }

    @inline(__always) func forEach(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Void) {
        body(0, 0, s0)
        body(1, 0, s1)
        body(2, 0, s2)
        body(3, 0, s3)
        body(4, 0, s4)
        body(5, 0, s5)
    }
}
