import CCPU
import KernelTypes

/// Sixteen output channels that are computed together: one register of AVX-512, two of AVX2.
typealias Block = SIMD16<Float>

/// Multiplies several pixels (or Winograd tiles) by one or two blocks of sixteen output channels, with sums that stay in registers.
///
/// Every row is an independent sum in the order of the calls of `add`, so a result does not depend on the neighboring rows or on how many
/// blocks are computed together.
protocol MultiplyTile {
    /// The addresses of each row's inputs.
    associatedtype Rows
    /// Rows that are computed together.
    static var rowCount: Int { get }
    /// Blocks that are computed together.
    static var blockCount: Int { get }
    /// Whether there are registers for as many totals besides the sums.
    static var keepsTotals: Bool { get }
    /// Creates sums of zero.
    init()
    /// Rows whose inputs begin at the addresses that `place` returns.
    static func rows(_ place: (Int) -> UnsafePointer<Float>) -> Rows
    /// Adds `count` products to each row: inputs are contiguous, `offset` floats after the row's address; weights are `count` × 16, those of
    /// the second block `blockStride` floats after those of the first. As many weights are prefetched from where `ahead` says, row by row:
    /// many at once would have to wait for one another, and the products for them.
    mutating func add(
        _ rows: Rows, _ offset: Int, _ weights: UnsafePointer<Float>, blockStride: Int, _ count: Int, ahead: WeightsAhead)
    /// Adds row by row.
    static func += (left: inout Self, right: Self)
    /// Replaces each row's sums, block by block.
    mutating func update(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Block)
    /// Passes each row's sums to `body`, block by block.
    func forEach(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Void)
}

/// Weights to be prefetched while others are multiplied: by all tiles those of one block, by tiles of two blocks those of a second one.
struct WeightsAhead {
    let first, second: UnsafePointer<Float>

    @inline(__always) init(_ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>) {
        self.first = first
        self.second = second
    }

    /// One block's, or weights that are read anyway.
    @inline(__always) init(_ weights: UnsafePointer<Float>) { self.init(weights, weights) }

    @inline(__always) static func + (left: Self, offset: Int) -> Self { Self(left.first + offset, left.second + offset) }
}

/// The tile for the last few rows of a job.
struct Tile4: MultiplyTile {
    struct Rows {
        let r0, r1, r2, r3: UnsafePointer<Float>
    }

    @inline(__always) static var rowCount: Int { 4 }
    @inline(__always) static var blockCount: Int { 1 }
    @inline(__always) static var keepsTotals: Bool { Vector.scalarCount == blockChannels }
    var s0 = Block.zero, s1 = Block.zero, s2 = Block.zero, s3 = Block.zero

    @inline(__always) init() {}

    @inline(__always) static func rows(_ place: (Int) -> UnsafePointer<Float>) -> Rows {
        Rows(r0: place(0), r1: place(1), r2: place(2), r3: place(3))
    }

    @inline(__always) mutating func add(
        _ rows: Rows, _ offset: Int, _ weights: UnsafePointer<Float>, blockStride: Int, _ count: Int, ahead: WeightsAhead
    ) {
        let r0 = rows.r0 + offset
        let r1 = rows.r1 + offset
        let r2 = rows.r2 + offset
        let r3 = rows.r3 + offset
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
            index &+= 1
        }
        self = t
    }

    @inline(__always) static func += (left: inout Self, right: Self) {
        left.s0 += right.s0
        left.s1 += right.s1
        left.s2 += right.s2
        left.s3 += right.s3
    }

    @inline(__always) mutating func update(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Block) {
        s0 = body(0, 0, s0)
        s1 = body(1, 0, s1)
        s2 = body(2, 0, s2)
        s3 = body(3, 0, s3)
    }

    @inline(__always) func forEach(_ body: (_ row: Int, _ block: Int, _ sums: Block) -> Void) {
        body(0, 0, s0)
        body(1, 0, s1)
        body(2, 0, s2)
        body(3, 0, s3)
    }
}

/// Rows of the next tile when `left` rows remain: four if that is less work than a whole tile.
@inline(__always) func tileRows<Tile: MultiplyTile>(_ left: Int, _ tile: Tile.Type) -> Int {
    (left &+ 3) / 4 &* 4 < Tile.rowCount ? min(4, left) : min(Tile.rowCount, left)
}
