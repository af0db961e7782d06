import KernelTypes

/// Products of computed matrices: a block of sixteen columns of the right one is laid out like packed weights, then multiplied by several
/// rows of the left one at a time.
@Sendable func multiplyMatrices(_ job: MatrixJob, _ products: Range<Int>) {
    let (count, blockSize) = (job.count, job.terms &* blockChannels)
    withUnsafeTemporaryAllocation(byteCount: max(blockSize, 1) &* 4, alignment: 64) { memory in
        guard let base = memory.baseAddress else { return }
        let block = base.bindMemory(to: Float.self, capacity: blockSize)
        for flat in products {
            let image = flat / count
            let product = flat &- image &* count
            let left = UnsafePointer(job.left.base + (image &* job.left.imageStride &+ job.left.offsets[product]))
            let right = UnsafePointer(job.right.base + (image &* job.right.imageStride &+ job.right.offsets[product]))
            let output = job.output.base + (image &* job.output.imageStride &+ job.output.offsets[product])
            var column = 0
            while column < job.columns {
                let isHalf = column &+ laneCount >= job.columns
                packColumns(right + column, job.right.rowStride, job.terms, isHalf: isHalf, to: block)
                var row = 0
                while row < job.rows {
                    let tile = tileRows(job.rows &- row, MainTile.self)
                    if tile <= 4 {
                        multiply(Tile4.self, job, left, block, output + column, row, tile, isHalf: isHalf)
                    } else {
                        multiply(MainTile.self, job, left, block, output + column, row, tile, isHalf: isHalf)
                    }
                    row &+= tile
                }
                column &+= blockChannels
            }
        }
    }
}

/// Sixteen columns of each row, one row after the other; columns that do not exist are zero.
@inline(__always) private func packColumns(
    _ right: UnsafePointer<Float>, _ stride: Int, _ terms: Int, isHalf: Bool, to block: UnsafeMutablePointer<Float>
) {
    for term in 0..<terms {
        let (source, target) = (right + term &* stride, block + term &* blockChannels)
        store(lanes(source), target)
        store(isHalf ? .zero : lanes(source + laneCount), target + laneCount)
    }
}

/// One tile of rows; rows past the end repeat the last one and are not stored.
@inline(__always) private func multiply<Tile: MultiplyTile>(
    _ type: Tile.Type, _ job: MatrixJob, _ left: UnsafePointer<Float>, _ block: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ first: Int, _ count: Int, isHalf: Bool
) {
    let rows = Tile.rows { left + (first &+ min($0, count &- 1)) &* job.left.rowStride }
    var total = Tile()
    var term = 0
    // Short partial sums, as in convolutions, and in the same order whichever rows are computed together.
    while term < job.terms {
        let end = min(term &+ job.partialTerms, job.terms)
        var part = Tile()
        let place = block + term &* blockChannels
        part.add(rows, term, place, blockStride: 0, end &- term, ahead: WeightsAhead(place))
        total += part
        term = end
    }
    total.forEach { index, _, sum in
        guard index < count else { return }
        let target = output + (first &+ index) &* job.output.rowStride
        store(Lanes(sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6], sum[7]), target)
        if !isHalf { store(Lanes(sum[8], sum[9], sum[10], sum[11], sum[12], sum[13], sum[14], sum[15]), target + laneCount) }
    }
}
